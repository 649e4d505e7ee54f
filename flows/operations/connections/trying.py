"""The test button: one call by a connection through the guarded door, told in words. It changes nothing but the log."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import transaction

from flows.connectors.http.answers import say_status
from flows.definition.effect import EffectAnswer, EffectCall
from flows.definition.kind import StepError
from flows.definition.model import JSON
from flows.engine.connections import resolve_environment
from flows.engine.pacing import wait_for_turn
from flows.models import ConnectionEnvironment
from flows.operations.connections.checking import refuse
from flows.operations.connections.filling import record_connection
from flows.operations.connections.rights import get_environment, lock_connection
from flows.registry import get_connector
from integrator.people.models import Person

METHODS = ("GET", "HEAD")
TIMEOUT_S = 15.0
TURN_WITHIN_S = 2.0


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What came of it, in the sentence ``said``. ``sent`` and ``answered`` are masked, None where nothing was."""

    works: bool
    said: str
    took_s: float | None = None
    sent: Mapping[str, JSON] | None = None
    answered: Mapping[str, JSON] | None = None
    details: Mapping[str, JSON] = field(default_factory=dict)


def try_connection(
    *, connection_id: int, environment: str, path: str, method: str, person: Person, now: datetime
) -> Trial:
    """This will call the path behind the connection's address, with its credentials, and record that it was tested.

    Raises NotFound, Forbidden, ConnectionRefused. What the other side does is told, never raised.
    """
    with transaction.atomic(durable=True):
        row = lock_connection(person, connection_id)
        place = get_environment(row, environment)
    if method not in METHODS:
        raise refuse("method", "A test reads only: choose GET or HEAD.")
    if not place.base_url and not path.lower().startswith(("http://", "https://")):
        raise refuse("path", "This connection has no address of its own. Give a whole one, such as https://….")
    place.connection = row
    if not wait_for_turn(place.pk, TURN_WITHIN_S):
        raise refuse("path", "The connection's rate lets nothing out just now. Try again in a moment.")
    trial = _tell(call_place(place, path, method, now))
    with transaction.atomic(durable=True):
        record_connection("connection.tested", row, person, environment=environment, more={"result": trial.said})
    return trial


def call_place(place: ConnectionEnvironment, path: str, method: str, now: datetime) -> EffectAnswer:
    """This will make one call that reads, by an environment whose connection was read with it. Raises nothing."""
    effect_id = uuid.uuid4()
    call = EffectCall(
        effect_id=effect_id,
        idempotency_key=f"test-{effect_id}",
        request={"method": method, "url": path, "connection": place.connection.key, "follow_redirects": 0},
        repeat="safe",
        timeout_s=TIMEOUT_S,
        now=now,
        resolve_connection=lambda key: resolve_environment(place),
        outbound_allow=tuple(settings.OUTBOUND_ALLOW),
        abort_before_connect=lambda: False,
    )
    try:
        return get_connector("http").send(call)
    except StepError as error:
        return EffectAnswer(error=error)


def _tell(answer: EffectAnswer) -> Trial:
    sent, answered = answer.exchange.get("request"), answer.exchange.get("answer")
    took_s = answered.get("elapsed_s") if answered else None
    if answer.error is None:
        said = f"It works: the other side answered {say_status(int(answer.output['status']))}."
        return Trial(works=True, said=said, took_s=took_s, sent=sent, answered=answered)
    return Trial(
        works=False,
        said=answer.error.message,
        took_s=took_s,
        sent=sent,
        answered=answered,
        details=answer.error.details,
    )

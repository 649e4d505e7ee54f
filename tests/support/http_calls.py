"""Effect calls of the HTTP connector for tests: as the ledger would make them, over the loopback."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from flows.connectors.http.request import HTTP_REQUEST
from flows.connectors.http.sender import HTTP
from flows.definition.effect import ConnectionFacts, EffectAnswer, EffectCall, ResolvedConnection
from flows.definition.kind import EffectRequest, RunFacts, Send, StepCall
from flows.definition.model import Step

NOW = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
KEY = "run-1.visit-1"


def make_connection(
    kind: str = "none",
    secret: str = "",
    *,
    token: str = "",
    renew: Callable[[], ResolvedConnection] | None = None,
    **fields: Any,
) -> ResolvedConnection:
    """A connection "erp" with its secret."""
    values: dict[str, Any] = {
        "key": "erp",
        "name": "ERP test",
        "kind": kind,
        "base_url": "",
        "settings": MappingProxyType({}),
        "repeat_safe": False,
        "allow": (),
        **fields,
    }
    return ResolvedConnection(facts=ConnectionFacts(**values), secret=secret, token=token, renew=renew)


def plan(connection: ResolvedConnection | None = None, **settings: Any) -> EffectRequest:
    """What the kind plans for these evaluated settings."""
    facts = RunFacts(run_id=uuid.uuid4(), flow_key="f", flow_name="F", version=1, team_id=1, team="marketing")
    named = {"connection": connection.facts.key} if connection else {}
    step = Step(key="call", kind="http.request", settings={**settings, **named})
    call = StepCall(
        run=facts,
        step=step,
        visit_id=uuid.uuid4(),
        settings=step.settings,
        now=NOW,
        connection_of=lambda key: connection.facts if connection and connection.facts.key == key else None,
    )
    outcome = HTTP_REQUEST.execute(call)
    assert isinstance(outcome, Send)
    return outcome.effect


def send(
    effect: EffectRequest,
    connection: ResolvedConnection | None = None,
    *,
    allow: tuple[str, ...] = ("127.0.0.0/8",),
    aborts: bool = False,
    take_turn: Callable[[float], bool] = lambda within_s: True,
    run_id: uuid.UUID | None = None,
) -> EffectAnswer:
    """Send a planned effect once."""

    def resolve(key: str) -> ResolvedConnection:
        assert connection is not None
        assert key == connection.facts.key
        return connection

    return HTTP.send(
        EffectCall(
            effect_id=uuid.uuid4(),
            idempotency_key=KEY,
            request=effect.request,
            repeat=effect.repeat,
            timeout_s=effect.timeout_s,
            now=NOW,
            resolve_connection=resolve,
            outbound_allow=allow,
            abort_before_connect=lambda: aborts,
            take_turn=take_turn,
            run_id=run_id,
        )
    )


def call(connection: ResolvedConnection | None = None, **settings: Any) -> EffectAnswer:
    """Plan and send."""
    return send(plan(connection, **settings), connection)

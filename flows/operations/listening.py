"""Listening for the next real call to a flow's address, whose data become the sample of an author's draft.

A live flow takes the call as ever; the author gets a copy when they look. A flow without a live version keeps the call,
answers 202 and starts nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from flows.definition.flow_file import definition_from_data
from flows.errors import SampleRefused
from flows.models import Listening, StoredRequest, Trigger, TriggerSample
from flows.operations.publishing.rights import get_flow_to
from flows.operations.publishing.triggers import reserve_trigger_in
from flows.operations.samples import pin_heard_in
from flows.queries.drafts import get_own_draft
from flows.queries.samples import list_heard
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.lib import strict_json
from integrator.lib.clock import to_rfc3339
from integrator.people.models import Person
from integrator.people.rights import Action

LISTENS_FOR = timedelta(minutes=10)


def start_listening(*, key: str, person: Person, now: datetime) -> Listening:
    """This will wait for the next call from now on, ten minutes at most. Once more begins anew.

    The address of a flow that was never published becomes what this draft says. Raises NotFound, Forbidden,
    SampleRefused (``sample.no_address``), FlowRefused where the address is another flow's.
    """
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_DRAFT, lock=True)
        reserve_trigger_in(flow, definition_from_data(get_own_draft(flow, person).document))
        if not Trigger.objects.filter(flow=flow, path__isnull=False).exclude(path="").exists():
            raise SampleRefused(
                "sample.no_address",
                "Nobody can call this flow yet, because what starts it has no address. Set it up as a webhook first.",
            )
        values = {"began_at": now, "until_at": now + LISTENS_FOR}
        listening, _ = Listening.objects.update_or_create(flow=flow, author=person, defaults=values)
        data = {"flow": flow.key, "until": to_rfc3339(listening.until_at)}
        actor = Actor.person(person)
        record("flow.listening_started", actor=actor, subject=("flow", flow.pk), data=data, team_id=flow.team_id)
        return listening


def stop_listening(*, key: str, person: Person) -> None:
    """This will wait no longer. Raises NotFound, Forbidden."""
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_DRAFT, lock=True)
        Listening.objects.filter(flow=flow, author=person).delete()


def take_heard_call(*, key: str, person: Person, now: datetime) -> TriggerSample | None:
    """This will pin the first call that came since listening began, and end it; None while none came.

    A listening that is over by time still takes what came before its end. A call whose body cannot be read as data is
    passed over. Raises NotFound, Forbidden.
    """
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_DRAFT, lock=True)
        listening = Listening.objects.filter(flow=flow, author=person).first()
        if listening is None:
            return None
        heard = list_heard(flow, person, listening.began_at, listening.until_at)
        found = next((each for each in heard if is_readable(each)), None)
        if found is None:
            return None
        Listening.objects.filter(pk=listening.pk).delete()
        return pin_heard_in(flow, person, found, now=now)


def is_readable(found: StoredRequest) -> bool:
    """Whether a stored call holds data."""
    try:
        strict_json.parse(found.body)
    except ValueError:
        return False
    return True

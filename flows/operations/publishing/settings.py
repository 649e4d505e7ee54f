"""Settings of a flow that are no part of its versions: tags, and whether a second person must agree to publish."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from flows.errors import FlowRefused
from flows.models import Flow, FlowTag
from flows.operations.publishing.rights import actor_of, get_flow_to
from integrator.events.log import record
from integrator.people.models import Person
from integrator.people.rights import Action

MAX_TAGS = 20
MAX_TAG_CHARS = 40


def set_flow_tags(*, key: str, tags: Iterable[str], person: Person | None) -> list[str]:
    """This will replace the flow's tags; they are trimmed, in small letters, each once. Gives them sorted.

    Raises NotFound, Forbidden, FlowRefused (``flow.tags_invalid``, ``flow.archived``).
    """
    names = sorted({" ".join(tag.split()).lower() for tag in tags} - {""})
    if len(names) > MAX_TAGS or any(len(name) > MAX_TAG_CHARS for name in names):
        raise FlowRefused(
            "flow.tags_invalid", f"A flow has at most {MAX_TAGS} tags of at most {MAX_TAG_CHARS} characters each."
        )
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_DRAFT, lock=True)
        before = sorted(flow.tags.values_list("name", flat=True))
        if before == names:
            return names
        flow.tags.exclude(name__in=names).delete()
        FlowTag.objects.bulk_create(FlowTag(flow=flow, name=name) for name in names if name not in before)
        _record(flow, person, {"tags": names})
    return names


def set_second_person(*, key: str, needed: bool, person: Person | None) -> Flow:
    """This will say whether a second publisher must agree before a version goes live. Raises NotFound, Forbidden.

    Publishers may ask for it; to let go of it again takes the team's lead or an administrator, so that nobody who
    publishes can do without the second person by themselves.
    """
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_PUBLISH if needed else Action.FLOW_RELAX, lock=True)
        if flow.needs_second_person != needed:
            flow.needs_second_person = needed
            flow.save(update_fields=["needs_second_person"])
            _record(flow, person, {"needs_second_person": needed})
        return flow


def _record(flow: Flow, person: Person | None, what: dict[str, object]) -> None:
    record(
        "flow.settings_changed",
        actor=actor_of(person),
        subject=("flow", flow.pk),
        data={"flow": flow.key, **what},
        team_id=flow.team_id,
    )

"""Tells publishers that somebody asks to publish, and the asker what was decided. In the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flows.models import PublishRequest
from integrator.events.actors import Actor
from integrator.lib.ids import new_uuid
from integrator.people.models import Membership, Person
from integrator.people.rights import ROLES_BY_ACTION, Action
from notifications.operations import NewAlert, ensure_alert_types_in, send_alert_in

ALERT_TYPE = "publish-request"


def tell_publishers_in(request: PublishRequest, *, now: datetime) -> None:
    """This will alert those of the flow's team who may decide, but not the one who asks."""
    held = Membership.objects.filter(team_id=request.flow.team_id, role__in=ROLES_BY_ACTION[Action.FLOW_PUBLISH])
    people = held.filter(person__is_active=True).exclude(person=request.asked_by).values_list("person_id", flat=True)
    title = f"{request.asked_by} asks to publish {request.flow}"
    _send(request, title, request.note, sorted(set(people)), request.asked_by, now)


def tell_asker_in(request: PublishRequest, person: Person, *, now: datetime) -> None:
    """This will alert who asked of what ``person`` decided."""
    title = f"{person} {request.get_state_display().lower()} the publishing of {request.flow}"
    _send(request, title, request.comment, [request.asked_by_id], person, now)


def _send(request: PublishRequest, title: str, body: str, people: Iterable[int], sender: Person, now: datetime) -> None:
    wanted = tuple(people)
    if not wanted:
        return
    actor = Actor.person(sender)
    ensure_alert_types_in([ALERT_TYPE], actor=actor, now=now)
    new = NewAlert(
        alert_id=new_uuid(),
        type_key=ALERT_TYPE,
        title=title,
        body=body,
        link=f"/flows/{request.flow.key}/publish-requests/{request.pk}/",
        people=wanted,
        team_id=request.flow.team_id,
    )
    send_alert_in(new, actor=actor, now=now)

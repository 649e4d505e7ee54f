"""Names substitutes and ends that. Who acts for whom is asked when something is read, so nothing is copied here."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from integrator.events.actors import SYSTEM, Actor
from integrator.events.log import record
from integrator.lib.clock import to_rfc3339
from integrator.lib.ids import new_uuid
from integrator.people.errors import SubstitutionForbidden, SubstitutionMissing, SubstitutionRefused
from integrator.people.models import Membership, Person, Substitution, Team
from integrator.people.operations.people import get_person_in
from integrator.people.queries import list_substitutions
from integrator.people.rights import Action, can
from integrator.timers.firing import FiredTimer, TimerHandler
from integrator.timers.models import Timer

TIMER = "people.substitute"
MAX_NOTE = 500


@dataclass(frozen=True, kw_only=True)
class NewSubstitution:
    """Who acts for whom, from ``starts_at`` until before ``ends_at``; ``team_id`` None: in every team."""

    person_id: int
    substitute_id: int
    starts_at: datetime
    ends_at: datetime
    team_id: int | None = None
    note: str = ""


def name_substitute(new: NewSubstitution, *, by: Person, now: datetime) -> Substitution:
    """This will let somebody act for a person from then until then. It begins and ends by itself.

    By the person themselves; by a lead for people of the team, in that team; by an admin. Records
    ``people.substitute_named``. Raises PersonMissing, SubstitutionForbidden, SubstitutionRefused (of a field).
    """
    with transaction.atomic(durable=True):
        person = get_person_in(new.person_id)
        _refuse_strangers(by, person, new.team_id)
        substitute = _check(new, person, now)
        row = Substitution.objects.create(
            id=new_uuid(),
            person=person,
            substitute=substitute,
            team_id=new.team_id,
            starts_at=new.starts_at,
            ends_at=new.ends_at,
            note=new.note.strip(),
            created_by=by,
            created_at=now,
        )
        moments = [moment for moment in (new.starts_at, new.ends_at) if moment > now]
        Timer.objects.bulk_create(Timer(due_at=moment, handler=TIMER, subject=row.pk) for moment in moments)
        _record_in("people.substitute_named", row, actor=Actor.person(by))
    return row


def end_substitution(*, substitution_id: uuid.UUID, by: Person, now: datetime) -> Substitution:
    """This will end it now: by either of the two, or by who may name substitutes there. Ended before: nothing changes.

    Records ``people.substitute_ended``. Raises SubstitutionMissing, also for those who may not see it.
    """
    with transaction.atomic(durable=True):
        seen = list_substitutions(by).filter(pk=substitution_id).first()
        if seen is None:
            raise SubstitutionMissing("There is no such substitution, or it is not yours.")
        row = Substitution.objects.select_for_update(no_key=True).get(pk=seen.pk)
        if row.ended_at is None and row.ends_at > now:
            row.ended_at = now
            row.save(update_fields=["ended_at"])
            Timer.objects.filter(handler=TIMER, subject=row.pk).delete()
            _record_in("people.substitute_ended", row, actor=Actor.person(by))
    return row


def _refuse_strangers(by: Person, person: Person, team_id: int | None) -> None:
    if by.pk == person.pk or can(by, Action.SUBSTITUTE_NAME):
        return
    if team_id is None or not (can(by, Action.SUBSTITUTE_NAME, team_id) or Team.objects.filter(pk=team_id, lead=by)):
        message = "You may name substitutes for yourself, and as a lead for people of your team: choose that team."
        raise SubstitutionForbidden(message)
    if not Membership.objects.filter(person=person, team_id=team_id).exists():
        raise SubstitutionForbidden(f"{person} is not in that team. Choose somebody of your team.")


def _check(new: NewSubstitution, person: Person, now: datetime) -> Person:
    substitute = Person.objects.filter(pk=new.substitute_id, is_active=True).first()
    if substitute is None:
        raise _refused("substitute", "Choose somebody with an account of their own that is not deactivated.")
    if substitute.pk == person.pk:
        raise _refused("substitute", "Nobody can be their own substitute. Choose somebody else.")
    if new.ends_at <= max(new.starts_at, now):
        raise _refused("ends_at", "The end must lie ahead, and after the start.")
    if len(new.note) > MAX_NOTE:
        raise _refused("note", f"The note may have {MAX_NOTE} characters at most.")
    if new.team_id is not None and not Team.objects.filter(pk=new.team_id).exists():
        raise _refused("team", "There is no such team.")
    same = Substitution.objects.filter(person=person, substitute=substitute, ended_at=None)
    same = same.filter(team=None) if new.team_id is None else same.filter(team_id=new.team_id)
    if same.filter(Q(starts_at__lt=new.ends_at) & Q(ends_at__gt=new.starts_at)).exists():
        message = f"{substitute} is their substitute at that time already. End that one first."
        raise SubstitutionRefused(message, code="substitution.overlaps", details={"field": "substitute"})
    return substitute


def _refused(field: str, message: str) -> SubstitutionRefused:
    return SubstitutionRefused(message, details={"field": field})


def _record_in(name: str, row: Substitution, *, actor: Actor) -> None:
    record(
        name,
        actor=actor,
        subject=("person", row.person_id),
        data={
            "person": row.person.username,
            "substitute": row.substitute.username,
            "team": row.team.slug if row.team else None,
            "starts_at": to_rfc3339(row.starts_at),
            "ends_at": to_rfc3339(row.ended_at or row.ends_at),
        },
        team_id=row.team_id,
    )


def _tell_due(timers: Sequence[FiredTimer], now: datetime) -> None:
    """Tells that one began or ended; open pages read their rights anew with the event."""
    rows = Substitution.objects.filter(pk__in={timer.subject for timer in timers}, ended_at=None)
    for row in rows.select_related("person", "substitute", "team").order_by("starts_at", "id"):
        name = "people.substitute_ended" if row.ends_at <= now else "people.substitute_started"
        _record_in(name, row, actor=SYSTEM)


def _wake_nobody() -> None:
    """The events are all there is to tell."""


tell_due = TimerHandler(take=_tell_due, then=_wake_nobody)

"""Gives back what somebody holds once they may not answer it: deactivated, or without the role or lead they had.

Hears of that in its transaction, and looks once more by a timer: for what was claimed in that moment, and for more than
one batch. What is asked by name of nobody but them is told to leads; so is what is asked of a team that they were the
last of.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from django.utils import timezone

from cases.models import Task
from cases.operations.calling_leads import call_leads_in
from cases.operations.giving_back import find_unfit, give_back_in, lock_free
from cases.operations.idle_teams import leave_out_watched, list_teams_of, watch_teams_in
from cases.querysets import TaskQuerySet
from integrator.events.subscribers import RecordedEvent
from integrator.people.models import Person, Team
from integrator.people.roles import Role
from integrator.people.substitutes import list_covering
from integrator.timers.firing import FiredTimer, TimerHandler
from integrator.timers.models import Timer

TIMER = "cases.stand_down"
BATCH = 200  # tasks given back in one transaction
SOON = timedelta(seconds=1)


def on_person_deactivated(event: RecordedEvent) -> None:
    """This will open again what the person held, and what their substitutes held for them."""
    person = Person.objects.filter(pk=int(event.subject_id)).first()
    if person is not None:
        watch_teams_in(list_teams_of(person), roles=None, now=event.at)
    _stand_down_in(person, None, event.at)


def on_membership_removed(event: RecordedEvent) -> None:
    """This will open again what the person could have only by the role that they hold no more."""
    person = Person.objects.filter(pk=int(event.subject_id)).first()
    team = None if event.team_id is None else Team.objects.get(pk=event.team_id)
    role = Role(str(event.data["role"]))
    if team is not None:
        watch_teams_in([team.pk], roles=[role], now=event.at)
    where = f"in {team}" if team else "everywhere"
    _stand_down_in(person, f"{person} is no longer {role.label.lower()} {where}", event.at)


def on_team_changed(event: RecordedEvent) -> None:
    """This will open again what the person could have only as lead of the team."""
    old, _ = event.changes.get("lead", (None, None))
    if old is not None:
        person, team = Person.objects.filter(pk=cast(int, old)).first(), Team.objects.get(pk=int(event.subject_id))
        watch_teams_in([team.pk], roles=None, now=event.at)
        _stand_down_in(person, f"{person} no longer leads {team}", event.at)


def _stand_down_in(person: Person | None, reason: str | None, now: datetime) -> None:
    if person is not None:
        give_back_of_in(person, reason=reason, now=now)
        Timer.objects.create(due_at=now + SOON, handler=TIMER, subject=UUID(int=person.pk))


def give_back_of_in(person: Person, *, reason: str | None = None, now: datetime) -> bool:
    """This will give back up to ``BATCH`` tasks that the person, or a substitute for them, has and may not answer.

    Gives whether there are more. Leads are told of those that nobody can answer now. ``reason`` None: the plain one.
    """
    words = reason or _say_why(person)
    at = max(timezone.now(), now)
    is_more = False
    for holder in (person, *(row.substitute for row in list_covering(person, at))):
        ids = list(find_unfit(holder, at).order_by("pk").values_list("pk", flat=True)[: BATCH + 1])
        tasks = lock_free(ids[:BATCH], holder)
        covered = None if holder is person else person
        give_back_in(tasks, holder, reason=words, covered=covered, now=now)
        released = [task for task in tasks if task.status == "open"]
        call_leads_in(leave_out_watched(_leave_out_named(released, person)), why=words, now=now)
        is_more |= len(ids) > len(tasks)
    return is_more


def _leave_out_named(tasks: Sequence[Task], person: Person) -> list[Task]:
    """Those not asked by name of somebody deactivated: leads hear of the others once all such tasks are seen to."""
    if person.is_active or not tasks:
        return list(tasks)
    named = set(_find_named(person).filter(pk__in=[task.pk for task in tasks]).values_list("pk", flat=True))
    return [task for task in tasks if task.pk not in named]


def _find_named(person: Person) -> TaskQuerySet:
    return Task.objects.active().filter(candidates__person=person)


def _look_again_in(timers: Sequence[FiredTimer], now: datetime) -> None:
    people = Person.objects.in_bulk([timer.subject.int for timer in timers])
    for timer in timers:
        person = people.get(timer.subject.int)
        if person is None:
            continue
        if give_back_of_in(person, now=now):
            _look_later_in(person, timer.context, now)
        elif not person.is_active:
            _tell_of_named_in(person, timer.context, now)


def _tell_of_named_in(person: Person, after: UUID | None, now: datetime) -> None:
    """One batch of what is asked of somebody deactivated by name, after the task of that id; the next has a timer."""
    rows = _find_named(person) if after is None else _find_named(person).filter(pk__gt=after)
    tasks = list(rows.order_by("pk")[:BATCH])
    call_leads_in(tasks, why=_say_why(person), now=now, holder=person)
    if len(tasks) == BATCH:
        _look_later_in(person, tasks[-1].pk, now)


def _look_later_in(person: Person, after: UUID | None, now: datetime) -> None:
    Timer.objects.create(due_at=now + SOON, handler=TIMER, subject=UUID(int=person.pk), context=after)


def _say_why(person: Person) -> str:
    return f"{person} may not answer it any more" if person.is_active else f"{person} was deactivated"


def _wake_nobody() -> None:
    """The events are all there is to tell."""


look_again = TimerHandler(take=_look_again_in, then=_wake_nobody, at_once=1)

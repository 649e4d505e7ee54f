"""Tells leads and admins of what is asked of a team in which nobody is left who may answer it. Takes nothing away.

Somebody's going sets a timer, so that what else was lost at that moment is seen too; each task is told of once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from cases.models import Task
from cases.operations.calling_leads import call_leads_in
from cases.operations.inside import assert_in_transaction
from cases.people_refs import list_deciders
from cases.querysets import action_for
from integrator.people.models import Person, Team
from integrator.people.rights import ROLES_BY_ACTION
from integrator.people.roles import Role
from integrator.timers.firing import FiredTimer, TimerHandler
from integrator.timers.models import Timer

BATCH = 200  # tasks told of in one transaction
SOON = timedelta(seconds=1)
KINDS = {"cases.idle_to_approve": ("approve",), "cases.idle_to_work": ("assign", "information", "reopen")}


def watch_teams_in(team_ids: Collection[int], *, roles: Collection[Role] | None, now: datetime) -> None:
    """This will look soon at teams in which nobody may answer any more what one of these roles may (None: any kind)."""
    assert_in_transaction()
    for handler, kinds in KINDS.items():
        if roles is not None and not set(roles) & set(ROLES_BY_ACTION[action_for(kinds[0])]):
            continue
        for team_id in sorted(team_ids):
            if not list_deciders([team_id], kinds[0]) and not _is_watched(handler, team_id):
                Timer.objects.create(due_at=now + SOON, handler=handler, subject=UUID(int=team_id))


def list_teams_of(person: Person) -> set[int]:
    """The teams in which the person has a role, or which they lead."""
    held = person.memberships.filter(team__isnull=False).values_list("team_id", flat=True)
    return {team_id for team_id in held if team_id is not None} | set(person.leads.values_list("id", flat=True))


def leave_out_watched(tasks: Sequence[Task]) -> list[Task]:
    """Those of the tasks that will not be told of with all that is asked of their team."""
    watched: set[UUID] = set()
    for handler, kinds in KINDS.items():
        teams = [subject.int for subject in Timer.objects.filter(handler=handler).values_list("subject", flat=True)]
        asked = Task.objects.filter(pk__in=[task.pk for task in tasks], kind__in=kinds, candidates__team__in=teams)
        watched |= set(asked.values_list("pk", flat=True)) if teams else set()
    return [task for task in tasks if task.pk not in watched]


def _is_watched(handler: str, team_id: int) -> bool:
    return Timer.objects.filter(handler=handler, subject=UUID(int=team_id), context=None).exists()


def _look_in(handler: str, timers: Sequence[FiredTimer], now: datetime) -> None:
    for subject, after in dict.fromkeys((timer.subject, timer.context) for timer in timers):
        team = Team.objects.filter(pk=subject.int).first()
        if team is None or list_deciders([team.pk], KINDS[handler][0]):
            continue  # somebody has come meanwhile
        rows = Task.objects.filter(status="open", kind__in=KINDS[handler], candidates__team=team)
        tasks = list((rows if after is None else rows.filter(pk__gt=after)).order_by("pk")[:BATCH])
        call_leads_in(tasks, why=f"Nobody is left in {team} who may answer it", now=now)
        if len(tasks) == BATCH:
            Timer.objects.create(due_at=now + SOON, handler=handler, subject=subject, context=tasks[-1].pk)


def _look_for_approvals_in(timers: Sequence[FiredTimer], now: datetime) -> None:
    _look_in("cases.idle_to_approve", timers, now)


def _look_for_work_in(timers: Sequence[FiredTimer], now: datetime) -> None:
    _look_in("cases.idle_to_work", timers, now)


def _wake_nobody() -> None:
    """The events are all there is to tell."""


look_for_approvals = TimerHandler(take=_look_for_approvals_in, then=_wake_nobody, at_once=1)
look_for_work = TimerHandler(take=_look_for_work_in, then=_wake_nobody, at_once=1)

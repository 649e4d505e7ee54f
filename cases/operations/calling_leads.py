"""Calls leads where nobody who is asked can answer a task any more. Sends nothing: alerts are asked for by an event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q

from cases.models import Approval, GuestPass, Task, TaskCandidate
from cases.operations.inside import assert_in_transaction
from cases.operations.standing_in import let_leads_stand_in_in, list_barred_ids
from cases.people_refs import list_deciders, list_leads
from integrator.events.actors import SYSTEM
from integrator.events.log import record
from integrator.people.models import Membership, Person
from integrator.people.roles import Role

ALERT = "nobody-to-answer"


def call_leads_in(tasks: Sequence[Task], *, why: str, now: datetime, holder: Person | None = None) -> None:
    """This will let leads stand in for approvals, and tell those who may hand over whatever still nobody can answer.

    ``why`` is a sentence without its end; ``holder`` is of whom all of it is asked by name. Nobody hears of a
    confidential case who does not see it.
    """
    assert_in_transaction()
    for task in tasks:
        if task.kind == "approve":
            let_leads_stand_in_in(task.pk, actor=SYSTEM)
    by_team: defaultdict[int, list[Task]] = defaultdict(list)
    for task in _leave_out_answerable(tasks):
        by_team[task.team_id].append(task)
    for team_id, stranded in by_team.items():
        for titles, people in _group(team_id, stranded).items():
            _ask_alert_in(team_id, titles, people, why, holder)


def call_leads_after_in(approval: Approval, answered: Task, *, now: datetime) -> None:
    """This will call leads for entries that only those could have answered who have just answered this one.

    Nobody answers twice in an approval, so such an entry would wait without a word. One query where there is none.
    """
    assert_in_transaction()
    people = [one for one in (answered.decided_by_id, answered.covered_id) if one is not None]
    if not people:
        return
    theirs = Membership.objects.filter(person_id__in=people).exclude(team=None).values("team_id")
    asked = TaskCandidate.objects.filter(Q(person_id__in=people) | Q(team_id__in=theirs))
    open_tasks = Task.objects.active().filter(approval=approval, pk__in=asked.values("task_id"))
    if shared := list(open_tasks.order_by("position")):
        call_leads_in(shared, why="Everybody who is asked answered for another entry already", now=now)


def _leave_out_answerable(tasks: Sequence[Task]) -> list[Task]:
    """Those that no active person is asked for who may answer, by name or as one who fits in a team, and no guest."""
    invited = GuestPass.objects.filter(task__in=tasks, used_at=None, revoked_at=None).values_list("task_id", flat=True)
    waiting = set(invited)
    asked: defaultdict[UUID, list[TaskCandidate]] = defaultdict(list)
    for row in TaskCandidate.objects.filter(task__in=tasks).select_related("person"):
        asked[row.task_id].append(row)
    known: dict[tuple[int, str], frozenset[int]] = {}
    left = []
    for task in tasks:
        barred = list_barred_ids(task) if task.approval_id is not None else frozenset[int]()
        able = (_list_able_ids(row, task.kind, known) - barred for row in asked[task.pk])
        if task.pk not in waiting and not any(able):
            left.append(task)
    return left


def _list_able_ids(row: TaskCandidate, kind: str, known: dict[tuple[int, str], frozenset[int]]) -> Set[int]:
    if row.team_id is None:
        return {row.person.pk} if row.person is not None and row.person.is_active else frozenset()
    if (row.team_id, kind) not in known:
        known[row.team_id, kind] = frozenset(person.pk for person in list_deciders([row.team_id], kind))
    return known[row.team_id, kind]


def _group(team_id: int, tasks: Sequence[Task]) -> Mapping[tuple[str, ...], list[int]]:
    """Who may hand over which of them, by titles: the leads of the team; where none may, administrators."""
    ids = [task.pk for task in tasks]
    everywhere = Membership.objects.filter(team=None, role=Role.ADMIN).values("person_id")
    admins = Person.objects.filter(pk__in=everywhere, is_active=True).order_by("username")
    for people in (list_leads([team_id]), admins):
        found: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        for person in people:
            rows = Task.objects.reassignable_by(person).filter(pk__in=ids).order_by("pk")
            titles = tuple(rows.values_list("title", flat=True))
            if titles:
                found[titles].append(person.pk)
        if found:
            return found
    return {}


def _ask_alert_in(team_id: int, titles: Sequence[str], people: list[int], why: str, holder: Person | None) -> None:
    one = f"“{titles[0][:400]}” waits, and nobody who is asked can answer it"
    listed = "\n".join(titles[:50]) + (f"\nand {len(titles) - 50} more" if len(titles) > 50 else "")
    only = f"?{urlencode({'holder': holder.username})}" if holder is not None else ""
    record(
        "alert.asked",
        actor=SYSTEM,
        subject=("alert_type", ALERT),
        data={
            "type": ALERT,
            "title": one if len(titles) == 1 else f"{len(titles)} tasks wait, and nobody who is asked can answer them",
            "body": f"{why}. Hand over what waits to somebody else.\n{listed}",
            "link": f"/workload/{only}",
            "severity": "warning",
            "people": people,
        },
        team_id=team_id,
    )

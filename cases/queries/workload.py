"""Who has what: the open tasks that a person may hand over, by holder and by team. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from cases.models import Task, TaskCandidate
from cases.queries.parts import with_row_parts
from cases.querysets import TaskQuerySet
from integrator.people.models import Membership, Person, Substitution, Team
from integrator.people.rights import ROLES_BY_ACTION, Action, limit_to_teams, team_ids_where
from integrator.people.substitutes import running

TEAM = "team:"
MOST = 200  # people that are shown
DUE_FIRST = ("due_at", "created_at")
WORKERS = ROLES_BY_ACTION[Action.TASK_DO] | ROLES_BY_ACTION[Action.TASK_DECIDE]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """How many tasks are open, how many of them overdue, and how many due soon."""

    open: int = 0
    late: int = 0
    soon: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(open=self.open + other.open, late=self.late + other.late, soon=self.soon + other.soon)


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Somebody with open work, or a team whose work nobody has taken. ``key`` is as in addresses.

    ``away`` is the substitution that runs for a person now.
    """

    key: str
    person: Person | None
    team: Team | None
    figures: Figures
    away: Substitution | None = None

    @property
    def open(self) -> int:
        """How many tasks."""
        return self.figures.open


def list_queues(person: Person, *, now: datetime, soon_at: datetime) -> list[Holder]:
    """The teams with open tasks that nobody has taken, most first. Two queries.

    ``soon`` counts what is due before ``soon_at``. A task that two teams are asked for counts for both.
    """
    open_tasks = Task.objects.reassignable_by(person).filter(assignee=None).order_by().values("pk")
    rows = TaskCandidate.objects.filter(task__in=open_tasks, team__isnull=False).order_by()
    figures = _count(rows, "team_id", "task__due_at", now=now, soon_at=soon_at)
    teams = Team.objects.filter(pk__in=figures).order_by("name", "id")
    holders = [Holder(key=f"{TEAM}{team.slug}", person=None, team=team, figures=figures[team.pk]) for team in teams]
    return sorted(holders, key=lambda holder: -holder.open)


def list_holders(person: Person, *, now: datetime, soon_at: datetime) -> list[Holder]:
    """The people who hold tasks or are asked by name, deactivated or not, and those of the teams who are free.

    Most first. Four queries.
    """
    mine = Task.objects.reassignable_by(person).order_by()
    held = _count(mine.filter(assignee__isnull=False), "assignee_id", "due_at", now=now, soon_at=soon_at)
    untaken = mine.filter(assignee=None).values("pk")
    named = TaskCandidate.objects.filter(task__in=untaken, person__isnull=False).order_by()
    asked = _count(named, "person_id", "task__due_at", now=now, soon_at=soon_at)
    people = _list_people(person, {*held, *asked})
    away = {row.person_id: row for row in running(now).filter(person__in=people).select_related("substitute")}
    holders = [
        Holder(
            key=each.username,
            person=each,
            team=None,
            away=away.get(each.pk),
            figures=held.get(each.pk, Figures()) + asked.get(each.pk, Figures()),
        )
        for each in people
    ]
    return sorted(holders, key=lambda holder: (-holder.open, str(holder.person)))[:MOST]


def list_held(person: Person, key: str) -> TaskQuerySet:
    """The open tasks that the person may hand over, of the holder with this key; "" is everybody's."""
    tasks = with_row_parts(Task.objects.reassignable_by(person))
    if not key:
        return tasks
    if key.startswith(TEAM):
        asked = TaskCandidate.objects.filter(team__slug=key.removeprefix(TEAM)).values("task_id")
        return tasks.filter(assignee=None, pk__in=asked)
    named = TaskCandidate.objects.filter(person__username=key).values("task_id")
    return tasks.filter(Q(assignee__username=key) | Q(assignee=None, pk__in=named))


def find_seen(person: Person, tasks: Iterable[Task]) -> set[UUID]:
    """The ids of those tasks whose pages the person sees: who may hand over a task need not see what it is about."""
    return set(Task.objects.visible_to(person).filter(pk__in=[task.pk for task in tasks]).values_list("pk", flat=True))


def end_of_day(now: datetime) -> datetime:
    """The coming midnight in the reader's zone."""
    local = timezone.localtime(now)
    return datetime.combine(local.date() + timedelta(days=1), time.min, tzinfo=local.tzinfo)


def _list_people(person: Person, busy: set[int]) -> list[Person]:
    scope = team_ids_where(person, Action.TASK_REASSIGN)
    members: QuerySet[Membership] = Membership.objects.filter(team__isnull=False, role__in=WORKERS)
    theirs = limit_to_teams(members, scope, field="team_id").values("person_id")
    return list(Person.objects.filter(Q(pk__in=busy) | Q(pk__in=theirs, is_active=True)).order_by("name", "id"))


def _count(rows: QuerySet[Any], by: str, due: str, *, now: datetime, soon_at: datetime) -> dict[int, Figures]:
    """The figures of the rows, by the column ``by``; ``due`` is where the due time stands."""
    late, soon = Q(**{f"{due}__lt": now}), Q(**{f"{due}__gte": now, f"{due}__lt": soon_at})
    counted = rows.values(by).annotate(open=Count("pk"), late=Count("pk", filter=late), soon=Count("pk", filter=soon))
    return {row[by]: Figures(open=row["open"], late=row["late"], soon=row["soon"]) for row in counted}

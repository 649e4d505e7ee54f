"""The inbox by its filters: what waits for a person, what they watch, what they answered. Visibility comes first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from django.db.models import Exists, OuterRef, Q

from cases.models import Task, TaskCandidate
from cases.models.queue import NO_DATE
from cases.queries.parts import with_parts
from cases.queries.queue import DUE_FIRST, URGENT_FIRST, Part, count_queue, get_queue_page, with_rank
from cases.querysets import TaskQuerySet
from integrator.database.keyset import Order, Page, get_keyset_page
from integrator.people.models import Person, Team
from integrator.people.rights import is_active_person

ME = "me"
LATE, TODAY, WEEK, NONE = "late", "today", "week", "none"
DUE = {LATE: "late", TODAY: "today", WEEK: "this week", NONE: "no date"}
DAYS_OF_WEEK = timedelta(days=7)
DECIDED_FIRST = ("-decided_at!",)
_NUMBER = re.compile(r"[A-Z][A-Z0-9]{0,7}-\d{4}-\d+", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Moment:
    """When the reader looks, and in which zone: what is due today follows from it."""

    now: datetime
    zone: tzinfo

    def bounds_of(self, due: str) -> tuple[datetime | None, datetime | None]:
        """From when until before when something is due: ``late``, ``today``, ``week``, ``none``; (None, None) else."""
        midnight = datetime.combine(self.now.astimezone(self.zone).date(), time(), tzinfo=self.zone)
        return {
            LATE: (None, self.now),
            TODAY: (self.now, midnight + timedelta(days=1)),
            WEEK: (self.now, midnight + DAYS_OF_WEEK),
            NONE: (NO_DATE, None),
        }.get(due, (None, None))


@dataclass(frozen=True, kw_only=True)
class TaskFilter:
    """What to look for; empty members let all through.

    ``asked`` is ``me`` (by name) or the short name of an asked team; ``q`` is part of the title, a case number or the
    partner's own id of the case; ``due`` a key of ``DUE``. ``is_mine``: asked by name, or held.
    """

    q: str = ""
    asked: str = ""
    kind: str = ""
    priority: str = ""
    due: str = ""
    status: str = ""
    is_mine: bool = False

    def where(self, person: Person) -> Q:
        """The condition on tasks, but for who is asked and when it is due."""
        where = Q()
        for name, value in (("kind", self.kind), ("priority", self.priority), ("status", self.status)):
            if value:
                where &= Q(**{name: value})
        if self.asked == ME:
            where &= Q(Exists(TaskCandidate.objects.filter(task_id=OuterRef("pk"), person=person)))
        text = self.q.strip()
        if not text:
            return where
        if _NUMBER.fullmatch(text):
            return where & Q(case__number=text.upper())
        return where & (Q(title__icontains=text) | Q(case__business_key=text[:500]))

    def apply(self, tasks: TaskQuerySet, person: Person, moment: Moment) -> TaskQuerySet:
        """``tasks`` of any state narrowed to what matches."""
        tasks = tasks.filter(self.where(person))
        if self.asked and self.asked != ME:
            asked = TaskCandidate.objects.filter(task_id=OuterRef("pk"), team__slug=self.asked)
            tasks = tasks.filter(Exists(asked))
        from_at, until_at = moment.bounds_of(self.due)
        if self.due == NONE:
            return tasks.filter(due_at__isnull=True)
        tasks = tasks if from_at is None else tasks.filter(due_at__gte=from_at)
        return tasks if until_at is None else tasks.filter(due_at__lt=until_at)

    def part(self, person: Person, moment: Moment) -> Part | None:
        """The part of the queue that matches; None when it is none. A query where a team is named."""
        team_id: int | None = None
        if self.asked and self.asked != ME:
            team_id = Team.objects.filter(slug=self.asked).values_list("id", flat=True).first()
            if team_id is None:
                return None
        from_at, until_at = moment.bounds_of(self.due)
        return Part(
            where=self.where(person),
            by_name=self.is_mine or self.asked == ME,
            team_id=team_id,
            due_from_at=from_at,
            due_until_at=until_at,
        )

    @property
    def names_case(self) -> bool:
        """Whether it looks for one case's tasks: few, and found by the case rather than in the queue."""
        return _NUMBER.fullmatch(self.q.strip()) is not None


def get_waiting_page(
    person: Person,
    wanted: TaskFilter,
    moment: Moment,
    *,
    order: Order = DUE_FIRST,
    size: int,
    cursor: str = "",
) -> Page[Task]:
    """This will give one page of what the person may answer now. Raises CursorRefused.

    Of one priority the most urgent first are those due first: the same order, by the shorter way.
    """
    if wanted.priority and order == URGENT_FIRST:
        order = DUE_FIRST
    if wanted.names_case:
        rows = with_rank(with_parts(wanted.apply(Task.objects.decidable_by(person), person, moment)))
        return get_keyset_page(rows, order=order, size=size, cursor=cursor)
    part = wanted.part(person, moment)
    if part is None:
        return Page(rows=[], next=None, previous=None)
    return get_queue_page(person, part, order=order, size=size, cursor=cursor)


def count_waiting(
    person: Person,
    wanted: TaskFilter,
    moment: Moment,
    *,
    cap: int = 100,
    since_at: datetime | None = None,
    released_after: datetime | None = None,
) -> int:
    """This will count what the person may answer now, up to ``cap``.

    ``since_at``: only what was made after it, or taken and released again after ``released_after``.
    """
    if wanted.names_case:
        rows = wanted.apply(Task.objects.decidable_by(person), person, moment)
        if since_at is not None:
            released = Q() if released_after is None else Q(released_at__gt=released_after)
            rows = rows.filter(Q(created_at__gt=since_at) | released)
        return len(rows.order_by().values_list("id")[:cap])
    part = wanted.part(person, moment)
    return 0 if part is None else count_queue(person, part, cap=cap, since_at=since_at, released_after=released_after)


def find_decided_tasks(person: Person) -> TaskQuerySet:
    """This will give the tasks that the person decided. Page with the order ``DECIDED_FIRST``.

    Who answered a task may see it, so no other rule is asked.
    """
    if not is_active_person(person):
        return Task.objects.none()
    return Task.objects.filter(decided_by=person, decided_at__isnull=False)


def find_watched_tasks(person: Person) -> TaskQuerySet:
    """This will give the tasks that the person follows and may see. Page with the order ``("-created_at",)``."""
    return Task.objects.watched_by(person)

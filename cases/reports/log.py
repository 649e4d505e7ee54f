"""Reads from the event log when cases and tasks were under way, as far as the reader may see them. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Replace

from cases.models import Case, Task
from cases.reports.figures import Span
from cases.reports.folding import BEGINS, NAMES, Move, fold
from integrator.events.models import Event
from integrator.events.payloads import decode_payload
from integrator.people.models import Membership, Person, Team

MOST = 200_000
OF_CASES = ("case.opened", "case.changed", "case.milestone", "case.closed")
TEAM = "team:"


@dataclass(frozen=True, kw_only=True)
class Scope:
    """[since, until), and what is wanted of it; an empty member lets all through. Both are keys as in addresses."""

    since_at: datetime
    until_at: datetime
    team: str = ""
    case_type: str = ""


@dataclass(frozen=True, kw_only=True)
class CaseSpan(Span):
    """A case; ``team`` is the short name of the team that had it at the end of the period."""

    number: str
    title: str
    team: str


@dataclass(frozen=True, kw_only=True)
class WorkSpan(Span):
    """A task. ``team`` is the short name of the team that was asked, "" where people of several were asked by name."""

    task_id: str
    title: str
    origin: str
    team: str
    is_answered: bool
    due_at: datetime | None

    def was_late(self, at: datetime) -> bool:
        """Whether it was overdue at its end, or at ``at`` while it was open."""
        return self.due_at is not None and self.due_at < (self.ended_at or at)


def read_cases(person: Person, scope: Scope) -> list[CaseSpan]:
    """The cases that were open in the period, oldest first, 200,000 at most. Three queries.

    Opening, closing and team are those that the log tells until the end of the period.
    """
    seen = Case.objects.visible_to(person).order_by()
    if scope.case_type:
        seen = seen.filter(type__key=scope.case_type)
    log = Event.objects.filter(subject_type="case", name__in=OF_CASES, at__lt=scope.until_at)
    same = log.filter(subject_id=OuterRef("subject_id"))
    closed = same.filter(name="case.closed").order_by("id")
    rows = (
        log.filter(name="case.opened", subject_id__in=seen.values("number"))
        .filter(~Exists(closed.filter(at__lt=scope.since_at)))
        .annotate(
            closed_at=Subquery(closed.values("at")[:1]),
            held_by=Subquery(same.filter(team_id__isnull=False).order_by("-id").values("team_id")[:1]),
            title=Subquery(Case.objects.filter(number=OuterRef("subject_id")).values("title")[:1]),
        )
        .order_by("at", "id")
        .values_list("subject_id", "title", "at", "closed_at", "held_by")
    )
    slugs = _name_teams()
    found = (
        CaseSpan(number=number, title=title or "", begun_at=at, ended_at=closed_at, team=slugs.get(team_id or 0, ""))
        for number, title, at, closed_at, team_id in rows[:MOST]
    )
    return [span for span in found if scope.team in ("", span.team)]


def read_work(person: Person, scope: Scope) -> list[WorkSpan]:
    """The tasks that waited for an answer in the period, oldest first, 200,000 at most. Five queries.

    Those that the person sees themselves, and those of cases that they see.
    """
    tasks = _list_tasks(person, scope)
    told = {str(row["id"]): row for row in tasks.values("id", "title", "origin", "due_at")[:MOST]}
    events = Event.objects.filter(subject_type="task", at__lt=scope.until_at)
    events = events.annotate(ref=_bare("subject_id")).filter(
        ref__in=tasks.annotate(ref=_bare(Cast("id", CharField()))).values("ref")
    )
    moves = events.filter(name__in=NAMES).order_by("id").values_list("subject_id", "name", "at")
    courses = fold(Move(task=task, name=name, at=at) for task, name, at in moves)
    asked = _read_asked(events)
    spans = [
        WorkSpan(
            task_id=task_id,
            title=row["title"],
            origin=row["origin"],
            team=asked.get(task_id, ""),
            begun_at=course.begun_at,
            ended_at=course.ended_at,
            is_answered=course.is_answered,
            due_at=row["due_at"],
        )
        for task_id, row in told.items()
        if (course := courses.get(task_id)) is not None
        and (course.ended_at is None or course.ended_at >= scope.since_at)
    ]
    return sorted((span for span in spans if scope.team in ("", span.team)), key=lambda span: span.begun_at)


def _list_tasks(person: Person, scope: Scope) -> QuerySet[Task]:
    """A first choice by the rows as they are now: whatever can have waited in the period."""
    theirs = Task.objects.visible_to(person).order_by().values("pk")
    cases = Case.objects.visible_to(person).order_by().values("pk")
    tasks = Task.objects.filter(Q(pk__in=theirs) | Q(case__in=cases), created_at__lt=scope.until_at)
    tasks = tasks.filter(Q(decided_at__isnull=True) | Q(decided_at__gte=scope.since_at))
    tasks = tasks.filter(Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=scope.since_at))
    return (tasks.filter(case__type__key=scope.case_type) if scope.case_type else tasks).order_by()


def _bare(text: Any) -> Replace:
    """An id without dashes: SQLite keeps them so, and the log does not."""
    return Replace(text, Value("-"), Value(""), output_field=CharField())


def _read_asked(events: QuerySet[Event]) -> dict[str, str]:
    """The team that was asked first, of each task; people by name count for their team where they are in one alone."""
    rows = events.filter(name=BEGINS).values_list("subject_id", "payload__payload")
    team_of = _name_people()
    return {task: _choose_team(decode_payload(payload)[0].get("to"), team_of) for task, payload in rows}


def _choose_team(to: Any, team_of: Mapping[str, str]) -> str:
    refs = [str(ref) for ref in to] if isinstance(to, list) else []
    named = [ref.removeprefix(TEAM) for ref in refs if ref.startswith(TEAM)]
    if named:
        return named[0]
    theirs = {team_of.get(ref, "") for ref in refs}
    return theirs.pop() if len(theirs) == 1 else ""


def _name_people() -> dict[str, str]:
    """User name → short name of their team, for those who hold roles in exactly one."""
    teams: dict[str, set[str]] = {}
    held: Iterable[tuple[str, str | None]] = Membership.objects.filter(team__isnull=False).values_list(
        "person__username", "team__slug"
    )
    for username, slug in held:
        teams.setdefault(username, set()).add(slug or "")
    return {username: next(iter(slugs)) for username, slugs in teams.items() if len(slugs) == 1}


def _name_teams() -> dict[int, str]:
    return dict(Team.objects.values_list("id", "slug"))

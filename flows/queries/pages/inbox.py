"""The inbox: tasks by when they are due, each with who is asked in words. Writes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from itertools import groupby

from django.utils import timezone

from cases.models import Task
from cases.sla.queries import ClockView, find_clocks
from flows.definition.words import join_words
from flows.models import Run
from integrator.people.models import Person

WEEK = timedelta(days=7)
LOOK_AGAIN = "To look at again"


@dataclass(frozen=True, kw_only=True)
class InboxRow:
    """A task as the list shows it. ``asked`` says of whom it is asked, ``state`` is a word with a look.

    ``clock`` is that of an unanswered task; None without one. ``is_to_look_again``: the time that was noted has come.
    ``can_undo``: it is the reader's own answer, which does not count yet.
    ``may_open`` is false for a task whose page the reader does not see, though it is theirs to hand over.
    """

    task: Task
    flow_name: str
    state: str
    asked: str
    clock: ClockView | None = None
    is_to_look_again: bool = False
    can_undo: bool = False
    may_open: bool = True


@dataclass(frozen=True, kw_only=True)
class InboxGroup:
    """The rows of one part of the time to come."""

    label: str
    rows: tuple[InboxRow, ...]


def make_rows(tasks: Sequence[Task], person: Person) -> list[InboxRow]:
    """This will make rows of tasks with their parts. One query for the names of the flows, three for clocks at most."""
    names = get_flow_names(task.correlation for task in tasks)
    timed = [task.pk for task in tasks if task.due_at is not None and task.status in ("open", "claimed")]
    now = timezone.now()
    clocks = find_clocks(now, tasks=timed)
    return [
        InboxRow(
            task=task,
            flow_name=names.get(task.correlation, ""),
            state=task.outcome if task.status == "done" and task.kind == "approve" else task.status,
            asked=say_asked(task, person),
            clock=clocks.get(task.pk),
            is_to_look_again=is_to_look_again(task, now),
            can_undo=task.settles_at is not None and task.settles_at > now and task.decided_by_id == person.pk,
        )
        for task in tasks
    ]


def group_rows(rows: Sequence[InboxRow], *, now: datetime, zone: tzinfo) -> list[InboxGroup]:
    """The rows, which come by due time, under headings; first those of the page that are to be looked at again."""
    again = tuple(row for row in rows if row.is_to_look_again)
    others = [row for row in rows if not row.is_to_look_again]
    found = groupby(others, key=lambda row: say_part(row.task.due_at, now=now, zone=zone))
    groups = [InboxGroup(label=label, rows=tuple(each)) for label, each in found]
    return [InboxGroup(label=LOOK_AGAIN, rows=again), *groups] if again else groups


def group_by_priority(rows: Sequence[InboxRow]) -> list[InboxGroup]:
    """The rows, which come by priority, under its names."""
    found = groupby(rows, key=lambda row: row.task.get_priority_display())
    return [InboxGroup(label=label, rows=tuple(each)) for label, each in found]


def is_to_look_again(task: Task, now: datetime) -> bool:
    """Whether the time has come that was noted to look again at what is not answered yet."""
    return task.follow_up_at is not None and task.follow_up_at <= now and task.status in ("open", "claimed")


def say_part(due_at: datetime | None, *, now: datetime, zone: tzinfo) -> str:
    """``Late``, ``Due today``, ``This week`` (the seven days from today on), ``Later`` or ``No date``."""
    if due_at is None:
        return "No date"
    if due_at < now:
        return "Late"
    today = now.astimezone(zone).date()
    midnight = datetime.combine(today, time(), tzinfo=zone)
    if due_at < midnight + timedelta(days=1):
        return "Due today"
    return "This week" if due_at < midnight + WEEK else "Later"


def say_asked(task: Task, person: Person) -> str:
    """``for you``, ``for Legal``, ``claimed by Lia``, ``rejected``. Candidates must have been fetched."""
    if task.status == "done":
        return task.outcome.replace("_", " ")
    if task.status == "withdrawn":
        return "withdrawn"
    if task.assignee is not None:
        return "claimed by you" if task.assignee_id == person.pk else f"claimed by {task.assignee}"
    if any(candidate.person_id == person.pk for candidate in task.candidates.all()):
        return "for you"
    return f"for {name_asked(task) or 'nobody'}"


def name_asked(task: Task) -> str:
    """``Finance or Lia``: who may answer, empty when nobody may. Candidates must have been fetched."""
    return join_words([str(candidate.team or candidate.person) for candidate in task.candidates.all()], "or")


def get_flow_names(correlations: Iterable[str]) -> dict[str, str]:
    """The name of the flow by the run's id as text; one query, none without runs."""
    ids = {run_id for run_id in map(read_uuid, correlations) if run_id is not None}
    if not ids:
        return {}
    return {str(run_id): name for run_id, name in Run.objects.filter(id__in=ids).values_list("id", "flow__name")}


def read_uuid(text: str) -> uuid.UUID | None:
    """The id, or None for a text that is none: tasks keep the ids of those who asked as texts."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None

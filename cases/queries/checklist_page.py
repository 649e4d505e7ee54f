"""A case's checklist and milestones as its page tells them. Words and states; writes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from cases.models import Case, Contribution
from cases.queries.beside import list_contributions
from integrator.lib.clock import parse_instant
from integrator.people.models import Person
from integrator.people.rights import Action, can

NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True, kw_only=True)
class ChecklistRow:
    """One contribution. ``state`` is a state word; ``task_id`` the task by which the reader may answer it now;
    ``may_contribute``: the reader may give it on a page of its own.
    """

    key: str
    title: str
    state: str
    text: str
    quote: str
    fine: str
    at: datetime | None
    task_id: uuid.UUID | None
    may_contribute: bool


@dataclass(frozen=True, kw_only=True)
class Checklist:
    """The contributions of a case. ``sentence`` says when the case moves on, ``note`` how many are in."""

    rows: tuple[ChecklistRow, ...] = ()
    sentence: str = ""
    note: str = ""
    task_ids: frozenset[uuid.UUID] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Milestone:
    """A milestone, as ``components/milestones.html`` takes it: ``at`` None where it is still to come."""

    name: str
    at: datetime | None
    is_here: bool
    note: str = ""


def build_checklist(
    case: Case, person: Person, *, decidable: Collection[uuid.UUID], say_at: Callable[[datetime], str]
) -> Checklist:
    """This will tell the checklist to somebody who sees the case. One query, none for a case without."""
    if not case.has_checklist:
        return Checklist()
    found = list(list_contributions(case))
    may_all = can(person, Action.CASE_CHANGE, case.team_id)
    required = [row for row in found if row.is_required]
    came = sum(row.status == "in" for row in required)
    return Checklist(
        rows=tuple(_tell(row, person, decidable, may_all=may_all, case=case, say_at=say_at) for row in found),
        sentence=_say_sentence(case, required),
        note=f"{came} of {len(required)} contributions in" if required else "",
        task_ids=frozenset(row.task_id for row in found if row.task_id is not None),
    )


def build_milestones(case: Case, *, note: str = "") -> list[Milestone]:
    """The milestones in the order of the type, those it does not name where they were reached. ``note`` stands at the
    one that the case is at.
    """
    reached = {
        str(row["name"]): parse_instant(row["at"]) for row in case.milestones if row.get("name") and row.get("at")
    }
    planned = [str(name) for name in case.type.milestones]
    names = [*planned, *(name for name in reached if name not in planned)] if case.closed_at is None else list(reached)
    names = sorted(names, key=lambda name: (name not in reached, planned.index(name) if name in planned else 0))
    last = max(reached, key=lambda name: reached[name], default="")
    is_open = case.closed_at is None
    return [
        Milestone(name=name, at=reached.get(name), is_here=is_open and name == last, note=note if name == last else "")
        for name in names
    ]


def _say_sentence(case: Case, required: Sequence[Contribution]) -> str:
    if not required:
        return "The case goes on without waiting for them"
    if case.contributed_at is not None:
        return "All that the case needs are in"
    if len(required) == 1:
        return "The case moves on exactly when it is in"
    count = NUMBERS[len(required)] if len(required) < len(NUMBERS) else str(len(required))
    return f"The case moves on exactly when all {count} are in"


def _tell(
    row: Contribution,
    person: Person,
    decidable: Collection[uuid.UUID],
    *,
    may_all: bool,
    case: Case,
    say_at: Callable[[datetime], str],
) -> ChecklistRow:
    is_waiting = row.status == "waiting" and case.closed_at is None
    answers = is_waiting and row.task_id in decidable
    asked = row.person_id == person.pk or (row.team_id is not None and can(person, Action.TASK_DO, row.team_id))
    return ChecklistRow(
        key=row.key,
        title=row.title,
        state={"in": "completed", "waiting": "waiting"}.get(row.status, "withdrawn"),
        text=_say_state(row),
        quote=row.comment,
        fine=_say_fine(row, say_at),
        at=row.at,
        task_id=row.task_id if answers else None,
        may_contribute=is_waiting
        and not answers
        and not _is_undoable(row)
        and (may_all or (asked and row.source == "http")),
    )


def _is_undoable(row: Contribution) -> bool:
    return row.task is not None and row.task.settles_at is not None


def _say_state(row: Contribution) -> str:
    if row.status == "in":
        how = "by task" if row.task is not None and row.task.status == "done" else "by HTTP or on this page"
        return f"{row.by or 'Somebody'}, {how}"
    if row.status == "dropped":
        return "No longer needed: the case went on without it"
    if row.source == "http":
        return f"Waiting for the application of {row.team}" if row.team else "Waiting for an application"
    if row.task is not None and row.task.settles_at is not None:
        until = timezone.localtime(row.task.settles_at)
        return f"{row.task.decided_by or 'Somebody'} answered, can be undone until {until:%H:%M:%S}"
    if row.task is not None and row.task.assignee is not None:
        return f"Waiting for {row.task.assignee}, who claimed it"
    return f"Waiting for any one of {row.team}" if row.team else f"Waiting for {row.person or 'somebody'}"


def _say_fine(row: Contribution, say_at: Callable[[datetime], str]) -> str:
    parts = ["" if row.is_required else "optional", row.question]
    if row.repeats and row.repeated_at is not None:
        again = "sent again" if row.status == "in" else "sent late"
        parts.append(f"{again} {say_at(row.repeated_at)}, changed nothing and was told so")
    return " · ".join(part for part in parts if part)

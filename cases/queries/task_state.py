"""What the page of one task shows beside the question: talk, questions, guests, what was typed, what may be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cases.models import GuestPass, InformationRequest, Task, TaskComment, TaskDraft
from cases.queries.task_life import (
    QuestionRow,
    get_draft,
    get_question_of,
    list_comments,
    list_guests,
    list_questions,
    say_pass_state,
)
from cases.shapes import say_decider
from cases.veils import mask_proposal
from integrator.people.models import Person

SHOWN = 100
LONGEST_UNDO = timedelta(seconds=32_767)  # what ``Task.undo_s`` can hold: it bounds how far back is looked


@dataclass(frozen=True, kw_only=True)
class UndoLine:
    """An answer that does not count yet. ``is_mine``: the reader gave it and may undo it."""

    task: Task
    by: str
    is_mine: bool

    @property
    def outcome(self) -> str:
        """What was answered, in words."""
        return self.task.outcome.replace("_", " ")

    @property
    def verb(self) -> str:
        """``approved`` or ``rejected`` of an approval; "" for other answers, which have no verb of their own."""
        return self.outcome if self.task.kind == "approve" and self.outcome in ("approved", "rejected") else ""


@dataclass(frozen=True, kw_only=True)
class GuestRow:
    """An invitation and how it stands: ``open``, ``used``, ``revoked``, ``expired``."""

    guest_pass: GuestPass
    state: str


@dataclass(frozen=True, kw_only=True)
class TaskState:
    """See the module. ``about`` is the question that a task of kind ``information`` asks; ``proposal`` a delegate's.

    ``proposer`` is what people call the delegate, "" where nothing is proposed.
    """

    comments: Sequence[TaskComment]
    questions: Sequence[QuestionRow]
    guests: Sequence[GuestRow]
    draft: TaskDraft | None
    undo: UndoLine | None
    about: InformationRequest | None
    proposal: Any
    proposer: str
    can_hand_over: bool
    can_reopen: bool

    @property
    def waits_for(self) -> Sequence[QuestionRow]:
        """The questions that nobody has answered yet."""
        return [row for row in self.questions if row.is_open]


def read_task_state(task: Task, person: Person, *, now: datetime) -> TaskState:
    """This will read it for somebody who sees the task. Six queries at most."""
    is_active = task.status in ("open", "claimed")
    can_hand_over = is_active and Task.objects.reassignable_by(person).filter(pk=task.pk).exists()
    guests = list_guests(task) if can_hand_over else []
    return TaskState(
        comments=list_comments(task),
        questions=list_questions(task) if task.kind in ("assign", "approve") else [],
        guests=[GuestRow(guest_pass=row, state=say_pass_state(row, now=now)) for row in guests],
        draft=get_draft(task, person) if is_active else None,
        undo=_make_line(task, person, now=now),
        about=get_question_of(task),
        proposal=mask_proposal(task) if is_active else None,
        proposer=_name_proposer(task) if is_active else "",
        can_hand_over=can_hand_over,
        can_reopen=task.status == "done" and task.settles_at is None and task.kind in ("assign", "approve"),
    )


def list_undoable(person: Person, *, now: datetime) -> list[UndoLine]:
    """This will give the person's own answers that do not count yet, the newest first. One query."""
    rows = Task.objects.filter(decided_by=person, decided_at__gte=now - LONGEST_UNDO, settles_at__gt=now)
    return [UndoLine(task=task, by=str(person), is_mine=True) for task in rows.order_by("-decided_at", "-id")[:SHOWN]]


def _make_line(task: Task, person: Person, *, now: datetime) -> UndoLine | None:
    if task.settles_at is None or task.settles_at <= now:
        return None
    return UndoLine(task=task, by=say_decider(task), is_mine=task.decided_by_id == person.pk)


def _name_proposer(task: Task) -> str:
    """One query where a delegate proposed something."""
    if task.proposal is None:
        return ""
    by = str(task.proposal["by"])
    delegate = Person.objects.filter(username=by).first()
    return str(delegate) if delegate is not None else by.removeprefix("guest:")

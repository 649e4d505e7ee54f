"""What belongs to one task besides itself: comments, questions, guests, the reader's draft. The task was checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.models import Case, GuestPass, InformationRequest, Task, TaskComment, TaskDraft
from cases.shapes import as_time, name_decider, say_decider
from cases.veils import mask_answer, veil_task
from integrator.people.models import Person

MAX_NAMES = 20


@dataclass(frozen=True, kw_only=True)
class QuestionRow:
    """One question about a task, with its answer once there is one. ``asked_of`` is a name, ``answer`` masked."""

    request: InformationRequest
    asked_of: str
    answer: str
    data: Any
    by: str

    @property
    def is_open(self) -> bool:
        """Whether it waits for its answer."""
        return self.request.state == "open"


def list_comments(task: Task) -> Sequence[TaskComment]:
    """The comments on a task, oldest first. One query."""
    return list(TaskComment.objects.filter(task=task).select_related("author").order_by("created_at", "id"))


def list_blind(task: Task, names: str) -> list[Person]:
    """Those of these people who may not see the task: active ones, by user names parted by blanks.

    One query, and one for each found; none without names.
    """
    wanted = names.replace("\x00", "").split()[:MAX_NAMES]
    if not wanted:
        return []
    people = Person.objects.filter(username__in=wanted, is_active=True).order_by("username")
    return [one for one in people if not Task.objects.visible_to(one).filter(pk=task.pk).exists()]


def list_case_comments(case: Case) -> Sequence[TaskComment]:
    """The comments on a case, oldest first. One query."""
    return list(TaskComment.objects.filter(case=case).select_related("author").order_by("created_at", "id"))


def list_questions(task: Task) -> list[QuestionRow]:
    """What was asked about a task, oldest first. One query."""
    rows = InformationRequest.objects.filter(task=task).select_related("asked_by", "person", "asking__decided_by")
    return [_describe(row, task) for row in rows.order_by("asked_at", "id")]


def get_question_of(asking: Task) -> InformationRequest | None:
    """The question that a task of kind ``information`` asks; None for another task. One query for such."""
    if asking.kind != "information":
        return None
    return InformationRequest.objects.filter(asking=asking).select_related("task", "asked_by").first()


def list_guests(task: Task) -> Sequence[GuestPass]:
    """Who was invited to a task, oldest first. One query."""
    return list(GuestPass.objects.filter(task=task).select_related("invited_by").order_by("created_at", "id"))


def get_draft(task: Task, person: Person) -> TaskDraft | None:
    """What the person has typed so far; None without any. One query."""
    return TaskDraft.objects.filter(task=task, person=person).first()


def tell_question(row: QuestionRow) -> dict[str, Any]:
    """A question as the API gives it."""
    request = row.request
    return {
        "id": str(request.pk),
        "question": request.question,
        "asked_by": request.asked_by.username if request.asked_by else None,
        "asked_of": request.person.username if request.person else f"guest:{request.guest}",
        "state": request.state,
        "answer": row.answer or None,
        "data": row.data,
        "answered_by": name_decider(request.asking),
        "due_at": as_time(request.due_at),
        "asked_at": as_time(request.asked_at),
        "ended_at": as_time(request.ended_at),
        "withdrawn_reason": request.withdrawn_reason or None,
    }


def tell_comment(comment: TaskComment) -> dict[str, Any]:
    """A comment as the API gives it."""
    return {
        "id": comment.pk,
        "by": comment.author.username if comment.author else None,
        "text": comment.text,
        "mentions": comment.mentions,
        "at": as_time(comment.created_at),
    }


def tell_guest(row: GuestPass, *, now: datetime) -> dict[str, Any]:
    """An invitation as the API gives it; never its link."""
    return {
        "id": str(row.pk),
        "email": row.email,
        "state": say_pass_state(row, now=now),
        "invited_by": row.invited_by.username if row.invited_by else None,
        "created_at": as_time(row.created_at),
        "expires_at": as_time(row.expires_at),
        "used_at": as_time(row.used_at),
        "revoked_at": as_time(row.revoked_at),
    }


def say_pass_state(row: GuestPass, *, now: datetime) -> str:
    """``used``, ``revoked``, ``expired`` or ``open``."""
    if row.used_at is not None:
        return "used"
    if row.revoked_at is not None:
        return "revoked"
    return "expired" if row.expires_at <= now else "open"


def _describe(row: InformationRequest, task: Task) -> QuestionRow:
    asking, veil = row.asking, veil_task(task)
    is_answered = row.state == "answered"
    return QuestionRow(
        request=row,
        asked_of=str(row.person) if row.person else f"Guest {row.guest}" if row.guest else "somebody",
        answer=veil.mask_text(asking.comment or "") if is_answered else "",
        data=veil.mask(mask_answer(asking)) if is_answered else None,
        by=say_decider(asking) if is_answered else "",
    )

"""Takes tasks back that nobody needs to answer any more, and says why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F

from cases.models import Approval, InformationRequest, Task
from cases.operations.asking import draft_of
from cases.operations.inside import assert_in_transaction
from cases.operations.putting_back import put_back_in
from cases.operations.questions import end_questions_in, list_open_questions
from integrator.events.actors import Actor
from integrator.events.log import record_many
from integrator.lib.veil import get_veil

MAX_REASON = 1000


def withdraw_by_origin_in(*, origin: str, reason: str, actor: Actor, now: datetime) -> int:
    """This will withdraw every unanswered task that ``origin`` asked for, with its approval; gives how many tasks.

    Nothing left to withdraw is fine: the answer came first.
    """
    assert_in_transaction()
    approvals = list(Approval.objects.select_for_update(no_key=True).filter(origin=origin, state="open").order_by("id"))
    Approval.objects.filter(id__in=[approval.pk for approval in approvals]).update(state="withdrawn")
    waiting = Task.objects.filter(origin=origin, status="done", settles_at__isnull=False).order_by("id")
    for task in waiting.select_for_update(no_key=True):
        put_back_in(task)  # the answer is in the log; it will never count
    tasks = Task.objects.active().filter(origin=origin).select_for_update(no_key=True).order_by("id")
    return withdraw_tasks_in(list(tasks), reason=reason, actor=actor, now=now)


def withdraw_tasks_in(tasks: Sequence[Task], *, reason: str, actor: Actor, now: datetime) -> int:
    """This will withdraw those of the tasks that are still unanswered and tell of each; gives how many.

    The caller holds the approval's lock, or the tasks' own: an answer cannot come between.
    """
    assert_in_transaction()
    if not tasks:
        return 0
    words = get_veil().mask_text(reason)[:MAX_REASON]
    count = (
        Task.objects.active()
        .filter(id__in=[task.pk for task in tasks])
        .update(status="withdrawn", assignee=None, withdrawn_at=now, withdrawn_reason=words, revision=F("revision") + 1)
    )
    drafts = [
        draft_of(
            task,
            "task.withdrawn",
            actor=actor,
            data={"origin": task.origin, "title": task.title, "entry": task.entry or None, "reason": words},
        )
        for task in tasks
    ]
    record_many(drafts)
    withdraw_questions_in([task.pk for task in tasks], reason="The task was withdrawn.", actor=actor, now=now)
    questions = InformationRequest.objects.filter(asking__in=tasks, state="open").select_related("task")
    end_questions_in(list(questions), reason=reason, actor=actor, now=now)
    return count


def withdraw_questions_in(task_ids: Sequence[UUID], *, reason: str, actor: Actor, now: datetime) -> None:
    """This will withdraw what is asked about these tasks and not answered yet."""
    assert_in_transaction()
    questions = list_open_questions(task_ids)
    end_questions_in(questions, reason=reason, actor=actor, now=now)
    if questions:
        withdraw_tasks_in([question.asking for question in questions], reason=reason, actor=actor, now=now)

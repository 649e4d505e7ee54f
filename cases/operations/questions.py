"""Closes questions that people ask about a task, and lets its clocks run again. Asking is in ``informing``."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from cases.models import InformationRequest, Task
from cases.operations.asking import draft_of
from cases.operations.inside import assert_in_transaction
from cases.shapes import name_decider, say_decider
from cases.sla.operations import resume_clocks_in
from cases.veils import veil_task
from integrator.events.actors import Actor
from integrator.events.log import record_many
from integrator.lib.veil import get_veil, veiled


def close_question_in(question: InformationRequest, answer: Task, *, actor: Actor, now: datetime) -> None:
    """This will put the answer where the question was asked, in the log too; the clocks go on with the last one."""
    assert_in_transaction()
    InformationRequest.objects.filter(pk=question.pk, state="open").update(state="answered", ended_at=now)
    about = question.task
    data = {
        "origin": about.origin,
        "title": about.title,
        "question": question.question,
        "answer": answer.comment,
        "data": answer.data,
        "by": name_decider(answer),
    }
    with veiled(veil_task(answer)), veiled(veil_task(about)):
        record_many([draft_of(about, "task.information_given", actor=actor, data=data)])
    _resume_in(about, reason=f"{say_decider(answer)} answered", actor=actor, now=now)


def end_questions_in(questions: Collection[InformationRequest], *, reason: str, actor: Actor, now: datetime) -> None:
    """This will mark questions as withdrawn and say why. Their tasks are withdrawn by the caller."""
    assert_in_transaction()
    words = get_veil().mask_text(reason)[:1000]
    for question in questions:
        InformationRequest.objects.filter(pk=question.pk, state="open").update(
            state="withdrawn", ended_at=now, withdrawn_reason=words
        )
        about = question.task
        data = {"origin": about.origin, "title": about.title, "question": question.question, "reason": words}
        with veiled(veil_task(about)):
            record_many([draft_of(about, "task.information_withdrawn", actor=actor, data=data)])
        _resume_in(about, reason=f"The question was withdrawn. {words}", actor=actor, now=now)


def list_open_questions(task_ids: Collection[UUID]) -> list[InformationRequest]:
    """The questions about these tasks that nobody has answered, by age; with the tasks. One query."""
    rows = InformationRequest.objects.filter(task_id__in=task_ids, state="open").select_related("task", "asking")
    return list(rows.order_by("asked_at", "id"))


def _resume_in(task: Task, *, reason: str, actor: Actor, now: datetime) -> None:
    if task.status in ("open", "claimed") and not InformationRequest.objects.filter(task=task, state="open").exists():
        resume_clocks_in(task=task, reason=reason, actor=actor, now=now)

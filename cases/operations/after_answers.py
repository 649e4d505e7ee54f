"""What an answer that counts brings with it: questions about the task end, the one who asked gets their information."""

from __future__ import annotations

from datetime import datetime

from cases.models import InformationRequest, Task, TaskDraft
from cases.operations.inside import assert_in_transaction
from cases.operations.questions import close_question_in
from cases.operations.reopening import act_on_reopening_in
from cases.operations.withdrawing import withdraw_questions_in
from integrator.events.actors import Actor


def follow_answer_in(task: Task, *, actor: Actor, now: datetime) -> None:
    """This will tidy up after an answer: drafts go, open questions about it are withdrawn. Two queries or three."""
    assert_in_transaction()
    TaskDraft.objects.filter(task=task).delete()
    if task.kind == "information":
        question = InformationRequest.objects.filter(asking=task, state="open").select_related("task").first()
        if question is not None:
            close_question_in(question, task, actor=actor, now=now)
    elif task.kind == "reopen":
        act_on_reopening_in(task, actor=actor, now=now)
    else:
        withdraw_questions_in([task.pk], reason="The task was answered meanwhile.", actor=actor, now=now)

"""Asks somebody for information about a task before it is answered; its clocks stand still until they have answered."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from cases.answers import MAX_COMMENT
from cases.errors import AskInvalid, TaskNotFound, TaskRefused, TaskTaken
from cases.models import InformationRequest, Task
from cases.operations.asking import check_form, draft_of, insert_tasks_in
from cases.operations.deciding import TaskDecision, complete_task, refuse_taken, refuse_those_who_may_not
from cases.operations.withdrawing import withdraw_tasks_in
from cases.people_refs import Candidate, find_guest, get_person_to_ask
from cases.shapes import as_time
from cases.sla.operations import pause_clocks_in
from cases.veils import veil_task
from integrator.events.actors import Actor
from integrator.events.log import record_many
from integrator.lib.ids import new_uuid
from integrator.lib.strict_json import StrictJSONError, check
from integrator.lib.veil import veiled
from integrator.people.models import Person

MAX_OPEN = 10
ANSWERED = "answered"
_TEAM = re.compile(r"(?:each:)?team:")


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked. ``who`` is a user name or an e-mail address, "" for the one who requested the task.

    An address that belongs to nobody here gets a guest's link. ``form`` is a JSON Schema or None: an answer in words.
    """

    text: Any
    who: str = ""
    due_at: datetime | None = None
    form: Any = None


def request_information(*, task_id: uuid.UUID, person: Person, question: Question, now: datetime) -> InformationRequest:
    """This will ask, and stop the clocks of the task. The one who is asked gets a task of their own.

    For those who may answer the task now. Raises TaskNotFound, TaskRefused, AskInvalid (``task.question_invalid
    task.nobody task.unknown_person task.form_invalid``), TaskTaken.
    """
    with transaction.atomic(durable=True):
        task = Task.objects.visible_to(person).filter(pk=task_id).select_for_update(no_key=True).first()
        if task is None:
            raise TaskNotFound
        refuse_those_who_may_not(task, person)
        text = _check_text(question.text)
        form = check_form(question.form, person=person, team_id=task.team_id)
        asked = _find_asked(question.who, task, person)
        refuse_taken(task, person)
        if task.information_requests.filter(state="open").count() >= MAX_OPEN:
            message = f"{MAX_OPEN} questions about this task wait already. Withdraw one before you ask another."
            raise AskInvalid("task.question_invalid", message)
        return _ask_in(task, person, question, _Asked(text=text, form=form, asked=asked), now=now)


def answer_information(
    *, request_id: uuid.UUID, person: Person, answer: Any, now: datetime, data: Any = None, idempotency_key: str = ""
) -> TaskDecision:
    """This will answer a question that was put to the person. Raises as ``complete_task``."""
    asking = InformationRequest.objects.filter(pk=request_id).values_list("asking_id", flat=True).first()
    if asking is None:
        raise TaskNotFound
    return complete_task(
        task_id=asking,
        person=person,
        outcome=ANSWERED,
        data=data,
        comment=answer,
        idempotency_key=idempotency_key,
        now=now,
    )


def withdraw_information(
    *, task_id: uuid.UUID, request_id: uuid.UUID, person: Person, now: datetime
) -> InformationRequest:
    """This will withdraw a question: by the one who asked it, or by whoever else may answer the task it is about.

    Raises TaskNotFound, TaskRefused, TaskTaken (it is answered or withdrawn already).
    """
    with transaction.atomic(durable=True):
        rows = InformationRequest.objects.filter(pk=request_id, task=task_id)
        question = rows.select_related("task", "asking").first()
        if question is None or not Task.objects.visible_to(person).filter(pk=question.task_id).exists():
            raise TaskNotFound
        if question.asked_by_id != person.pk:
            refuse_those_who_may_not(question.task, person)
            if not Task.objects.decidable_by(person).filter(pk=question.task_id).exists():
                raise TaskRefused("task.not_your_question", "Only those who may answer the task can withdraw this.")
        if question.state != "open":
            raise TaskTaken("task.question_closed", "This question is answered or withdrawn already.")
        reason = f"{person} needs no answer any more."
        withdrawn = withdraw_tasks_in([question.asking], reason=reason, actor=Actor.person(person), now=now)
        if not withdrawn:
            raise TaskTaken("task.question_closed", "This question is answered or withdrawn already.")
        question.refresh_from_db()
        return question


@dataclass(frozen=True, kw_only=True)
class _Asked:
    text: str
    form: Any
    asked: Candidate


def _ask_in(task: Task, person: Person, question: Question, checked: _Asked, *, now: datetime) -> InformationRequest:
    asked = checked.asked
    asking = Task(
        id=new_uuid(),
        kind="information",
        origin="",
        title=f"{person} asks about “{task.title}”"[:500],
        show=[{"label": "Question", "value": checked.text, "as": "text"}],
        form=checked.form,
        outcomes=[ANSWERED],
        outcome_looks={
            ANSWERED: {"label": "Send the answer", "needs_comment": checked.form is None, "style": "primary"}
        },
        priority=task.priority,
        team_id=task.team_id,
        correlation=task.correlation,
        requested_by=person,
        due_at=question.due_at,
        created_at=now,
    )
    actor = Actor.person(person)
    with veiled(veil_task(task)):
        insert_tasks_in([(asking, [asked])], actor=actor)
        row = InformationRequest.objects.create(
            id=new_uuid(),
            task=task,
            asking=asking,
            asked_by=person,
            person_id=asked.person_id,
            guest=asked.guest,
            question=checked.text,
            due_at=question.due_at,
            asked_at=now,
        )
        told = {
            "origin": task.origin,
            "title": task.title,
            "question": checked.text,
            "to": asked.ref,
            "due_at": as_time(question.due_at),
        }
        record_many([draft_of(task, "task.information_requested", actor=actor, data=told)])
    pause_clocks_in(task=task, reason=f"waiting for information from {_name(asked)}", actor=actor, now=now)
    return row


def _name(asked: Candidate) -> str:
    if asked.person_id is None:
        return asked.guest
    return str(Person.objects.get(pk=asked.person_id))


def _find_asked(who: str, task: Task, person: Person) -> Candidate:
    name = who.strip()
    if not name:
        if task.requested_by is None:
            raise AskInvalid("task.nobody", "Nobody here requested this. Name the person or address to ask.")
        name = task.requested_by.username
    if _TEAM.match(name):
        message = "A question goes to one person. Write a user name or an e-mail address."
        raise AskInvalid("task.unknown_person", message, {"who": name})
    guest = find_guest(name)
    if guest is not None:
        return guest
    asked = get_person_to_ask(name)
    if asked.pk == person.pk:
        raise AskInvalid("task.nobody", "You cannot ask yourself. Name somebody else.", {"who": asked.username})
    return Candidate(ref=asked.username, person_id=asked.pk)


def _check_text(text: Any) -> str:
    if not isinstance(text, str) or not text.strip() or len(text) > MAX_COMMENT:
        raise AskInvalid("task.question_invalid", f"Write the question, in at most {MAX_COMMENT:,} characters.")
    try:
        check(text)
    except StrictJSONError as error:
        raise AskInvalid("task.question_invalid", f"The question cannot be kept: {error.message}") from error
    return text.replace("\r\n", "\n").strip()

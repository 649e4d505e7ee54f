"""Takes the answer to a task: one winner, whatever comes at once. Refusals in order: 404, 403, 400, 409."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from cases.answers import MAX_KEY, Answer, check_answer
from cases.errors import TaskNotFound, TaskRefused, TaskTaken
from cases.models import Approval, Task
from cases.operations.asking import draft_of
from cases.operations.counting import find_settling, wait_to_settle_in
from cases.operations.delegates import end_delegation_in
from cases.operations.files import find_answer_files, hang_answer_in
from cases.operations.putting_back import lock_approval_of
from cases.operations.readying import needs_readying, ready_answer, seal_confirmations
from cases.operations.settling import settle_one_in
from cases.operations.standing_in import let_leads_stand_in_in
from cases.shapes import as_time, name_decider, say_decider
from cases.veils import veil_task
from cases.visibility.acting import Acting, acts_for_holder, choose_acting
from integrator.events.actors import Actor
from integrator.events.log import record_many
from integrator.lib.strict_json import dumps_canonical
from integrator.lib.veil import veiled
from integrator.people.models import Person

TRIES = 3  # a claim or hand-over may come between reading and writing, hardly three in a row


@dataclass(frozen=True, kw_only=True)
class TaskDecision:
    """The task as decided. ``repeated``: this is the first result again, for the same Idempotency-Key.

    ``proposed``: it was delegated, so the answer went to the one who gave it away, to confirm.
    """

    task: Task
    repeated: bool = False
    approval_outcome: str = ""
    proposed: bool = False


@dataclass(frozen=True, kw_only=True)
class Given:
    """An answer as it was handed in. ``undoable``: by a page, where it can be undone for a while."""

    outcome: Any
    data: Any = None
    comment: Any = None
    key: str = ""
    undoable: bool = False


@dataclass(frozen=True, kw_only=True)
class Answerer:
    """Who answers: a person, or a guest of an invitation by their address. ``find`` reads the task as they see it."""

    person: Person | None
    guest: str
    actor: Actor
    find: Callable[[], Task]


def complete_task(  # noqa: PLR0913  one keyword for each part of the answer, as page and API hand it over
    *,
    task_id: uuid.UUID,
    person: Person,
    outcome: Any,
    now: datetime,
    data: Any = None,
    comment: Any = None,
    idempotency_key: str = "",
    undoable: bool = False,
) -> TaskDecision:
    """This will record the person's answer, tell who asked, and carry the approval on.

    With ``undoable`` that waits until the answer can be undone no more. The answer to a delegated task goes back to who
    delegated it. Needs no claim. Raises TaskNotFound, TaskRefused (own request; a second entry of one approval: the
    leads are made candidates when nobody else is left), AnswerInvalid, TaskTaken (``details`` say who and when).
    """
    given = Given(outcome=outcome, data=data, comment=comment, key=_fit_key(idempotency_key), undoable=undoable)
    actor = Actor.person(person)
    by = Answerer(person=person, guest="", actor=actor, find=lambda: _get_visible(task_id, person))
    try:
        given = ready_given(task_id, by, given, now=now)
        with transaction.atomic(durable=True):
            return answer_in(task_id, by, given, now=now)
    except TaskRefused:
        with transaction.atomic(durable=True):
            let_leads_stand_in_in(task_id, actor=actor)
        raise


def _fit_key(key: str) -> str:
    """A key too long for its column is kept as its hash."""
    return key if len(key) <= MAX_KEY else hashlib.sha256(key.encode()).hexdigest()


def ready_given(task_id: uuid.UUID, by: Answerer, given: Given, *, now: datetime) -> Given:
    """This will prove, look up and find what the form asks for, before the transaction that ``answer_in`` needs.

    Only forms with such fields cost more than one query. Raises TaskNotFound, TaskRefused, AnswerInvalid.
    """
    if not isinstance(given.data, dict) or not given.data:
        return given
    form = Task.objects.filter(pk=task_id).values_list("form", flat=True).first()
    if not needs_readying(form):
        return given
    task = by.find()
    _choose_acting(task, by)
    return replace(given, data=ready_answer(task, given.data, by.person, now=now))


def answer_in(task_id: uuid.UUID, by: Answerer, given: Given, *, now: datetime) -> TaskDecision:
    """This will take an answer in the caller's transaction: see ``complete_task``."""
    approval = lock_approval_of(task_id)
    for _ in range(TRIES):
        task = by.find()
        if _is_repeat(task, by, given.key):
            return TaskDecision(task=task, repeated=True, approval_outcome=approval.outcome if approval else "")
        acting = _choose_acting(task, by)
        data, files = find_answer_files(task, given.data, by.actor)
        answer = check_answer(task, outcome=given.outcome, data=data, comment=given.comment)
        refuse_taken(task, by.person)
        seal_confirmations(task, answer)
        if task.delegated_by_id is not None:
            if _propose_in(task, by, answer, now=now):
                hang_answer_in(task, files, now=now)
                return TaskDecision(task=task, proposed=True)
        elif _win(task, _Winner(by=by, acting=acting), answer, given=given, now=now):
            hang_answer_in(task, files, now=now)
            return _follow(task, approval, by.actor, now)
    raise TaskTaken("task.changed", "The task changed at the same moment. Load it again and answer once more.")


def _is_repeat(task: Task, by: Answerer, key: str) -> bool:
    is_mine = by.person is not None and task.decided_by_id == by.person.pk
    return bool(key) and task.status == "done" and is_mine and task.decision_key == key


def _get_visible(task_id: uuid.UUID, person: Person) -> Task:
    task = (
        Task.objects.visible_to(person)
        .filter(pk=task_id)
        .select_related("decided_by", "assignee", "covered", "delegated_by")
        .first()
    )
    if task is None:
        raise TaskNotFound
    return task


def refuse_those_who_may_not(task: Task, person: Person) -> None:
    """Raises TaskRefused for those who are not asked, for one's own request, and for a second entry of one approval.

    Who answered it before is not refused here: they learn that it is answered.
    """
    if task.decided_by_id != person.pk:
        choose_acting(task, person)


def refuse_taken(task: Task, person: Person | None) -> None:
    """Raises TaskTaken when the task is decided, withdrawn, or claimed by somebody for whom ``person`` does not act."""
    if task.status == "done":
        until = " They can still undo it for some seconds." if task.settles_at is not None else ""
        standing_in = f" for {task.covered}" if task.covered else ""
        said = f"{say_decider(task)} decided this{standing_in} already: {task.outcome}.{until}"
        raise _taken("task.decided_already", said, task)
    if task.status == "withdrawn":
        ender = _find_ender(task)
        details = {
            "decided_by": name_decider(ender) if ender else None,
            "decided_at": as_time(ender.decided_at if ender else task.withdrawn_at),
        }
        raise TaskTaken("task.withdrawn", f"This no longer needs an answer. {task.withdrawn_reason}".strip(), details)
    holder = task.assignee if task.status == "claimed" else None
    if holder is None or holder == person:
        return
    if person is None or not acts_for_holder(task, person):
        details = {"claimed_by": holder.username, "claimed_at": as_time(task.claimed_at)}
        raise TaskTaken("task.claimed", _say_holder(task, holder, person), details)


def _say_holder(task: Task, holder: Person, person: Person | None) -> str:
    if person is not None and task.delegated_by_id == person.pk:
        return f"{holder} prepares the answer, which comes back to you. Take the task back to answer it yourself."
    return f"{holder} has claimed this task. Ask them to release it."


def _taken(code: str, message: str, task: Task) -> TaskTaken:
    return TaskTaken(code, message, {"decided_by": name_decider(task), "decided_at": as_time(task.decided_at)})


def _find_ender(task: Task) -> Task | None:
    """The last answer of the same approval: the one that made this task needless. None when a run was ended."""
    if task.approval_id is None:
        return None
    answered = Task.objects.filter(approval_id=task.approval_id, approval__state="decided", status="done")
    return answered.select_related("decided_by").order_by("-decided_at", "-position").first()


@dataclass(frozen=True, kw_only=True)
class _Winner:
    by: Answerer
    acting: Acting


def _choose_acting(task: Task, by: Answerer) -> Acting:
    """For whom they answer; raises TaskRefused for those who may not. Who answered before learns of that instead."""
    if by.person is None or task.decided_by_id == by.person.pk:
        return Acting()
    return choose_acting(task, by.person)


def _win(task: Task, winner: _Winner, answer: Answer, *, given: Given, now: datetime) -> bool:
    """True for the one whose answer counts, or will. Changes ``task`` to what was written."""
    return _write(
        task,
        status="done",
        outcome=answer.outcome,
        data=answer.data,
        comment=answer.comment,
        decided_by=winner.by.person,
        decided_by_guest=winner.by.guest,
        decided_for=winner.acting.stands_for,
        covered=winner.acting.covered,
        decided_at=now,
        settles_at=find_settling(task, now=now) if given.undoable else None,
        decision_key=given.key,
        show_sha256=hashlib.sha256(dumps_canonical(task.show).encode()).hexdigest(),
    )


def _propose_in(task: Task, by: Answerer, answer: Answer, *, now: datetime) -> bool:
    """Hand the answer of a delegate to the one who delegated, who holds the task again; true when it was written."""
    owner = task.delegated_by
    proposal = {
        "outcome": answer.outcome,
        "data": answer.data,
        "comment": answer.comment,
        "by": by.person.username if by.person else f"guest:{by.guest}",
        "at": as_time(now),
    }
    if not _write(task, assignee=owner, claimed_at=now, delegated_by=None, proposal=proposal):
        return False
    end_delegation_in(task, by.person, now=now)
    told = {
        "origin": task.origin,
        "title": task.title,
        "entry": task.entry or None,
        "outcome": answer.outcome,
        "comment": answer.comment,
        "to": owner.username if owner else None,
    }
    with veiled(veil_task(task)):
        record_many([draft_of(task, "task.proposed", actor=by.actor, data=told)])
    return True


def _write(task: Task, **written: Any) -> bool:
    """Compare and set."""
    rows = Task.objects.active().filter(pk=task.pk, revision=task.revision)
    if not rows.update(**written, revision=F("revision") + 1):
        return False
    for name, value in written.items():
        setattr(task, name, value)
    task.revision += 1
    return True


def _follow(task: Task, approval: Approval | None, actor: Actor, now: datetime) -> TaskDecision:
    if task.settles_at is not None:
        wait_to_settle_in(task, actor=actor)
        return TaskDecision(task=task)
    return TaskDecision(task=task, approval_outcome=settle_one_in(task, approval, now=now))

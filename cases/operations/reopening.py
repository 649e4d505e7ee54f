"""Asks the lead to open a decided matter again. What was decided stays decided in the log, and says so."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from cases.answers import MAX_COMMENT
from cases.errors import AskInvalid, TaskNotFound, TaskRefused, TaskTaken
from cases.models import Task
from cases.operations.asking import draft_of, insert_tasks_in
from cases.operations.inside import assert_in_transaction
from cases.operations.putting_back import lock_approval_of, put_back_in
from cases.people_refs import Candidate, list_leads, list_team_ids_of
from cases.shapes import say_decider
from cases.veils import veil_task
from integrator.events.actors import Actor
from integrator.events.log import record_many
from integrator.lib.ids import new_uuid
from integrator.lib.veil import veiled
from integrator.people.models import Person

REOPEN, LEAVE = "reopen", "leave"
LOOKS = {
    REOPEN: {"label": "Yes, open it again", "needs_comment": False, "style": "primary"},
    LEAVE: {"label": "No, it stays", "needs_comment": False, "style": "plain"},
}


def ask_to_reopen(*, task_id: uuid.UUID, person: Person, reason: str, now: datetime) -> Task:
    """This will ask the lead whether a task that was answered should be asked again; gives the lead's task.

    For everybody who sees the task. Raises TaskNotFound, TaskRefused (no lead to ask), AskInvalid (no reason),
    TaskTaken (not answered yet; still to be undone; asked already).
    """
    with transaction.atomic(durable=True):
        rows = Task.objects.visible_to(person).filter(pk=task_id)
        task = rows.select_for_update(no_key=True).first()
        if task is None:
            raise TaskNotFound
        leads = _list_leads(task)
        if not leads:
            raise TaskRefused(
                "task.no_lead", "There is no lead who could decide this. Ask an administrator to name one."
            )
        words = reason.replace("\r\n", "\n").strip()
        if not words or len(words) > MAX_COMMENT:
            raise AskInvalid("task.reason_missing", "Say why it should be opened again, so that the lead can decide.")
        _refuse_reopening(task)
        return _ask_in(task, person, words, leads, now=now)


def act_on_reopening_in(answer: Task, *, actor: Actor, now: datetime) -> None:
    """This will do what the lead decided. Where the flow still waits the same task is open again; where it went on, the
    leads of the flow's team get a task that says so."""
    assert_in_transaction()
    task = answer.reopens
    if task is None or answer.outcome != REOPEN:
        return
    approval = lock_approval_of(task.pk)
    if approval is not None and approval.state == "open" and task.status == "done":
        said = _tell(task) | {"outcome": task.outcome, "reason": answer.comment}
        put_back_in(task)
        Task.objects.filter(pk=task.pk).update(status="open", assignee=None, claimed_at=None, released_at=now)
        record_many([draft_of(task, "task.reopened", actor=actor, data=said)])
        return
    _tell_owners_in(task, answer, actor=actor, now=now)


def _refuse_reopening(task: Task) -> None:
    if task.status != "done" or task.kind not in ("assign", "approve"):
        raise TaskTaken("task.changed", "Only a task that was answered can be opened again. Load the page again.")
    if task.settles_at is not None:
        raise TaskTaken("task.not_settled", "The answer does not count yet: it can still be undone. Undo it instead.")
    if task.reopening_tasks.filter(status__in=["open", "claimed"]).exists():
        raise TaskTaken("task.reopening_asked", "The lead was asked already and has not answered yet.")


def _ask_in(task: Task, person: Person, reason: str, leads: list[Person], *, now: datetime) -> Task:
    asking = Task(
        id=new_uuid(),
        kind="reopen",
        origin="",
        title=f"{person} asks to reopen “{task.title}”"[:500],
        show=[
            {"label": "Was answered", "value": f"{say_decider(task)}: {task.outcome.replace('_', ' ')}", "as": "text"},
            {"label": "Why open it again", "value": reason, "as": "text"},
            {"label": "If you say yes", "value": _say_what_then(task), "as": "text"},
        ],
        sensitive=task.sensitive,
        outcomes=[REOPEN, LEAVE],
        outcome_looks=LOOKS,
        priority=task.priority,
        case_id=task.case_id,
        team_id=task.team_id,
        correlation=task.correlation,
        requested_by=person,
        reopens=task,
        created_at=now,
    )
    actor = Actor.person(person)
    to = [Candidate(ref=lead.username, person_id=lead.pk) for lead in leads]
    with veiled(veil_task(task)):
        insert_tasks_in([(asking, to)], actor=actor)
        told = _tell(task) | {"reason": reason, "to": [lead.username for lead in leads]}
        record_many([draft_of(task, "task.reopening_asked", actor=actor, data=told)])
    return asking


def _tell_owners_in(task: Task, answer: Task, *, actor: Actor, now: datetime) -> None:
    owners = list_leads([task.team_id]) or _list_leads(task)
    note = Task(
        id=new_uuid(),
        kind="assign",
        origin="",
        title=f"See what to do about “{task.title}”"[:500],
        show=[
            {"label": "Was answered", "value": f"{say_decider(task)}: {task.outcome.replace('_', ' ')}", "as": "text"},
            {"label": "The lead says", "value": answer.comment or "It should be opened again.", "as": "text"},
            {
                "label": "What this means",
                "value": "The flow has gone on: what was decided stays decided.",
                "as": "text",
            },
        ],
        sensitive=task.sensitive,
        outcomes=["done"],
        priority=task.priority,
        case_id=task.case_id,
        team_id=task.team_id,
        correlation=task.correlation,
        reopens=task,
        created_at=now,
    )
    with veiled(veil_task(task)):
        insert_tasks_in([(note, [Candidate(ref=one.username, person_id=one.pk) for one in owners])], actor=actor)


def _say_what_then(task: Task) -> str:
    if task.approval is not None and task.approval.state == "open":
        return "The same question is asked again. The answer that was given stays in the log."
    return (
        "The flow has gone on, so what was decided stays decided. The leads of the flow's team get a task to see"
        " what can be done."
    )


def _list_leads(task: Task) -> list[Person]:
    """The leads of the asked teams, else of the asked people's teams, else of the flow's team."""
    rows = list(task.candidates.all())
    teams = [row.team_id for row in rows if row.team_id is not None]
    home = teams or list_team_ids_of([row.person_id for row in rows if row.person_id is not None])
    return list_leads(home) or list_leads([task.team_id])


def _tell(task: Task) -> dict[str, object]:
    return {"origin": task.origin, "title": task.title, "entry": task.entry or None}

"""Asks people: makes tasks with their candidates. Who they are was resolved before (``cases.people_refs``)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cases.errors import AskInvalid, CaseNotFound
from cases.forms import read_form
from cases.models import Case, Task, TaskCandidate
from cases.operations.files import hang_shown_in
from cases.operations.inside import assert_in_transaction
from cases.operations.invitations import make_passes_in
from cases.operations.prefilling import leave_out_veiled, prefill_in
from cases.people_refs import Candidate
from cases.shapes import as_time
from integrator.events.actors import Actor
from integrator.events.log import EventDraft, record_many
from integrator.lib.schema import SchemaError, compile_schema
from integrator.lib.veil import get_veil
from integrator.people.models import Person
from integrator.people.rights import Action, can


@dataclass(frozen=True, kw_only=True)
class TaskRequest:
    """A piece of work to ask for. ``origin`` is the opaque id of who asks; ``team_id`` the team of the flow.

    ``show`` is ``[{label, value, as}]``, ``form`` a JSON Schema or None, ``requested_by_id`` a person's id or None.
    ``undo_s`` and ``outcome_looks`` are as in ``Task``.
    """

    task_id: uuid.UUID
    origin: str
    title: str
    to: tuple[Candidate, ...]
    team_id: int
    outcomes: tuple[str, ...] = ("done",)
    show: Sequence[Any] = ()
    form: Any = None
    due_at: datetime | None = None
    case_number: str | None = None
    correlation: str = ""
    requested_by_id: int | None = None
    priority: str = "normal"
    undo_s: int | None = None
    outcome_looks: Mapping[str, Any] = field(default_factory=dict)


def ask_task_in(request: TaskRequest, *, actor: Actor, now: datetime) -> Task:
    """This will make an open task for the candidates. Raises CaseNotFound when its case does not exist."""
    assert_in_transaction()
    task = Task(
        id=request.task_id,
        kind="assign",
        origin=request.origin,
        title=request.title,
        outcomes=list(request.outcomes),
        show=list(request.show),
        form=request.form,
        due_at=request.due_at,
        case_id=get_case_id(request.case_number),
        team_id=request.team_id,
        correlation=request.correlation,
        requested_by_id=request.requested_by_id,
        priority=request.priority,
        undo_s=request.undo_s,
        outcome_looks=dict(request.outcome_looks),
        created_at=now,
    )
    insert_tasks_in([(task, request.to)], actor=actor)
    return task


def check_form(form: Any, *, person: Person, team_id: int) -> Any:
    """A form that somebody sent with what they ask, None for none. Raises AskInvalid ``task.form_invalid``.

    Choices are looked up with the credentials of a connection of the team: only who may put them into its flows may
    ask for that here.
    """
    if form is None:
        return None
    if not isinstance(form, dict) or form.get("type") != "object":
        raise AskInvalid("task.form_invalid", "A form is a JSON Schema of type object with its fields as properties.")
    try:
        compile_schema(form)
    except SchemaError as error:
        raise AskInvalid("task.form_invalid", f"The form is not usable: {error.message}") from error
    if any(field.type == "lookup" for field in read_form(form).fields) and not can(person, Action.FLOW_DRAFT, team_id):
        message = "Only those who change the team's flows can ask with a list that is looked up. Ask for words instead."
        raise AskInvalid("task.form_invalid", message)
    return form


def get_case_id(number: str | None) -> int | None:
    """The id of the case of this number, None for None. Raises CaseNotFound."""
    if number is None:
        return None
    found: int | None = Case.objects.filter(number=number).values_list("id", flat=True).first()
    if found is None:
        raise CaseNotFound
    return found


def insert_tasks_in(asked: Sequence[tuple[Task, Sequence[Candidate]]], *, actor: Actor) -> None:
    """This will insert tasks with their candidates and tell of each. Three statements, however many there are.

    Titles and what forms are filled in with hold nothing that lies under a veil; what of it is shown is kept beside the
    task.
    Those who are asked may see the files that are shown to them.
    """
    assert_in_transaction()
    veil = get_veil()
    if veil:
        for task, _ in asked:
            task.title, task.sensitive = veil.mask_text(task.title), veil.list_found(task.show)
            task.form = leave_out_veiled(task.form, veil)
    prefill_in([task for task, _ in asked])
    Task.objects.bulk_create([task for task, _ in asked])
    TaskCandidate.objects.bulk_create(
        TaskCandidate(
            task=task, person_id=candidate.person_id, team_id=candidate.team_id, stands_for=candidate.stands_for
        )
        for task, candidates in asked
        for candidate in _once_each(candidates)
        if not candidate.guest
    )
    hang_shown_in([task for task, _ in asked])
    record_many([_tell_created(task, candidates, actor) for task, candidates in asked])
    make_passes_in([(task, one.guest) for task, each in asked for one in each if one.guest], actor=actor)


def _once_each(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The first mention counts when somebody is named twice."""
    unique: dict[tuple[int | None, int | None, str], Candidate] = {}
    for candidate in candidates:
        unique.setdefault((candidate.person_id, candidate.team_id, candidate.guest), candidate)
    return list(unique.values())


def _tell_created(task: Task, candidates: Sequence[Candidate], actor: Actor) -> EventDraft:
    data = {
        "origin": task.origin,
        "kind": task.kind,
        "title": task.title,
        "entry": task.entry or None,
        "to": [candidate.ref for candidate in candidates],
        "due_at": as_time(task.due_at),
    }
    return draft_of(task, "task.created", actor=actor, data=data)


def draft_of(task: Task, name: str, *, actor: Actor, data: dict[str, Any]) -> EventDraft:
    """An event about a task, filed under what it belongs to."""
    return EventDraft(
        name=name,
        actor=actor,
        subject=("task", task.pk),
        data=data,
        correlation=task.correlation,
        team_id=task.team_id,
    )

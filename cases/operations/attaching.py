"""Files that people bring to cases and tasks."""

from __future__ import annotations

import uuid
from datetime import datetime

from cases.errors import CaseClosed, CaseForbidden, TaskNotFound
from cases.models import Case, Task
from cases.operations.deciding import refuse_taken, refuse_those_who_may_not
from cases.queries.cases import get_case_for
from integrator.events.actors import Actor
from integrator.files.models import File
from integrator.files.operations import Bringer, Subject, keep_upload
from integrator.files.spool import Upload
from integrator.people.models import Person
from integrator.people.rights import Action, can


def attach_to_case(*, number: str, person: Person, upload: Upload, now: datetime) -> File:
    """This will keep an upload with a case, and tell of it on its timeline.

    Raises CaseNotFound, CaseForbidden, CaseClosed, StorageFailed.
    """
    case = get_case_to_attach_to(person, number)
    if case.closed_at is not None:
        raise CaseClosed(number)
    by = Bringer(actor=Actor.person(person), team_id=case.team_id, correlation=number)
    return keep_upload(upload, by=by, now=now, on=[Subject("case", number)])


def attach_to_task(*, task_id: uuid.UUID, person: Person, upload: Upload, now: datetime) -> File:
    """This will keep an upload with a task that the person may answer now, and with its case.

    Raises TaskNotFound, TaskRefused, TaskTaken, StorageFailed.
    """
    task = get_task_to_attach_to(person, task_id)
    refuse_taken(task, person)
    on = [Subject("task", str(task.pk))]
    if task.case is not None:
        on.append(Subject("case", task.case.number))
    correlation = task.correlation or (task.case.number if task.case is not None else "")
    by = Bringer(actor=Actor.person(person), team_id=task.team_id, correlation=correlation)
    return keep_upload(upload, by=by, now=now, on=on)


def get_case_to_attach_to(person: Person, number: str) -> Case:
    """This will give a case that the person may change. Raises CaseNotFound, CaseForbidden."""
    case = get_case_for(person, number)
    if not can(person, Action.CASE_CHANGE, case.team_id):
        raise CaseForbidden("Those who may change the team's cases may add files to it. Ask one of them.")
    return case


def get_task_to_attach_to(person: Person, task_id: uuid.UUID) -> Task:
    """This will give a task that the person may answer, taken by somebody or not. Raises TaskNotFound, TaskRefused."""
    task = Task.objects.visible_to(person).filter(pk=task_id).select_related("case", "assignee", "decided_by").first()
    if task is None:
        raise TaskNotFound
    refuse_those_who_may_not(task, person)
    return task

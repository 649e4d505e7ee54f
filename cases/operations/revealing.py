"""Reveals what is masked in a case or task, once, to whoever may and says why. The value goes nowhere else."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction

from cases.queries import get_case_for, get_task_for
from cases.queries.revealing import can_reveal_case, can_reveal_task
from cases.veils import list_case_fields, list_task_fields, veil_case, veil_task
from integrator.people.models import Person
from integrator.people.revealing import RevealForbidden, check_reason, record_reveal_in, refuse_path


def reveal_case_field(*, number: str, path: str, reason: object, person: Person) -> Any:
    """This will give the value at ``path`` (``data.iban``) of a case and record that it was given.

    Raises CaseNotFound, RevealForbidden, RevealRefused.
    """
    case = get_case_for(person, number)
    if not can_reveal_case(person, case):
        raise RevealForbidden
    fields, words = list_case_fields(case), check_reason(reason)
    if path not in fields:
        raise refuse_path(path, fields)
    with transaction.atomic(durable=True):
        record_reveal_in(
            person=person,
            subject=("case", case.number),
            field=path,
            reason=words,
            veil=veil_case(case),
            correlation=case.number,
            team_id=case.team_id,
        )
    return fields[path]


def reveal_task_field(*, task_id: uuid.UUID, path: str, reason: object, person: Person) -> Any:
    """This will give the value at ``path`` (``show.0``, ``data.iban``) of a task and record that it was given.

    Those who may decide the task may see what they decide on. Raises TaskNotFound, RevealForbidden, RevealRefused.
    """
    task = get_task_for(person, task_id)
    if not can_reveal_task(person, task):
        raise RevealForbidden
    fields, words = list_task_fields(task), check_reason(reason)
    if path not in fields:
        raise refuse_path(path, fields)
    with transaction.atomic(durable=True):
        record_reveal_in(
            person=person,
            subject=("task", task.pk),
            field=path,
            reason=words,
            veil=veil_task(task),
            correlation=task.correlation,
            team_id=task.team_id,
        )
    return fields[path]

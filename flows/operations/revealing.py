"""Reveals what is masked in a run or stored request, once, to whoever may and says why. The value goes nowhere else."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction

from flows.models import StoredRequest
from flows.queries import get_request_for, get_run_for
from flows.veils import get_request_paths, get_sensitive_paths, list_request_fields, list_run_fields, read_run_veil
from integrator.lib.veil import make_veil
from integrator.people.models import Person
from integrator.people.revealing import RevealForbidden, can_reveal, check_reason, record_reveal_in, refuse_path


def reveal_run_field(*, run_id: uuid.UUID, path: str, reason: object, person: Person) -> Any:
    """This will give what stands at a sensitive path of a run (``trigger.body.iban``, ``steps.lookup.body.ssn``).

    Of a step that was visited more than once, or of a list, all values. Records that it was given. Raises NotFound,
    RevealForbidden, RevealRefused.
    """
    run = get_run_for(person, run_id)
    if not can_reveal(person, run.team_id):
        raise RevealForbidden
    fields, words = list_run_fields(run), check_reason(reason)
    if path not in fields:
        raise refuse_path(path, fields)
    veil = read_run_veil(run.id, get_sensitive_paths(run.version_id))
    with transaction.atomic(durable=True):
        record_reveal_in(
            person=person,
            subject=("run", run.id),
            field=path,
            reason=words,
            veil=veil,
            correlation=str(run.id),
            team_id=run.team_id,
        )
    return fields[path]


def reveal_request_field(*, request_id: uuid.UUID, path: str, reason: object, person: Person) -> Any:
    """This will give what stands at a sensitive path of a stored call (``trigger.body.iban``).

    Where the body cannot be read, ``body`` is all of it. Records that it was given. Raises NotFound,
    RevealForbidden, RevealRefused.
    """
    found = get_request_for(person, request_id)
    if not can_reveal_request(person, found):
        raise RevealForbidden
    fields, words = list_request_fields(found, get_request_paths(found)), check_reason(reason)
    if path not in fields:
        raise refuse_path(path, fields)
    with transaction.atomic(durable=True):
        record_reveal_in(
            person=person,
            subject=("request", found.id),
            field=path,
            reason=words,
            veil=make_veil(fields.values()),
            correlation=str(found.run_id or ""),
            team_id=found.team_id,
        )
    return fields[path]


def can_reveal_request(person: Person, found: StoredRequest) -> bool:
    """Whether the person, who sees the request, may reveal what is masked in it."""
    return found.team_id is not None and can_reveal(person, found.team_id)

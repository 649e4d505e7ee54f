"""Makes an answer ready before its transaction: who confirms is proven, choices are looked up, people are found.

All of it is slow or asks others, so that none of it may hold a lock. Raises AnswerInvalid with faults by pointer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.answers import Answer
from cases.errors import AnswerInvalid
from cases.form_choices import LookupFailed, look_up
from cases.forms import Field, Form, read_form
from cases.models import Task
from cases.shapes import as_time
from integrator.lib.strict_json import dumps_canonical
from integrator.people.models import Person
from integrator.people.proving import METHODS, ProofRefused, prove_person

SECRET = "secret"
NEEDS_MORE = ("confirmation", "lookup", "person")
Faults = list[dict[str, str]]


def needs_readying(form: Any) -> bool:
    """Whether a form asks for something that must be looked at outside the transaction."""
    return form is not None and any(field.type in NEEDS_MORE for field in read_form(form).fields)


def ready_answer(task: Task, data: Any, person: Person | None, *, now: datetime) -> Any:
    """This will give the data with each confirmation proven: ``{confirmed_by, name, at, method, sha256}``.

    ``person`` None is a guest, who can confirm nothing.
    What a task that is no longer open says is not looked at: it is refused anyway, and its proof is taken out. No query
    without such fields.
    """
    if task.form is None or not isinstance(data, dict):
        return data
    form = read_form(task.form)
    kept, faults = dict(data), Faults()
    is_open = task.status in ("open", "claimed")
    for field in form.fields:
        sent = kept.get(field.key)
        if field.type == "confirmation" and sent is not None:
            kept[field.key] = _stub(person, now)
            faults += _prove(field, kept[field.key], sent, person) if is_open else []
        elif field.type == "lookup" and isinstance(sent, str) and is_open:
            faults += _look_up(field, sent, task.team_id)
    if is_open:
        faults += _find_people(form, kept)
    if faults:
        raise AnswerInvalid("task.answer_invalid", faults)
    return kept


def seal_confirmations(task: Task, answer: Answer) -> None:
    """This will write into each confirmation the hash of what was confirmed: outcome, what was shown, and the data.

    SHA-256 over canonical JSON of ``{outcome, show, statement, data}``, the data without confirmations.
    """
    fields = [field for field in read_form(task.form).fields if field.type == "confirmation"]
    if answer.data is None or not fields:
        return
    rest = {key: value for key, value in answer.data.items() if key not in {field.key for field in fields}}
    for field in fields:
        confirmation = answer.data.get(field.key)
        if isinstance(confirmation, dict):
            told = {"outcome": answer.outcome, "show": task.show, "statement": _statement(field), "data": rest}
            confirmation["sha256"] = hashlib.sha256(dumps_canonical(told).encode()).hexdigest()


def _statement(field: Field) -> str:
    return str(field.schema.get("x-text") or field.label)


def _stub(person: Person | None, now: datetime) -> dict[str, Any]:
    return {
        "confirmed_by": person.username if person else "",
        "name": str(person or ""),
        "at": as_time(now),
        "method": "password",
        "sha256": "",
    }


def _prove(field: Field, kept: dict[str, Any], sent: Any, person: Person | None) -> Faults:
    if person is None:
        return [_fault(field, "A guest cannot confirm. Ask whoever invited you to answer this themselves.")]
    name = sent.get("name") if isinstance(sent, Mapping) else None
    secret = sent.get(SECRET) if isinstance(sent, Mapping) else None
    if not isinstance(name, str) or not isinstance(secret, str) or not name.strip() or not secret:
        return [_fault(field, "Type your name, and the proof that it is you.")]
    if _plain(name) not in (_plain(str(person)), _plain(person.username)):
        return [_fault(field, f"Type your name as it stands here: {person}.")]
    try:
        kept["method"] = prove_person(person, secret, method=_method(field))
    except ProofRefused as error:
        return [_fault(field, error.message)]
    return []


def _method(field: Field) -> str:
    named = field.schema.get("x-auth")
    return str(named) if named in METHODS else "password"


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _look_up(field: Field, sent: str, team_id: int) -> Faults:
    try:
        choices = look_up(field.schema.get("x-lookup"), team_id=team_id)
    except LookupFailed as error:
        return [_fault(field, error.message)]
    return [] if any(value == sent for value, _ in choices) else [_fault(field, "Choose one of the list.")]


def _find_people(form: Form, data: Mapping[str, Any]) -> Faults:
    asked = [(field, data[field.key]) for field in form.fields if field.type == "person" and data.get(field.key)]
    faults = Faults()
    for field, name in asked:
        people = Person.objects.filter(username=str(name), is_active=True)
        team = field.schema.get("x-team")
        if team:
            people = people.filter(memberships__team__slug=str(team))
        if not people.exists():
            who = f"a member of {team}" if team else "somebody here"
            faults.append(_fault(field, f"Choose {who}, by their user name."))
    return faults


def _fault(field: Field, message: str) -> dict[str, str]:
    return {"pointer": f"/data/{field.key}", "message": message}

"""Changes of a case by people: fields edited in place, closing it, asking somebody, holding its data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from cases.answers import check_form_data
from cases.errors import CaseClosed, CaseForbidden, CaseInvalid, EditConflict
from cases.models import Case, Task
from cases.operations.asking import TaskRequest, ask_task_in, check_form
from cases.operations.cases import close_case_in, update_case_in
from cases.people_refs import resolve_people
from cases.queries.cases import get_case_for
from cases.shapes import check_title
from cases.veils import mask_case_data
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.events.models import Event
from integrator.events.queries import get_actor_names
from integrator.lib.ids import new_uuid
from integrator.people.models import Person
from integrator.people.rights import Action, can

EDITED = ("title", "priority", "status", "owner", "team")
MAX_REASON = 300


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What somebody wants a case to say, and what they saw when they began; a field not in ``seen`` is not compared.

    Both are ``{title, priority, status, owner, team, milestone, data: {…}}``, each member as they like.
    """

    changes: Mapping[str, Any]
    seen: Mapping[str, Any] = field(default_factory=dict)


def may_change(person: Person, case: Case) -> bool:
    """Whether this person may change the case: its owner, and those who change cases of its team."""
    return case.owner_id == person.pk or can(person, Action.CASE_CHANGE, case.team_id)


def get_case_to_change(person: Person, number: str) -> Case:
    """This will give a case that the person may change. Raises CaseNotFound, CaseForbidden."""
    case = get_case_for(person, number)
    if not may_change(person, case):
        raise CaseForbidden("Its owner and those who change the team's cases may do this. Ask one of them.")
    return case


def edit_case(*, number: str, person: Person, edit: Edit, now: datetime) -> Case:
    """This will change fields of a case. Two people who edit different fields both succeed.

    Raises CaseNotFound, CaseForbidden, CaseInvalid, CaseClosed (another status), and EditConflict where somebody
    changed the same field since it was seen.
    """
    case = get_case_to_change(person, number)
    _check_fields(case, edit.changes.get("data"))
    with transaction.atomic(durable=True):
        locked = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
        conflicts = _find_conflicts(locked, edit)
        if conflicts:
            raise EditConflict(conflicts, _find_last_editor(number))
        return update_case_in(
            number=number, changes=edit.changes, actor=Actor.person(person), now=now, correlation=number
        )


def finish_case(*, number: str, person: Person, status: str, now: datetime) -> Case:
    """This will close a case with a final status of its type.

    Raises CaseNotFound, CaseForbidden, CaseInvalid, CaseClosed.
    """
    case = get_case_to_change(person, number)
    if status not in case.type.final_statuses:
        known = ", ".join(case.type.final_statuses) or "none"
        raise CaseInvalid("case.status_invalid", f"A case of this type is closed with one of these: {known}.")
    with transaction.atomic(durable=True):
        return close_case_in(number=number, status=status, actor=Actor.person(person), now=now)


def ask_somebody(*, number: str, person: Person, request: Mapping[str, Any], now: datetime) -> Task:
    """This will ask somebody to do something in a case: ``{title, to: [lee, team:legal], due_at, form}``.

    Raises CaseNotFound, CaseForbidden, CaseClosed, CaseInvalid, AskInvalid.
    """
    case = get_case_to_change(person, number)
    if case.closed_at is not None:
        raise CaseClosed(number)
    task = TaskRequest(
        task_id=new_uuid(),
        origin="",
        title=check_title(request.get("title"), "task"),
        to=resolve_people(request.get("to")),
        team_id=case.team_id,
        form=check_form(request.get("form") or None, person=person, team_id=case.team_id),
        due_at=request.get("due_at"),
        case_number=number,
        correlation=number,
        requested_by_id=person.pk,
        priority=case.priority,
    )
    with transaction.atomic(durable=True):
        return ask_task_in(task, actor=Actor.person(person), now=now)


def hold_case(*, number: str, person: Person, reason: str) -> Case:
    """This will keep the data of a case whatever its type says about retention; an empty reason lifts the hold.

    Raises CaseNotFound, CaseForbidden, CaseInvalid.
    """
    case = get_case_to_change(person, number)
    words = reason.strip()
    if len(words) > MAX_REASON:
        raise CaseInvalid("case.reason_invalid", f"The reason is a text of at most {MAX_REASON} characters.")
    with transaction.atomic(durable=True):
        if not Case.objects.filter(pk=case.pk).exclude(held_reason=words).update(held_reason=words):
            return case
        record(
            "case.held" if words else "case.hold_lifted",
            actor=Actor.person(person),
            subject=("case", number),
            data={"number": number, **({"reason": words} if words else {})},
            correlation=number,
            team_id=case.team_id,
        )
    case.held_reason = words
    return case


def _check_fields(case: Case, data: Any) -> None:
    """What is changed by hand fits the type's fields; what was there before is not judged again."""
    if case.type.fields is None or not isinstance(data, Mapping):
        return
    _, faults = check_form_data(case.type.fields, {**case.data, **data})
    mine = [fault for fault in faults if fault["pointer"].split("/")[2:3] and fault["pointer"].split("/")[2] in data]
    if mine:
        raise CaseInvalid("case.data_invalid", " ".join(fault["message"] for fault in mine[:3]), {"errors": mine})


def _find_conflicts(case: Case, edit: Edit) -> dict[str, Any]:
    now = {
        "title": case.title,
        "priority": case.priority,
        "status": case.status,
        "owner": case.owner.username if case.owner else "",
        "team": case.team.slug,
    }
    pairs = [(name, edit.seen[name], now[name], edit.changes[name]) for name in EDITED
             if name in edit.seen and edit.changes.get(name) is not None]  # fmt: skip
    seen, given = edit.seen.get("data") or {}, edit.changes.get("data") or {}
    data = mask_case_data(case)
    pairs += [(f"data.{key}", seen[key], data.get(key), given[key]) for key in given if key in seen]
    return {
        name: {"seen": before, "now": current, "yours": yours}
        for name, before, current, yours in pairs
        if current not in (before, yours)
    }


def _find_last_editor(number: str) -> str:
    changed = Event.objects.filter(subject_type="case", subject_id=number, name="case.changed")
    event = changed.order_by("-id").first()
    return get_actor_names([event.actor]).get(event.actor, "") if event is not None else ""

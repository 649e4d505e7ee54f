"""Takes contributions in, by HTTP, on the page, or as the answer of a task. The last required one moves the case on.

Whoever takes one in holds the case, so that of many at once one is the last. Tasks are held before the case, never
waited for while it is held.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from cases.answers import check_form_data
from cases.errors import CaseForbidden, CaseInvalid, PartNotFound
from cases.models import Case, Contribution
from cases.operations.checklists import IN, WAITING, withdraw_free_tasks_in
from cases.operations.editing import note_case_editor_in
from cases.operations.inside import assert_in_transaction
from cases.queries.cases import get_case_for
from integrator.database.clock import get_database_now
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.events.subscribers import RecordedEvent
from integrator.lib.sensitive import find_declared, find_values
from integrator.lib.veil import Veil, make_veil, veiled
from integrator.people.models import Person
from integrator.people.rights import Action, can

MAX_COMMENT = 10_000
REPEATED = ("repeated", "It was in already, so nothing changed.")
LATE = ("late", "The case has gone on without it, so nothing changed.")
CLOSED = ("late", "The case was closed before it came, so nothing changed.")


@dataclass(frozen=True, kw_only=True)
class Given:
    """What somebody contributes: ``data`` is plain JSON or None, ``comment`` may be empty."""

    data: Any = None
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of it. ``reason`` is (code, words) where it was not counted. ``is_last``: the case moved on by it."""

    contribution: Contribution
    counted: bool
    is_last: bool = False
    reason: tuple[str, str] | None = None


def contribute(*, number: str, key: str, person: Person, data: Any = None, comment: Any = None, now: datetime) -> Taken:
    """This will take a contribution in. One that is late or repeated changes nothing, says so, and is an event.

    Raises CaseNotFound, PartNotFound, CaseForbidden, CaseInvalid ``case.contribution_invalid``.
    """
    case = get_case_for(person, number)
    row = get_contribution(case, key)
    refuse_others(person, case, row)
    given = _check(row, data, comment)
    with transaction.atomic(durable=True):
        taken = _take_in(row.pk, given, by=person, actor=Actor.person(person), now=now)
        if taken.counted and row.task_id is not None:
            reason = f"{person} contributed another way."
            withdraw_free_tasks_in([row.task_id], reason=reason, actor=Actor.person(person), now=now)
    return taken


def on_task_decided(event: RecordedEvent) -> None:
    """The answer of a task that stands for a contribution is the contribution."""
    if event.carried.get("origin"):
        return
    row = Contribution.objects.filter(task_id=event.subject_id).select_related("task__decided_by").first()
    if row is None or row.task is None:
        return
    given = Given(data=row.task.data, comment=row.task.comment or "")
    _take_in(row.pk, given, by=row.task.decided_by, actor=event.actor, now=get_database_now())


def get_contribution(case: Case, key: str) -> Contribution:
    """The contribution of this key. Raises PartNotFound."""
    row = case.contributions.filter(key=key).select_related("team", "person", "task").first()
    if row is None:
        raise PartNotFound("contribution")
    return row


def may_contribute(person: Person, case: Case, row: Contribution) -> bool:
    """Whether this person may: the asked one, those who work in the asked team, and those who may change the case."""
    if row.person_id == person.pk or can(person, Action.CASE_CHANGE, case.team_id):
        return True
    return row.team_id is not None and can(person, Action.TASK_DO, row.team_id)


def refuse_others(person: Person, case: Case, row: Contribution) -> None:
    """Raises CaseForbidden for whoever sees the case but is not to contribute this."""
    if not may_contribute(person, case, row):
        asked = row.team or row.person or case.team
        raise CaseForbidden(f"This is for {asked}, and for whoever may change the case. Ask one of them.")


def _check(row: Contribution, data: Any, comment: Any) -> Given:
    if comment is not None and (not isinstance(comment, str) or len(comment) > MAX_COMMENT):
        raise CaseInvalid("case.contribution_invalid", f"The comment is a text of at most {MAX_COMMENT} characters.")
    kept, faults = check_form_data(row.form, data)
    if faults:
        words = " ".join(fault["message"] for fault in faults[:3])
        raise CaseInvalid("case.contribution_invalid", words, {"errors": faults})
    return Given(data=kept, comment=(comment or "").strip())


def _take_in(row_id: int, given: Given, *, by: Person | None, actor: Actor, now: datetime) -> Taken:
    assert_in_transaction()
    number = Contribution.objects.values_list("case_id", flat=True).get(pk=row_id)
    case = Case.objects.select_for_update(no_key=True).get(pk=number)
    row = Contribution.objects.get(pk=row_id)
    reason = _find_reason(case, row)
    if reason is not None:
        return _refuse(case, row, reason, actor=actor, now=now)
    row.status, row.by, row.at, row.data, row.comment = IN, by, now, given.data, given.comment
    row.save(update_fields=["status", "by", "at", "data", "comment"])
    with veiled(veil_contribution(row)):
        told = {"by": by.username if by else None, "comment": given.comment or None, "data": given.data}
        _record(case, "case.contributed", {**_describe(row), **told}, actor)
        if given.data:
            note_case_editor_in(case, what=f"the contribution “{row.title}”", actor=actor, now=now)
    return Taken(contribution=row, counted=True, is_last=_complete_if_last(case, actor=actor, now=now))


def veil_contribution(row: Contribution) -> Veil:
    """The veil over what a form declares sensitive."""
    return make_veil(find_values(row.data, find_declared(row.form))) if row.form else make_veil(())


def _find_reason(case: Case, row: Contribution) -> tuple[str, str] | None:
    if row.status == IN:
        return REPEATED
    if case.closed_at is not None:
        return CLOSED
    if row.status != WAITING or case.contributed_at is not None:
        return LATE
    return None


def _refuse(case: Case, row: Contribution, reason: tuple[str, str], *, actor: Actor, now: datetime) -> Taken:
    Contribution.objects.filter(pk=row.pk).update(repeats=F("repeats") + 1, repeated_at=now)
    code, words = reason
    _record(case, "case.contribution_repeated", {**_describe(row), "reason": words, "code": code}, actor)
    return Taken(contribution=row, counted=False, reason=reason)


def _complete_if_last(case: Case, *, actor: Actor, now: datetime) -> bool:
    """Whether nothing required is missing any more. The case is held: exactly one contribution finds it so."""
    rows = list(case.contributions.all())
    if any(row.is_required and row.status == WAITING for row in rows):
        return False
    case.contributed_at = now
    case.contribution_round += 1
    case.revision += 1
    case.save(update_fields=["contributed_at", "contribution_round", "revision"])
    came = [row for row in rows if row.status == IN]
    hidden = [value for row in came if row.form for value in find_values(row.data, find_declared(row.form))]
    contributions = {row.key: {"data": row.data, "comment": row.comment or None} for row in came}
    with veiled(make_veil(hidden)):
        data: Mapping[str, Any] = {"contributions": contributions, "round": case.contribution_round}
        _record(case, "case.contributions_complete", data, actor)
    return True


def _describe(row: Contribution) -> dict[str, Any]:
    return {"key": row.key, "title": row.title}


def _record(case: Case, name: str, data: Mapping[str, Any], actor: Actor) -> None:
    record(
        name,
        actor=actor,
        subject=("case", case.number),
        data={"number": case.number, **data},
        correlation=case.number,
        team_id=case.team_id,
    )

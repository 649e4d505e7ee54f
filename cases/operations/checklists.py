"""Asks for the contributions of a case: a row for each, and a task where somebody is asked by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from cases.checklists import Asked
from cases.errors import AskInvalid
from cases.models import Case, CaseParty, Contribution, Task
from cases.operations.asking import insert_tasks_in
from cases.operations.inside import assert_in_transaction
from cases.operations.withdrawing import withdraw_tasks_in
from cases.people_refs import Candidate, resolve_people
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.lib.ids import new_uuid
from integrator.lib.veil import get_veil
from integrator.people.models import Team

WAITING, IN, DROPPED = "waiting", "in", "dropped"
CONTRIBUTES = "contributes"
CLOSED_REASON = "The case was closed without it."


@dataclass(frozen=True, kw_only=True)
class _Place:
    """A row to be, and whom its task asks; nobody where it comes by HTTP."""

    row: Contribution
    to: tuple[Candidate, ...]


def ask_contributions_in(
    case: Case, asked: Sequence[Asked], *, actor: Actor, now: datetime, correlation: str = ""
) -> list[Contribution]:
    """This will ask for those contributions that the case does not ask for yet, and tell of them in one event.

    Who cannot be found any more is no reason to fail: then whoever may change the case contributes in their place.
    The caller holds the case.
    """
    assert_in_transaction()
    known = set(case.contributions.values_list("key", flat=True)) if asked else set()
    places = [_make_place(case, one, now) for one in asked if one.key not in known]
    if not places:
        return []
    tasks = [(_make_task(case, place, now, correlation), place.to) for place in places if place.to]
    insert_tasks_in(tasks, actor=actor)
    Contribution.objects.bulk_create([place.row for place in places])
    _let_teams_see(case, places, now)
    if any(place.row.is_required for place in places):
        case.contributed_at = None
    case.has_checklist = True
    case.save(update_fields=["contributed_at", "has_checklist"])
    rows = [place.row for place in places]
    record(
        "case.contributions_asked",
        actor=actor,
        subject=("case", case.number),
        data={
            "number": case.number,
            "titles": [row.title for row in rows],
            "keys": [row.key for row in rows],
        },
        correlation=correlation or case.number,
        team_id=case.team_id,
    )
    return rows


def drop_waiting_in(case: Case, *, reason: str, actor: Actor, now: datetime) -> None:
    """This will let go of what has not come in: the case goes on without it. The caller holds the case.

    A task that is being answered at this very moment is left alone; its answer comes late and says so.
    """
    assert_in_transaction()
    if not case.has_checklist:
        return
    waiting = list(case.contributions.filter(status=WAITING).values_list("pk", "task_id"))
    Contribution.objects.filter(pk__in=[pk for pk, _ in waiting]).update(status=DROPPED)
    withdraw_free_tasks_in([task_id for _, task_id in waiting if task_id], reason=reason, actor=actor, now=now)


def withdraw_free_tasks_in(ids: Sequence[UUID], *, reason: str, actor: Actor, now: datetime) -> None:
    """This will withdraw those of the tasks that nobody is answering now. Waits for nobody, so it cannot cross them."""
    if not ids:
        return
    tasks = Task.objects.active().filter(pk__in=ids).order_by("id")
    if connection.features.has_select_for_update_skip_locked:
        tasks = tasks.select_for_update(skip_locked=True, no_key=True)
    withdraw_tasks_in(list(tasks), reason=reason, actor=actor, now=now)


def _make_place(case: Case, asked: Asked, now: datetime) -> _Place:
    veil = get_veil()
    row = Contribution(
        case=case,
        key=asked.key,
        title=veil.mask_text(asked.title),
        source=asked.source,
        is_required=asked.is_required,
        question=veil.mask_text(asked.question),
        form=asked.form,
        asked_at=now,
    )
    if asked.source == "http":
        row.team = Team.objects.filter(slug=asked.who.removeprefix("team:")).first() if asked.who else None
        return _Place(row=row, to=())
    try:
        (candidate,) = resolve_people([asked.who])
    except (AskInvalid, ValueError):
        row.source = "http"
        return _Place(row=row, to=())
    row.team_id, row.person_id = candidate.team_id, candidate.person_id
    return _Place(row=row, to=(candidate,))


def _let_teams_see(case: Case, places: Sequence[_Place], now: datetime) -> None:
    """A team that sends its contribution by HTTP is a party of the case; who has a task sees it by that."""
    teams = {place.row.team_id for place in places if place.row.source == "http" and place.row.team_id is not None}
    CaseParty.objects.bulk_create(
        [CaseParty(case=case, team_id=team_id, role=CONTRIBUTES, since_at=now) for team_id in sorted(teams)],
        ignore_conflicts=True,
    )


def _make_task(case: Case, place: _Place, now: datetime, correlation: str) -> Task:
    row = place.row
    row.task = Task(
        id=new_uuid(),
        kind="assign",
        origin="",
        title=row.question or f"{row.title}: {case.title}"[:500],
        outcomes=["contribute"],
        form=row.form,
        case=case,
        team_id=case.team_id,
        correlation=correlation or case.number,
        priority=case.priority,
        created_at=now,
    )
    return row.task

"""Who hears live of tasks and cases: the same people as ``querysets`` lets see them. Names only ids. Reads only."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from django.db.models import QuerySet
from django.utils import timezone

from cases.models import Case, CaseParty, CaseWatcher, Task, TaskCandidate, TaskWatcher
from cases.querysets import action_for
from cases.visibility.standing import Hat, list_substitutes
from integrator.live.tail import News
from integrator.live.topics import Notice
from integrator.people.rights import Action

Substitutes: TypeAlias = Sequence[tuple[int, Hat]]


def tell_tasks(news: Sequence[News]) -> Mapping[int, Sequence[Notice]]:
    """This will tell candidates and watchers of a task of it and of its case, and those who see the case of that.

    Nine queries at most.
    """
    ids = {task_id for event in news if (task_id := _read_id(event.subject_id)) is not None}
    tasks = {str(task.pk): task for task in Task.objects.filter(pk__in=ids).select_related("case").order_by()}
    asked = _list_candidates(TaskCandidate.objects.filter(task_id__in=ids).select_related("task"), by="task_id")
    watchers = _list_people(TaskWatcher.objects.filter(task_id__in=ids), of="task_id")
    substitutes = list_substitutes(timezone.now())
    cases = _make_case_notices([task.case for task in tasks.values() if task.case is not None], substitutes)
    notices: dict[int, Sequence[Notice]] = {}
    for event in news:
        task = tasks.get(event.subject_id)
        if task is not None:
            own = _make_notice(task, asked[task.pk], watchers[task.pk], substitutes)
            notices[event.id] = (own, cases[task.case.number]) if task.case is not None else (own,)
    return notices


def tell_cases(news: Sequence[News]) -> Mapping[int, Sequence[Notice]]:
    """This will tell those who may see a case of it: by its team, as owner, party or watcher, or by a task.

    Of a confidential one only owner, parties and those with a task hear. Seven queries at most.
    """
    rows = list(Case.objects.filter(number__in={event.subject_id for event in news}).order_by())
    cases = _make_case_notices(rows, list_substitutes(timezone.now())) if rows else {}
    return {event.id: (cases[event.subject_id],) for event in news if event.subject_id in cases}


def _make_notice(
    task: Task, candidates: Sequence[TaskCandidate], watchers: set[int], substitutes: Substitutes
) -> Notice:
    people = {candidate.person_id for candidate in candidates} | {task.assignee_id, task.decided_by_id}
    if task.case is None or not task.case.confidential:
        people |= watchers
    teams = {candidate.team_id for candidate in candidates if candidate.team_id is not None}
    about = [("task", str(task.pk)), *([("case", task.case.number)] if task.case is not None else [])]
    return Notice(
        about=tuple(about),
        rights=frozenset((action_for(task.kind), team_id) for team_id in teams),
        people=_whole(people | _acting_for(task, candidates, substitutes)),
        led=frozenset(teams),
    )


def _acting_for(task: Task, candidates: Iterable[TaskCandidate], substitutes: Substitutes) -> set[int | None]:
    """Who is asked in somebody's place."""
    named = {candidate.person_id for candidate in candidates}
    teams = {candidate.team_id for candidate in candidates}
    found: set[int | None] = set()
    for person_id, hat in substitutes:
        fitting = hat.led | (hat.decides if action_for(task.kind) == Action.TASK_DECIDE else hat.works)
        is_named = hat.person.pk in named and hat.team_id in (None, task.team_id)
        if is_named or fitting & teams:
            found.add(person_id)
    return found


def _make_case_notices(cases: Iterable[Case], substitutes: Substitutes) -> dict[str, Notice]:
    by_id = {case.pk: case for case in cases}
    if not by_id:
        return {}
    rows = TaskCandidate.objects.filter(task__case_id__in=by_id).select_related("task")
    asked = _list_candidates(rows, by="task__case_id")
    parties: defaultdict[int, list[CaseParty]] = defaultdict(list)
    for party in CaseParty.objects.filter(case_id__in=by_id):
        parties[party.case_id].append(party)
    watchers = _list_people(CaseWatcher.objects.filter(case_id__in=by_id), of="case_id")
    return {
        case.number: _make_case_notice(case, asked[case.pk], parties[case.pk], watchers[case.pk], substitutes)
        for case in by_id.values()
    }


def _make_case_notice(
    case: Case,
    candidates: Sequence[TaskCandidate],
    parties: Sequence[CaseParty],
    watchers: set[int],
    substitutes: Substitutes,
) -> Notice:
    by_task = {
        (action_for(candidate.task.kind), candidate.team_id)
        for candidate in candidates
        if candidate.team_id is not None
    }
    teams = {party.team_id for party in parties if party.team_id is not None}
    people = {case.owner_id, *(candidate.person_id for candidate in candidates), *(row.person_id for row in parties)}
    people |= {candidate.task.decided_by_id for candidate in candidates}
    for candidate in candidates:
        people |= _acting_for(candidate.task, [candidate], substitutes)
    rights = by_task | {(Action.CASE_READ, team_id) for team_id in teams}
    if not case.confidential:
        rights, people = rights | {(Action.CASE_READ, case.team_id)}, people | watchers
    return Notice(
        about=(("case", case.number),),
        rights=frozenset(rights),
        people=_whole(people),
        led=frozenset({team_id for _, team_id in by_task} | teams),
    )


def _whole(people: Iterable[int | None]) -> frozenset[int]:
    return frozenset(person_id for person_id in people if person_id is not None)


def _list_people(rows: QuerySet[Any], *, of: str) -> defaultdict[Any, set[int]]:
    found: defaultdict[Any, set[int]] = defaultdict(set)
    for key, person_id in rows.order_by().values_list(of, "person_id"):
        found[key].add(person_id)
    return found


def _list_candidates(rows: Iterable[TaskCandidate], *, by: str) -> defaultdict[object, list[TaskCandidate]]:
    found: defaultdict[object, list[TaskCandidate]] = defaultdict(list)
    for row in rows:
        found[row.task_id if by == "task_id" else row.task.case_id].append(row)
    return found


def _read_id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None

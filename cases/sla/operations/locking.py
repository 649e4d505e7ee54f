"""Takes clocks for a change: first the task or case, then the clock, the same way round as who changes those."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from cases.models import Case, CaseType, SlaClock, Task
from integrator.people.models import Team

Row = TypeVar("Row", bound=Model)


def lock_clocks_in(**which: Any) -> list[SlaClock]:
    """The open clocks that fit, locked, for who holds the lock of their task or case already."""
    rows = SlaClock.objects.filter(ended_at__isnull=True, **which).select_for_update(of=("self",), no_key=True)
    return list(rows.order_by("id"))


def lock_free_in(ids: Collection[UUID]) -> dict[UUID, SlaClock]:
    """Those of the open clocks that nobody else holds, with task or case, all locked; whoever waits could block others.

    Three queries, however many there are. ``lock_bare_in`` is the same without the rows of tasks and cases.
    """
    tasks = Task.objects.filter(clock__in=ids).select_related("team", "case", "assignee").order_by("id")
    by_task = {task.pk: task for task in _take(tasks)}
    cases = Case.objects.filter(clock__in=ids).select_related("team", "owner", "type").order_by("id")
    by_case = {case.pk: case for case in _take(cases)}
    clocks = SlaClock.objects.filter(pk__in=ids, ended_at__isnull=True).order_by("id")
    found: dict[UUID, SlaClock] = {}
    for clock in _take(clocks):
        if clock.task_id in by_task:
            clock.task = by_task[clock.task_id]
        elif clock.case_id in by_case:
            clock.case = by_case[clock.case_id]
        else:
            continue
        found[clock.pk] = clock
    return found


def lock_bare_in(ids: Collection[UUID]) -> dict[UUID, SlaClock]:
    """The same clocks under the same locks, for who needs of their tasks and cases that nobody else holds them."""
    tasks = Task.objects.filter(clock__in=ids).order_by("id")
    cases = Case.objects.filter(clock__in=ids).order_by("id")
    held = {*_take(tasks).values_list("pk", flat=True), *_take(cases).values_list("pk", flat=True)}
    clocks = SlaClock.objects.filter(pk__in=ids, ended_at__isnull=True).order_by("id")
    found = [clock for clock in _take(clocks) if (clock.task_id or clock.case_id) in held]
    teams = Team.objects.in_bulk({clock.team_id for clock in found})  # few, of many clocks
    types = CaseType.objects.in_bulk({clock.case_type_id for clock in found if clock.case_type_id is not None})
    for clock in found:
        clock.team = teams[clock.team_id]
        clock.case_type = None if clock.case_type_id is None else types[clock.case_type_id]
    return {clock.pk: clock for clock in found}


def _take(rows: QuerySet[Row]) -> QuerySet[Row]:
    return rows.select_for_update(no_key=True, skip_locked=True, of=("self",))

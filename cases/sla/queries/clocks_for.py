"""One clock for one reader: who may see the task or case sees its clock."""

from __future__ import annotations

import uuid
from typing import Any

from cases.models import Case, SlaClock, Task
from cases.shapes import as_time
from cases.sla.errors import ClockNotFound
from cases.sla.queries.clocks import ClockView, LedgerLine
from integrator.people.models import Person


def get_clock_for(person: Person, clock_id: uuid.UUID) -> SlaClock:
    """The clock with its task or case. Raises ClockNotFound."""
    clock = SlaClock.objects.select_related("task__case", "case", "policy", "team").filter(pk=clock_id).first()
    if clock is None or not _sees(person, clock):
        raise ClockNotFound
    return clock


def describe_clock_fully(view: ClockView, ledger: list[LedgerLine]) -> dict[str, Any]:
    """The clock and its ledger as the API gives them."""
    return {
        "id": str(view.id),
        "state": view.state,
        "words": view.words,
        "due_at": as_time(view.due_at),
        "started_at": as_time(view.started_at),
        "budget_s": view.budget_s,
        "used_s": view.used_s,
        "left_s": view.left_s,
        "is_working_time": view.is_working_time,
        "paused_because": list(view.paused_because),
        "policy": view.policy or None,
        "ledger": [
            {
                "at": as_time(line.at),
                "what": line.what,
                "why": line.why,
                "by": line.by or None,
                "budget_s": line.budget_s,
                "used_s": line.used_s,
                "due_at": as_time(line.due_at),
            }
            for line in ledger
        ],
    }


def _sees(person: Person, clock: SlaClock) -> bool:
    if clock.task_id is None:
        return clock.case is not None and Case.objects.visible_to(person).filter(pk=clock.case.pk).exists()
    return Task.objects.visible_to(person).filter(pk=clock.task_id).exists() or may_move(person, clock)


def may_move(person: Person, clock: SlaClock) -> bool:
    """Whether the person may change when the clock's task is due."""
    return clock.task_id is not None and Task.objects.reassignable_by(person).filter(pk=clock.task_id).exists()

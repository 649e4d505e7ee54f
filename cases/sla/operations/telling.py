"""Events about clocks: filed under their task or case, so that its timeline and the flows of its team hear of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cases.models import SlaClock
from cases.shapes import as_time
from integrator.events.actors import Actor
from integrator.events.log import EventDraft, record_many


def tell_in(clocks: Sequence[SlaClock], name: str, *, actor: Actor, data: Mapping[str, Any]) -> None:
    """This will record one event for each clock. Reads its task or case unless they came with it."""
    record_many([draft_event(clock, name, actor=actor, data=data) for clock in clocks])


def draft_event(clock: SlaClock, name: str, *, actor: Actor, data: Mapping[str, Any]) -> EventDraft:
    """An event about the clock of a task or case."""
    task = clock.task
    case = clock.case if task is None else task.case
    about: dict[str, Any] = {
        "what": "task" if task is not None else "case",
        "title": task.title if task is not None else case.title if case is not None else "",
        "task": str(task.pk) if task is not None else None,
        "case": case.number if case is not None else None,
        "priority": clock.priority,
        "due_at": as_time(clock.due_at),
        "budget_s": clock.budget_s,
    }
    number = case.number if case is not None else ""
    return EventDraft(
        name=name,
        actor=actor,
        subject=("task", task.pk) if task is not None else ("case", number),
        data={**about, **data},
        correlation=(task.correlation if task is not None else "") or number,
        team_id=task.team_id if task is not None else clock.team_id,
    )

"""Runs as lines of a list: state with what they wait for, and how long they took. Asks no database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.definition.words import count_of
from flows.models import Run

_WAITS = {"task": "for people", "timer": "for a time", "message": "for a message", "child": "for another run"}


@dataclass(frozen=True, kw_only=True)
class RunRow:
    """One run. ``state`` is a word of the run's status or ``incident``; ``took`` is None while it goes on."""

    id: str
    title: str
    meta: str
    state: str
    state_label: str
    started_at: datetime
    took: timedelta | None


def make_run_rows(runs: Iterable[Run]) -> list[RunRow]:
    """This will make the lines; flow and version must have been selected."""
    return [
        RunRow(
            id=str(run.id),
            title=run.business_key or run.case_number or str(run.flow),
            meta=_say_more(run),
            state=say_run_state(run),
            state_label=say_waiting(run),
            started_at=run.started_at,
            took=run.ended_at - run.started_at if run.ended_at else None,
        )
        for run in runs
    ]


def _say_more(run: Run) -> str:
    """What the title leaves open: flow, version and case; for a run without a number of its own, which one it is."""
    if not run.business_key and not run.case_number:
        return f"{run.version.label} · run {str(run.id)[-8:]}"
    case = run.case_number if run.business_key else ""
    return " · ".join(filter(None, [f"{run.flow} {run.version.label}", case]))


def say_run_state(run: Run) -> str:
    """The status; ``incident`` when somebody has to answer."""
    return "incident" if run.open_incidents and run.status not in Run.FINAL else run.status


def say_waiting(run: Run) -> str:
    """``Waiting for people`` and the like; empty when the state's own word says it all."""
    if say_run_state(run) == "incident":
        return "Needs a person" if run.open_incidents == 1 else f"{count_of(run.open_incidents, 'incident')}"
    if run.status != Run.Status.WAITING:
        return ""
    kinds = {str(wait.get("kind")) for wait in run.waiting_for}
    words = [_WAITS[kind] for kind in _WAITS if kind in kinds]
    return f"Waiting {words[0]}" if words else "Sending" if "effect" in kinds else ""

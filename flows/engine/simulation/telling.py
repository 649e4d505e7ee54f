"""From what a simulation kept to what it shows: its visits and its end. Decides nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flows.engine.rows import Landing
from flows.engine.simulation.shapes import Ending, SimulatedVisit

if TYPE_CHECKING:
    from flows.engine.simulation.session import Session


def tell_visits(session: Session) -> tuple[SimulatedVisit, ...]:
    """The visits in the order they were entered."""
    steps = session.flow.definition.steps
    told = []
    for row in sorted(session.memory.visits.values(), key=lambda each: each.sequence):
        origin, note = session.origins.get((row.key, row.visit), ("", ""))
        told.append(
            SimulatedVisit(
                step=row.key,
                kind=row.kind,
                title=steps[row.key].title,
                sequence=row.sequence,
                visit=row.visit,
                index=row.index,
                status=row.status,
                port=row.port,
                input=json.loads(row.input),
                output=json.loads(row.output),
                error=json.loads(row.error),
                attempt=row.attempt,
                started_at=row.started_at,
                ended_at=row.ended_at,
                took_ms=session.took_s.get(row.id.hex, 0.0) * 1000,
                origin=origin,
                note=note,
            )
        )
    return tuple(told)


def tell_end(landing: Landing, step: str | None) -> Ending:
    """How a run that ended did."""
    if landing.status == "completed":
        return Ending(code="run.completed", message="The run is done.", step=step)
    error = landing.error or {}
    return Ending(code=str(error.get("code") or "run.failed"), message=str(error.get("message") or ""), step=step)

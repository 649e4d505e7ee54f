"""Open incidents by what they have in common: one flow, one step, one code. So that one cause is one thing to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flows.models import Incident
from flows.queries.incidents import list_open_incidents
from integrator.people.models import Person

MAX_INCIDENTS = 200


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Open incidents of one flow at one step with one code, newest first; there is at least one."""

    incidents: tuple[Incident, ...]

    @property
    def newest(self) -> Incident:
        """The one whose message speaks for all."""
        return self.incidents[0]

    @property
    def since_at(self) -> datetime:
        """When the first of them was opened."""
        return min(incident.opened_at for incident in self.incidents)


@dataclass(frozen=True, kw_only=True)
class Causes:
    """The causes, most incidents first. ``is_cut``: there are more incidents than were read."""

    causes: tuple[Cause, ...]
    count: int
    is_cut: bool


def group_open_incidents(person: Person, *, flow: str = "", limit: int = MAX_INCIDENTS) -> Causes:
    """This will group the newest ``limit`` open incidents that the person may see. One query besides the rights."""
    rows = list(list_open_incidents(person, flow=flow)[: limit + 1])
    by_cause: dict[tuple[object, ...], list[Incident]] = {}
    for incident in rows[:limit]:
        by_cause.setdefault((incident.run.flow_id, incident.step_key, incident.code), []).append(incident)
    causes = sorted(by_cause.values(), key=len, reverse=True)
    return Causes(
        causes=tuple(Cause(incidents=tuple(each)) for each in causes),
        count=min(len(rows), limit),
        is_cut=len(rows) > limit,
    )

"""A toy trigger, as small as a trigger can be: it counts the days on which it rang."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from flows.definition.kind import Setting
from flows.definition.model import JSON
from flows.definition.trigger import DuePlan, Fired, Firing, Start, TriggerSpec, Untimed

DAY = timedelta(days=1)


class Rooster(Untimed):
    """Crows once a day."""

    spec = TriggerSpec(
        key="rooster",
        label="Rooster",
        icon="alarm",
        describe=lambda settings: f"The rooster crows {settings.get('words')}, and a run starts",
        settings=(Setting(name="words", type="text", literal=True, required=True, help="What it crows."),),
        roots=("body",),
        timing=("words",),
    )

    def first_due(self, settings: Mapping[str, JSON], *, after: datetime, zone: str) -> datetime | None:
        """A day after it went live."""
        return after + DAY

    def plan(self, settings: Mapping[str, JSON], *, planned_at: datetime, now: datetime, zone: str) -> DuePlan:
        """Each day."""
        return DuePlan(times=(planned_at,), next_at=planned_at + DAY)

    def fire(self, firing: Firing) -> Fired:
        """A run with its words and how often it crowed."""
        count = (firing.state or 0) + 1
        return Fired(starts=(Start(body={"words": firing.settings["words"], "count": count}),), state=count)


ROOSTER = Rooster()

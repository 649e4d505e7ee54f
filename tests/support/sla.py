"""Clocks in tests: policies made shortly, and time that passes without waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

from cases.models import CaseType, SlaClock, SlaEntry, SlaPolicy
from cases.sla.policies import Facts
from integrator.people.models import Team
from integrator.timers.firing import fire_due_timers
from integrator.timers.models import Timer

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # an opening of the hours that count without a calendar
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def make_policy(key: str = "plain", **fields: Any) -> SlaPolicy:
    """A policy of tasks: eight hours of working time, a warning at three quarters."""
    named: dict[str, Any] = {"subject": "task", "budget": "PT8H", "name": key.capitalize(), "changed_at": MONDAY}
    values = {**named, **fields}
    if isinstance(values.get("case_type"), str):
        new = {"name": values["case_type"], "created_at": MONDAY}
        values["case_type"] = CaseType.objects.get_or_create(key=values["case_type"], defaults=new)[0]
    if isinstance(values.get("team"), str):
        values["team"] = Team.objects.get(slug=values["team"])
    criteria = [str(values.get(name) or "") for name in ("subject", "case_type", "task_kind", "priority", "team")]
    return SlaPolicy.objects.create(key=key, criteria="|".join(criteria), **values)


def fire_at(now: datetime) -> int:
    """What the clocks' timers do that are due at ``now``, until none is left; how many they were.

    PostgreSQL compares with its own clock: there they are made due by it.
    """
    total = 0
    with mock.patch("integrator.timers.firing.get_database_now", return_value=now):
        while due := Timer.objects.filter(handler="sla.mark", due_at__lte=now).update(due_at=LONG_AGO):
            fire_due_timers()
            total += due
    return total


def get_lines(clock: SlaClock) -> list[str]:
    """What the clock's ledger says happened, in order."""
    return list(SlaEntry.objects.filter(clock=clock).order_by("id").values_list("what", flat=True))


def facts(**more: str) -> Facts:
    """Facts of a task."""
    return Facts(**{"subject": "task", **more})

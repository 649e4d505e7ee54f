"""Schedules under two workers and a kill: each planned time starts one run, whoever fires it and whoever dies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.kill.conftest import GRACE_S, LEASE_S
from tests.support import installation as installations
from tests.support.installation import Installation
from tests.support.processes import wait_for

FLOWS = 4
TIMES = 6
FLOW = """\
format: 1
flow: clock-{number}
name: Clock {number}
team: marketing
trigger: {{kind: schedule, every: PT1S, missed: catch_up}}
steps:
  keep: {{kind: set, with: {{at: = trigger.body.planned_at}}}}
"""
STARTED = "SELECT r.flow_id, i.trigger FROM flows_run r JOIN flows_runinput i ON i.run_id = r.id"


@pytest.fixture
def clocks(tmp_path: Path) -> Iterator[Installation]:
    """Four schedules of a second on PostgreSQL; no worker runs yet."""
    flows = [FLOW.format(number=number) for number in range(FLOWS)]
    with installations.scaled_out(tmp_path, flows=flows, INTEGRATOR_LEASE_S=str(LEASE_S)) as made:
        yield made


def planned_times(made: Installation) -> dict[int, list[datetime]]:
    """By flow, the planned times of its runs, in order."""
    found: dict[int, list[datetime]] = {}
    for flow_id, trigger in made.query(STARTED):
        planned_at = datetime.fromisoformat(json.loads(trigger)["body"]["planned_at"])
        found.setdefault(flow_id, []).append(planned_at)
    return {flow_id: sorted(times) for flow_id, times in found.items()}


def have_all(made: Installation) -> bool:
    """Whether each clock ran at each of its first times."""
    found = planned_times(made)
    return len(found) == FLOWS and all(len(times) >= TIMES for times in found.values())


@pytest.mark.services
class TestSchedulesUnderTwoWorkers:
    @pytest.mark.parametrize(
        "point",
        [
            pytest.param("trigger_claimed", marks=pytest.mark.slow),
            pytest.param("trigger_asked", marks=pytest.mark.slow(sample=True)),
            pytest.param("trigger_landed", marks=pytest.mark.slow),
        ],
    )
    def test_start_one_run_for_each_time(self, point: str, clocks: Installation, marker: Path) -> None:
        marker.touch()
        fault = {"INTEGRATOR_FAULT_POINT": point, "INTEGRATOR_FAULT_ONCE": str(marker)}
        killed = clocks.start_worker(**fault)
        clocks.start_worker()
        wait_for(lambda: not marker.exists(), within_s=60, what="a worker to be killed")
        assert killed.process.wait(timeout=60) != 0
        clocks.start_worker()
        wait_for(lambda: have_all(clocks), within_s=30 + GRACE_S, what="every time to start a run")
        wait_for(lambda: is_whole(clocks), within_s=LEASE_S + GRACE_S, what="the killed worker's time to be taken up")


def is_whole(made: Installation) -> bool:
    """Whether no time is missing among the first ones; fails at once for one that started two runs."""
    second = timedelta(seconds=1)
    for times in planned_times(made).values():
        assert len(times) == len(set(times)), "a time started two runs"
        first = times[:TIMES]
        if first != [first[0] + number * second for number in range(TIMES)]:
            return False
    return True

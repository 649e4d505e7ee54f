"""kill -9 in the middle of a loop: no item is lost, none has its effect twice, and memory stays as it was."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from tests.kill.conftest import CALL_LEASE_S, GRACE_S, LEASE_S
from tests.kill.test_fault_points import wait_for_death
from tests.support import installation as installations
from tests.support.installation import Installation
from tests.support.processes import wait_for
from tests.support.targets import CountingTarget

CALLS = """\
format: 1
flow: calls
name: One call an item
team: operations
trigger: {kind: webhook, path: calls, auth: {kind: none}}
steps:
  loop: {kind: for_each, with: {items: "= trigger.body.items", parallel: 4, on_error: collect}, on: {each: call}}
  call:
    kind: http.request
    with: {method: POST, url: "= trigger.body.url & '/' & item", repeat: safe, timeout_s: 1, json: {id: "= item"}}
    retry: {max_attempts: 5, first_delay_s: 1, factor: 1, max_delay_s: 1}
    next: note
  note: {kind: set, with: {id: "= item", status: "= steps.call.status"}, next: meet}
  meet: {kind: join, next: done}
  done: {kind: stop, with: {output: "= steps.meet"}}
"""
LONG = """\
format: 1
flow: long
name: A long way
team: operations
trigger: {kind: webhook, path: long, auth: {kind: none}}
steps:
  loop: {kind: for_each, with: {items: "= [1..trigger.body.count]"}, on: {each: double}}
  double: {kind: set, with: {n: "= item * 2", text: "= $pad('', 80, 'x')"}, next: meet}
  meet: {kind: join, next: done}
  done: {kind: stop, with: {output: "= steps.meet"}}
"""
ITEMS = 30
pytestmark = pytest.mark.embedded
GROWTH_BYTES = 64 * 1024 * 1024


@pytest.fixture(scope="module")
def loops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Both flows published on SQLite; no process runs."""
    folder = tmp_path_factory.mktemp("loops")
    with installations.embedded(folder, flows=[CALLS, LONG], INTEGRATOR_LEASE_S=str(LEASE_S)) as made:
        yield made


def start(loops: Installation, flow: str, body: dict[str, Any]) -> str:
    answer = requests.post(f"{loops.url}/hooks/{flow}", json=body, timeout=30)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["run"])


def status_of(loops: Installation, run: str) -> str:
    rows = loops.query(f"SELECT status FROM flows_run WHERE id = '{run.replace('-', '')}'")
    return str(rows[0][0])


def count_visits(loops: Installation, run: str, step: str) -> int:
    rows = loops.query(
        f"SELECT count(*) FROM flows_stepvisit WHERE run_id = '{run.replace('-', '')}' AND key = '{step}'"
    )
    return int(rows[0][0])


class TestKilledInALoopOfCalls:
    @pytest.mark.parametrize(
        "point",
        [
            pytest.param(point, marks=pytest.mark.slow(sample=point == "called"))
            for point in ("claimed", "computed", "landed", "sending", "called", "recorded")
        ],
    )
    def test_makes_each_call_under_one_key(
        self, point: str, loops: Installation, target: CountingTarget, marker: Path
    ) -> None:
        up = loops.start_up(INTEGRATOR_FAULT_POINT=point, INTEGRATOR_FAULT_ONCE=str(marker))
        names = [f"item-{number}" for number in range(ITEMS)]
        run = start(loops, "calls", {"url": target.url, "items": names})
        wait_for(lambda: len(target.keys_by_path) >= ITEMS // 3, within_s=60, what="a third of the calls")
        marker.touch()
        wait_for_death([up])
        up = loops.start_up()
        wait_for(
            lambda: status_of(loops, run) == "completed",
            within_s=CALL_LEASE_S + LEASE_S + 3 * GRACE_S,
            what="the end of the loop",
        )
        keys = {path: set(found) for path, found in target.keys_by_path.items()}
        assert {path: len(found) for path, found in keys.items()} == {f"/{name}": 1 for name in names}
        assert len(set().union(*keys.values())) == ITEMS
        told = loops.get("ops", f"/api/v1/runs/{run}")
        (output,) = [step["output"] for step in told["steps"] if step["key"] == "loop"]
        assert output["results"] == [{"id": name, "status": 200} for name in names]
        assert [step["index"] for step in told["steps"] if step["key"] == "call"] == list(range(ITEMS))
        assert up.end() == 0, up.output


class TestLongLoop:
    @pytest.mark.parametrize(
        "count",
        [
            pytest.param(12_000, marks=pytest.mark.slow(sample=True)),
            pytest.param(1_000_000, marks=[pytest.mark.long, pytest.mark.timeout(7_200)]),
        ],
    )
    def test_ends_within_flat_memory_although_its_worker_is_killed(
        self, count: int, loops: Installation, marker: Path
    ) -> None:
        up = loops.start_up(INTEGRATOR_FAULT_POINT="computed", INTEGRATOR_FAULT_ONCE=str(marker))
        run = start(loops, "long", {"count": count})
        wait_for(lambda: count_visits(loops, run, "double") >= count // 4, within_s=count / 50, what="a quarter")
        marker.touch()
        wait_for_death([up])
        up = loops.start_up()
        process = psutil.Process(up.process.pid)
        wait_for(lambda: count_visits(loops, run, "double") >= count // 2, within_s=count / 50, what="half of it")
        at_half_bytes = process.memory_info().rss
        largest_bytes, until = at_half_bytes, time.monotonic() + count / 50
        while status_of(loops, run) != "completed":
            assert time.monotonic() < until, "the loop did not end"
            largest_bytes = max(largest_bytes, process.memory_info().rss)
            time.sleep(0.2)  # a reader's pause between looks
        assert largest_bytes - at_half_bytes < GROWTH_BYTES
        assert count_visits(loops, run, "double") == count
        rows = loops.query('SELECT loop_id, count(*), count(DISTINCT "index") FROM flows_loopresult GROUP BY loop_id')
        assert [tuple(row[1:]) for row in rows if row[1] == count] == [(count, count)]
        page = loops.get("ops", f"/api/v1/runs/{run}/steps?step=done")
        assert page["results"][0]["output"]["done"] == count
        assert up.end() == 0, up.output

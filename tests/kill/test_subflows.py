"""kill -9 of a worker while runs start each other: each parent has one child, each child tells its parent once."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.kill.conftest import GRACE_S, LEASE_S
from tests.support.installation import Installation
from tests.support.processes import wait_for

SIZE = 40
CHILD = """\
format: 1
flow: inner-{key}
name: Inner
team: marketing
steps:
  double: {{kind: set, with: {{twice: "= trigger.body.n * 2"}}, next: rest}}
  rest: {{kind: wait, with: {{for: PT0.5S}}, next: done}}
  done: {{kind: stop, with: {{output: "= steps.double.twice"}}}}
"""
PARENT = """\
format: 1
flow: outer-{key}
name: Outer
team: marketing
trigger: {{kind: webhook, path: outer-{key}, auth: {{kind: none}}, business_key: "= $string(body.n)"}}
steps:
  call: {{kind: subflow, with: {{flow: inner-{key}, input: {{n: "= trigger.body.n"}}}}, next: done}}
  done: {{kind: stop, with: {{output: "= steps.call"}}}}
"""


def points(*, sample: str) -> list[object]:
    """Where a worker is killed; one of them belongs to every test run."""
    return [
        pytest.param(point, marks=pytest.mark.slow(sample=point == sample))
        for point in ("claimed", "computed", "landed")
    ]


@pytest.mark.services
class TestAWorkerKilledAmongSubflows:
    @pytest.mark.parametrize("point", points(sample="computed"))
    def test_leaves_no_child_twice_and_no_parent_waiting(
        self, point: str, scaled_out: Installation, marker: Path
    ) -> None:
        for text in (CHILD, PARENT):
            scaled_out.publish(text.format(key=point))
        fault = {"INTEGRATOR_FAULT_POINT": point, "INTEGRATOR_FAULT_ONCE": str(marker)}
        workers = [scaled_out.start_worker(**fault) for _ in range(2)]

        def call(number: int) -> int:
            url = f"{scaled_out.url}/hooks/outer-{point}"
            return requests.post(url, json={"n": number}, timeout=30).status_code

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(call, range(SIZE // 2)))
            marker.touch()
            answers += pool.map(call, range(SIZE // 2, SIZE))
        assert set(answers) == {202}
        wait_for(lambda: any(each.process.poll() is not None for each in workers), within_s=60, what="a death")
        of_parents = f"FROM flows_run r JOIN flows_flow f ON f.id = r.flow_id WHERE f.key = 'outer-{point}'"
        wait_for(
            lambda: scaled_out.query(f"SELECT count(*) {of_parents} AND r.status = 'completed'") == [(SIZE,)],
            within_s=LEASE_S + GRACE_S + 30,
            what="all parents to complete",
        )
        assert sorted(each.process.poll() or 0 for each in workers) == [-signal.SIGKILL, 0]
        results = scaled_out.query(f"SELECT r.business_key, r.output {of_parents}")
        assert {int(key): int(output) for key, output in results} == {number: 2 * number for number in range(SIZE)}
        children = scaled_out.query(
            f"SELECT r.id, count(c.id) {of_parents.replace('WHERE', 'JOIN flows_run c ON c.parent_id = r.id WHERE')} "
            "GROUP BY r.id"
        )
        assert [count for _, count in children] == [1] * SIZE
        news = scaled_out.query(
            "SELECT s.subject, count(*) FROM flows_signal s JOIN flows_run c ON c.id = s.subject "
            f"WHERE s.run_id IN (SELECT r.id {of_parents}) AND s.kind = 'wait' GROUP BY s.subject"
        )
        assert [count for _, count in news] == [1] * SIZE
        for worker in workers:
            worker.kill()

"""Callers who wait at real processes of both modes: answered quickly, bounded, and let go when the process ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.support import installation as installations
from tests.support.installation import Installation
from tests.support.processes import Running, wait_for

HEAD = """\
format: 1
flow: {key}
name: {key}
team: marketing
trigger: {{kind: webhook, path: {key}, auth: {{kind: none}}, respond: true}}
steps:
"""
QUICK = HEAD.format(key="quick") + '  say: {kind: respond, with: {json: {sum: "= trigger.body.a + 1"}}}\n'
NEVER = HEAD.format(key="never") + "  pause: {kind: wait, with: {for: PT1H}, next: say}\n  say: {kind: respond}\n"


def call(made: Installation, path: str) -> requests.Response:
    return requests.post(f"{made.url}/hooks/{path}", json={"a": 1}, timeout=30)


def waiting_runs(made: Installation) -> int:
    ((count,),) = made.query("SELECT count(*) FROM flows_run WHERE status = 'waiting'")
    return int(count)


def lets_all_go(made: Installation, process: Running, callers: int, others: Callable[[], None]) -> None:
    """``callers`` wait, ``others`` is done meanwhile, then the process is asked to end."""
    with ThreadPoolExecutor(callers) as pool:
        waiting = [pool.submit(call, made, "never") for _ in range(callers)]
        wait_for(lambda: waiting_runs(made) >= callers, within_s=20, what="all of them to wait")
        others()
        assert not any(each.done() for each in waiting)
        began_s = time.monotonic()
        assert process.end(within_s=10) == 0, process.output
        answers = [each.result(5) for each in waiting]
    assert [answer.status_code for answer in answers] == [202] * callers
    assert time.monotonic() - began_s < 10
    assert all("/status/" in answer.json()["status_url"] for answer in answers)


@pytest.mark.embedded
class TestEmbedded:
    @pytest.fixture
    def made(self, tmp_path: Path) -> Iterator[Installation]:
        with installations.embedded(tmp_path, flows=[QUICK, NEVER]) as made:
            yield made

    def test_answers_and_lets_callers_go(self, made: Installation) -> None:
        up = made.start_up()
        assert call(made, "quick").json() == {"sum": 2}
        took_s = min(timed(made) for _ in range(10))
        assert took_s < 0.5, took_s
        lets_all_go(made, up, 3, lambda: None)


@pytest.mark.services
class TestScaledOut:
    @pytest.fixture
    def made(self, tmp_path: Path) -> Iterator[Installation]:
        with installations.scaled_out(tmp_path, flows=[QUICK, NEVER]) as made:
            yield made

    @pytest.mark.slow
    def test_keeps_half_of_the_threads_free_and_lets_callers_go(self, made: Installation) -> None:
        made.start_worker()
        web = made.start_web()

        def others() -> None:
            crowded = call(made, "quick")
            assert (crowded.status_code, "status_url" in crowded.json()) == (202, True)

        lets_all_go(made, web, 4, others)
        made.start_web()
        assert call(made, "quick").json() == {"sum": 2}
        assert min(timed(made) for _ in range(10)) < 0.5


def timed(made: Installation) -> float:
    """Seconds from the call to the answer of the flow."""
    began_s = time.monotonic()
    assert call(made, "quick").status_code == 200
    return time.monotonic() - began_s

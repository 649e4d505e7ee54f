"""Costly runs and their neighbours: who is claimed with whom, and how long the neighbours take meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import requests

from flows.engine import runner
from flows.engine.costly import COSTLY, COSTLY_S
from flows.engine.journal import get_journal
from flows.models import Run
from tests.support.flows import make_run, make_version, settle
from tests.support.installation import Installation, scaled_out
from tests.support.processes import wait_for

BURNING = "$sum($map([1..90000], function($v){ $v * 2 }))"
FLOW = """\
format: 1
flow: {key}
name: {key}
team: marketing
trigger:
  kind: webhook
  path: {key}
  auth: {{kind: none}}
steps:
  first: {{kind: set, with: {{n: "= {expression}"}}, next: second}}
  second: {{kind: stop, with: {{output: "= steps.first.n"}}}}
"""
COSTLY_FLOW = FLOW.format(key="costly", expression=BURNING)
NEIGHBOUR = FLOW.format(key="neighbour", expression="trigger.body.n + 1")
ATTACKS = 50
CALLS = 60
NOISE_S = 0.1


@pytest.fixture(autouse=True)
def _know_nothing() -> Iterator[None]:
    COSTLY.clear()
    yield
    COSTLY.clear()


@pytest.mark.django_db(transaction=True)
class TestClaiming:
    def test_leaves_avoided_versions_and_takes_only_wanted_ones(self) -> None:
        costly, neighbour = make_version(COSTLY_FLOW), make_version(NEIGHBOUR)
        dear, cheap = make_run(costly, {"n": 1}), make_run(neighbour, {"n": 1})
        journal = get_journal()
        assert [run.id for run in journal.claim(limit=9, lease_s=30, struck=False, avoid=[costly.pk])] == [cheap.id]
        assert journal.claim(limit=9, lease_s=30, struck=False, only=[neighbour.pk]) == []
        assert [run.id for run in journal.claim(limit=9, lease_s=30, struck=False, only=[costly.pk])] == [dear.id]

    def test_a_costly_run_ends_its_batch_and_gives_the_rest_back_as_it_was(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        version = make_version(NEIGHBOUR)
        runs = [make_run(version, {"n": place}) for place in range(3)]
        monkeypatch.setattr(COSTLY, "note", lambda version_id, ran_s: True)
        assert runner.advance_batch() == 1
        stored = [Run.objects.get(id=run.id) for run in runs]
        assert sorted(run.status for run in stored) == ["completed", "running", "running"]
        assert all(run.lease_until is None and run.strikes == 0 for run in stored)

    def test_costly_versions_are_taken_up_too_and_everything_ends(self) -> None:
        costly, neighbour = make_version(COSTLY_FLOW), make_version(NEIGHBOUR)
        for _ in range(2):
            COSTLY.note(costly.pk, COSTLY_S)
        runs = [make_run(version, {"n": 1}) for version in (costly, neighbour, costly)]
        settle()
        assert [Run.objects.get(id=run.id).status for run in runs] == ["waiting", "completed", "waiting"]


@pytest.mark.services
@pytest.mark.slow
class TestNeighbours:
    def test_go_on_while_50_runs_hit_the_limits(self, tmp_path: Path) -> None:
        """In a queue they would wait seconds: 50 runs of 100 ms of processor time are under way on two workers."""
        with scaled_out(tmp_path, flows=[COSTLY_FLOW, NEIGHBOUR]) as installation:
            installation.start_web()
            for _ in range(2):
                installation.start_worker()
            time_calls(installation, 10)  # processes warm up
            quiet_s = time_calls(installation, CALLS)
            attack = threading.Thread(target=send_attacks, args=(installation,))
            attack.start()
            attacked_s = time_calls(installation, CALLS)
            attack.join()
            ended = "SELECT count(*) FROM flows_incident WHERE code = 'expression.limit'"
            wait_for(
                lambda: installation.query(ended) == [(ATTACKS,)],
                within_s=60,
                what="the end of every costly expression",
            )
        assert get_p95(attacked_s) < get_p95(quiet_s) * 3 + NOISE_S, (get_p95(quiet_s), get_p95(attacked_s))


def send_attacks(installation: Installation) -> None:
    for _ in range(ATTACKS):
        assert requests.post(f"{installation.url}/hooks/costly", json={"n": 1}, timeout=30).status_code == 202


def time_calls(installation: Installation, calls: int) -> list[float]:
    """Seconds from the call to the stored end of its run, one call after the other."""
    taken_s = []
    with (
        psycopg.connect(installation.env["DATABASE_URL"], autocommit=True) as connection,
        requests.Session() as session,
    ):
        for place in range(calls):
            began = time.perf_counter()
            answer = session.post(f"{installation.url}/hooks/neighbour", json={"n": place}, timeout=30)
            run_id = answer.json()["run"]
            ended = "SELECT 1 FROM flows_run WHERE id = %s AND status = 'completed'"
            while connection.execute(ended, [run_id]).fetchone() is None:
                assert time.perf_counter() - began < 30
                time.sleep(0.003)  # looks again; the row decides
            taken_s.append(time.perf_counter() - began)
    return taken_s


def get_p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]

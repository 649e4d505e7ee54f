"""One run in a batch of 50 kills every worker that computes it: it is quarantined, the other 49 are done once."""

from __future__ import annotations

import json
import signal
from collections import Counter
from collections.abc import Iterator

import pytest
import requests

from tests.kill.conftest import LEASE_S
from tests.support import installation as installations
from tests.support.installation import Installation
from tests.support.processes import Running, wait_for

SIZE = 50
DEADLY = 17
STRIKES = 3
FLOW = """\
format: 1
flow: mixed
name: Mixed
team: operations
trigger:
  kind: webhook
  path: mixed
  auth: {kind: none}
  business_key: "= $string(body.number)"
steps:
  before:
    kind: set
    with: {number: "= trigger.body.number"}
    next: maybe
  maybe:
    kind: test.poison
    with: {deadly: "= trigger.body.deadly"}
    next: after
  after:
    kind: stop
    with: {output: "= steps.before.number"}
"""


@pytest.mark.services
@pytest.mark.slow(sample=True)
class TestPoisonRun:
    @pytest.fixture
    def installation(self, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
        extra = {"DJANGO_SETTINGS_MODULE": "tests.support.poison_settings", "INTEGRATOR_LEASE_S": str(LEASE_S)}
        with installations.scaled_out(tmp_path_factory.mktemp("poison"), flows=[FLOW], **extra) as made:
            made.start_web()
            made.start_beat()
            yield made

    def test_is_quarantined_after_three_deaths_and_the_others_are_done(self, installation: Installation) -> None:
        for number in range(SIZE):  # before any worker runs, so that one claim takes them all
            body = {"number": number, "deadly": number == DEADLY}
            answer = requests.post(f"{installation.url}/hooks/mixed", json=body, timeout=10)
            assert answer.status_code == 202, answer.text
        deaths = self._supervise(installation)
        assert deaths == [-signal.SIGKILL] * STRIKES
        statuses = dict(installation.query("SELECT business_key, status FROM flows_run"))
        assert statuses.pop(str(DEADLY)) == "waiting"
        assert Counter(statuses.values()) == {"completed": SIZE - 1}
        outputs = installation.query("SELECT business_key, output FROM flows_run WHERE status = 'completed'")
        assert {key: json.loads(output) for key, output in outputs} == {key: int(key) for key in statuses}
        done = installation.query("SELECT subject_id FROM events_event WHERE name = 'run.completed'")
        assert len(done) == len(set(done)) == SIZE - 1
        assert "The event log is intact." in installation.run("verify_events")

    def _supervise(self, installation: Installation) -> list[int]:
        """Start a worker again each time it dies, until nothing is left to do; how each one died."""
        deaths: list[int] = []
        worker: Running = installation.start_worker()
        while len(deaths) <= STRIKES and not is_settled(installation):
            wait_for_death_or_end(installation, worker)
            if has_died(worker):
                deaths.append(worker.process.returncode)
                worker = installation.start_worker()
        assert not has_died(worker)
        worker.kill()
        return deaths


def has_died(worker: Running) -> bool:
    return worker.process.poll() is not None


def wait_for_death_or_end(installation: Installation, worker: Running) -> None:
    wait_for(lambda: has_died(worker) or is_settled(installation), within_s=60, what="a death or the end")


def is_settled(installation: Installation) -> bool:
    """The deadly run has its incident and every other one has ended."""
    held = installation.query("SELECT code FROM flows_incident WHERE closed_at IS NULL")
    open_runs = installation.query("SELECT id FROM flows_run WHERE status IN ('running', 'waiting')")
    return held == [("run.quarantined",)] and len(open_runs) == 1

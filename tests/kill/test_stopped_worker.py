"""A worker that is stopped past its lease and goes on then: others did what it held, and it must not act on it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.kill.conftest import CALL_LEASE_S, GRACE_S, LEASE_S
from tests.support.batches import make_batch
from tests.support.installation import Installation
from tests.support.processes import wait_for
from tests.support.targets import CountingTarget

SIZE = 12


@pytest.mark.services
class TestWorkerStoppedPastItsLease:
    @pytest.mark.parametrize(
        ("point", "lease_s"),
        [
            pytest.param("computed", LEASE_S, marks=pytest.mark.slow(sample=True)),
            pytest.param("called", CALL_LEASE_S, marks=pytest.mark.slow),
        ],
    )
    def test_its_late_landing_changes_nothing(
        self, point: str, lease_s: int, scaled_out: Installation, target: CountingTarget, marker: Path
    ) -> None:
        batch = make_batch(scaled_out, target, SIZE)
        marker.touch()
        fault = {"INTEGRATOR_FAULT_POINT": point, "INTEGRATOR_FAULT_ONCE": str(marker)}
        stopped = scaled_out.start_worker(**fault, INTEGRATOR_FAULT_SIGNAL="SIGSTOP")
        batch.send()
        wait_for(lambda: not marker.exists(), within_s=60, what="the worker to be stopped")
        other = scaled_out.start_worker()
        batch.wait_for_tasks(within_s=lease_s + GRACE_S)
        os.kill(stopped.process.pid, signal.SIGCONT)
        batch.finish()
        assert stopped.end() == 0, stopped.output  # it was alive, and ended in order
        other.kill()

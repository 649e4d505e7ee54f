"""kill -9 of a real worker at each named point in the life of a run: nothing lost, doubled or falsely marked."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.kill.conftest import CALL_LEASE_S, GRACE_S, LEASE_S
from tests.support.batches import Batch, make_batch
from tests.support.installation import Installation
from tests.support.processes import Running, wait_for
from tests.support.targets import CountingTarget

SIZE = 24
LEASES_S = {
    "claimed": LEASE_S,
    "computed": LEASE_S,
    "landed": LEASE_S,
    "sending": CALL_LEASE_S,
    "called": CALL_LEASE_S,
    "recorded": CALL_LEASE_S,
}


def points(*, sample: str) -> list[object]:
    """Every fault point; one of them belongs to every test run."""
    return [pytest.param(point, marks=pytest.mark.slow(sample=point == sample)) for point in LEASES_S]


@contextmanager
def sending(batch: Batch) -> Iterator[None]:
    """The sender at work beside the block; its own failure fails the test."""
    failures: list[BaseException] = []

    def send() -> None:
        try:
            batch.send()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        thread.join(120)
    assert not thread.is_alive()
    assert failures == []


def arm_half_way(batch: Batch, marker: Path) -> None:
    """Arm the fault point once half of the batch is accepted."""
    wait_for(lambda: len(batch.accepted) >= len(batch.ids) // 2, within_s=60, what="half of the batch")
    marker.touch()


def wait_for_death(workers: list[Running]) -> Running:
    """The worker that was killed."""
    wait_for(lambda: any(worker.process.poll() is not None for worker in workers), within_s=60, what="a death")
    (dead,) = [worker for worker in workers if worker.process.poll() is not None]
    assert dead.process.returncode == -signal.SIGKILL, dead.output
    return dead


@pytest.mark.services
class TestOneOfTwoWorkersKilled:
    @pytest.mark.parametrize("point", points(sample="computed"))
    def test_the_other_one_takes_over(
        self, point: str, scaled_out: Installation, target: CountingTarget, marker: Path
    ) -> None:
        batch = make_batch(scaled_out, target, SIZE)
        fault = {"INTEGRATOR_FAULT_POINT": point, "INTEGRATOR_FAULT_ONCE": str(marker)}
        workers = [scaled_out.start_worker(**fault) for _ in range(2)]
        with sending(batch):
            arm_half_way(batch, marker)
            wait_for_death(workers)
        batch.wait_for_tasks(within_s=LEASES_S[point] + GRACE_S)
        batch.finish()
        for worker in workers:
            worker.kill()


class TestEmbeddedKilled:
    @pytest.mark.parametrize("point", points(sample="computed"))
    def test_goes_on_after_its_restart(
        self, point: str, embedded: Installation, target: CountingTarget, marker: Path
    ) -> None:
        batch = make_batch(embedded, target, SIZE)
        up = embedded.start_up(INTEGRATOR_FAULT_POINT=point, INTEGRATOR_FAULT_ONCE=str(marker))
        with sending(batch):
            arm_half_way(batch, marker)
            wait_for_death([up])
            up = embedded.start_up()
        batch.wait_for_tasks(within_s=LEASES_S[point] + GRACE_S)
        batch.finish()
        assert up.end() == 0, up.output

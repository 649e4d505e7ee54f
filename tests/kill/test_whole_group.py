"""All workers at once: killed as by a power cut, and replaced one by one as by a release."""

from __future__ import annotations

import pytest

from tests.kill.conftest import CALL_LEASE_S, GRACE_S
from tests.kill.test_fault_points import sending
from tests.support.batches import make_batch
from tests.support.installation import Installation
from tests.support.processes import wait_for
from tests.support.targets import CountingTarget

SIZE = 30


@pytest.mark.services
@pytest.mark.slow
class TestWholeGroup:
    def test_killed_at_once_costs_no_more_than_its_leases(
        self, scaled_out: Installation, target: CountingTarget
    ) -> None:
        batch = make_batch(scaled_out, target, SIZE)
        workers = [scaled_out.start_worker() for _ in range(2)]
        with sending(batch):
            wait_for(lambda: len(batch.accepted) >= SIZE // 2, within_s=60, what="half of the batch")
            for worker in workers:
                worker.kill()
        workers = [scaled_out.start_worker() for _ in range(2)]
        batch.wait_for_tasks(within_s=CALL_LEASE_S + GRACE_S)
        batch.finish()
        for worker in workers:
            worker.kill()

    def test_replaced_one_by_one_beside_two_beats_loses_no_time(
        self, scaled_out: Installation, target: CountingTarget
    ) -> None:
        second_beat = scaled_out.start_beat()
        batch = make_batch(scaled_out, target, SIZE)
        old = [scaled_out.start_worker() for _ in range(2)]
        new = []
        with sending(batch):
            for worker in old:
                new.append(scaled_out.start_worker())
                assert worker.end() == 0, worker.output
        batch.wait_for_tasks(within_s=GRACE_S)
        batch.finish()
        for process in (*new, second_beat):
            assert process.end() == 0, process.output

"""PostgreSQL crashes again and again under load: what got a 2xx was committed, and all of it is taken up again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kill.conftest import LEASE_S
from tests.kill.test_fault_points import sending
from tests.support import installation as installations
from tests.support.batches import FLOW, make_batch
from tests.support.clusters import Cluster, find_binaries, own_cluster
from tests.support.installation import Installation
from tests.support.processes import wait_for
from tests.support.targets import CountingTarget

SIZE = 60
AFTER_AN_OUTAGE_S = 30


@pytest.mark.services
@pytest.mark.slow(sample=True)
class TestDatabaseCrash:
    @pytest.fixture
    def cluster(self) -> Iterator[Cluster]:
        binaries = find_binaries()
        if binaries is None:
            pytest.skip("needs initdb and pg_ctl")
        with own_cluster(binaries) as cluster:
            yield cluster

    @pytest.fixture
    def installation(self, tmp_path_factory: pytest.TempPathFactory, cluster: Cluster) -> Iterator[Installation]:
        extra = {"DATABASE_URL": cluster.url, "INTEGRATOR_LEASE_S": str(LEASE_S)}
        with installations.scaled_out(tmp_path_factory.mktemp("crash"), flows=[FLOW], **extra) as made:
            made.start_all()
            yield made

    def test_nothing_accepted_is_lost(
        self, installation: Installation, cluster: Cluster, target: CountingTarget
    ) -> None:
        batch = make_batch(installation, target, SIZE)
        with sending(batch):
            for share in (0.25, 0.5, 0.75):
                wait_for(lambda: len(batch.accepted) >= SIZE * share, within_s=60, what=f"{share} of the batch")  # noqa: B023
                cluster.crash()
                cluster.start()
        batch.wait_for_tasks(within_s=AFTER_AN_OUTAGE_S)
        batch.finish(within_s=AFTER_AN_OUTAGE_S)

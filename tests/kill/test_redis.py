"""Redis is a bell: emptied in mid-run or gone for a while, together with beat, it costs time and never a run."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from tests.kill.conftest import LEASE_S
from tests.kill.test_fault_points import sending
from tests.support import installation as installations
from tests.support.batches import FLOW, make_batch
from tests.support.installation import Installation
from tests.support.processes import find_free_port, start_redis, wait_for
from tests.support.targets import CountingTarget

SIZE = 24
WITHOUT_BELLS_S = 20


class OwnRedis:
    """A Redis that comes and goes on one port."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._port = find_free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = start_redis(self._directory, self._port)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnRedis]:
    """Running at first."""
    own = OwnRedis(tmp_path_factory.mktemp("redis"))
    own.start()
    yield own
    own.kill()


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, redis: OwnRedis) -> Iterator[Installation]:
    """Web and two workers run; each test has a beat of its own."""
    extra = {"REDIS_URL": redis.url, "INTEGRATOR_LEASE_S": str(LEASE_S)}
    with installations.scaled_out(tmp_path_factory.mktemp("redis-tests"), flows=[FLOW], **extra) as made:
        made.start_web()
        for _ in range(2):
            made.start_worker()
        yield made


@pytest.mark.services
class TestRedis:
    @pytest.mark.slow(sample=True)
    def test_emptied_in_mid_run_loses_nothing(
        self, installation: Installation, redis: OwnRedis, target: CountingTarget
    ) -> None:
        beat = installation.start_beat()
        batch = make_batch(installation, target, SIZE)
        client = Redis.from_url(redis.url)
        with sending(batch):
            for share in (4, 2):
                wait_for(lambda: len(batch.accepted) >= SIZE // share, within_s=60, what=f"1/{share} of the batch")  # noqa: B023
                client.flushall()
        client.flushall()
        batch.wait_for_tasks(within_s=WITHOUT_BELLS_S)
        client.flushall()
        batch.finish()
        beat.kill()

    @pytest.mark.slow
    def test_gone_together_with_beat_stops_nobody(
        self, installation: Installation, redis: OwnRedis, target: CountingTarget
    ) -> None:
        beat = installation.start_beat()
        batch = make_batch(installation, target, SIZE)
        later = make_batch(installation, target, SIZE)
        with sending(batch):
            wait_for(lambda: len(batch.accepted) >= SIZE // 2, within_s=60, what="half of the batch")
            redis.kill()
            beat.kill()
        # Intake goes on without bells, and the watchers find the work: the database is enough.
        batch.wait_for_tasks(within_s=WITHOUT_BELLS_S)
        batch.finish()
        redis.start()
        beat = installation.start_beat()
        later.send()
        later.wait_for_tasks(within_s=WITHOUT_BELLS_S)
        later.finish()
        beat.kill()

"""celery#8030, #10205: a worker that lives but takes nothing after Redis came and went three times in three seconds."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from celery import Celery
from redis import Redis, RedisError

from tests.support.processes import (
    Running,
    find_free_port,
    make_environment,
    run_command,
    running,
    scratch_database,
    start_redis,
    wait_for,
)
from tests.support.services import find_services


def ring(url: str) -> None:
    client = Celery(broker=url, set_as_current=False)
    client.send_task("flows.advance_runs", queue="runs", ignore_result=True, retry=False)
    client.close()


def is_silent(url: str) -> bool:
    """Whether no bell waits to be taken."""
    try:
        return Redis.from_url(url).llen("runs") == 0
    except RedisError:
        return False


@pytest.mark.services
@pytest.mark.slow(sample=True)
class TestDeafWorker:
    def test_hears_again_or_ends_itself_for_its_supervisor(self, tmp_path: Path) -> None:
        port = find_free_port()
        url = f"redis://127.0.0.1:{port}/0"
        redis = start_redis(tmp_path, port)
        try:
            with scratch_database(find_services()) as database_url:
                env = make_environment(tmp_path / "data", DATABASE_URL=database_url, REDIS_URL=url)
                run_command("migrate", env=env)
                with running("worker", env=env, log_dir=tmp_path, says="is at work") as worker:
                    ring(url)
                    wait_for(lambda: is_silent(url), within_s=60, what="the first bell to be heard")
                    for _ in range(3):
                        redis = restart(redis, tmp_path, port)
                    ring(url)
                    wait_for(lambda: is_silent(url) or has_ended(worker), within_s=30, what="the bell to be heard")
                    assert worker.process.poll() in {None, 1}, worker.output
                if worker.process.returncode == 1:
                    with running("worker", env=env, log_dir=tmp_path, says="is at work"):
                        wait_for(lambda: is_silent(url), within_s=60, what="the next worker to hear the bell")
        finally:
            redis.kill()
            redis.wait()


def restart(redis: subprocess.Popen[bytes], directory: Path, port: int) -> subprocess.Popen[bytes]:
    redis.kill()
    redis.wait()
    return start_redis(directory, port)


def has_ended(worker: Running) -> bool:
    return worker.process.poll() is not None

"""The running modes as real processes: they become ready, answer, refuse what they must, and end in time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support.processes import (
    ROOT,
    STARTS_WITHIN_S,
    find_free_port,
    get_status,
    make_environment,
    run_command,
    running,
    scratch_database,
    scratch_redis,
    wait_for,
)
from tests.support.services import find_services


class TestUp:
    def test_becomes_ready_answers_and_ends_in_time(self, tmp_path: Path) -> None:
        env = make_environment(tmp_path / "elsewhere")
        data = tmp_path / "data"
        with running("up", "--port", "0", "--data", str(data), env=env, log_dir=tmp_path, says="listens on") as up:
            wait_for(lambda: get_status(f"{up.url}/readyz") == 200, within_s=STARTS_WITHIN_S, what="/readyz to say 200")
            assert requests.get(f"{up.url}/healthz", timeout=5).json() == {"status": "ok"}
            assert requests.get(f"{up.url}/readyz", timeout=5).json() == {"status": "ready", "database": "ok"}
            assert (data / "db.sqlite3").is_file()
            assert not (tmp_path / "elsewhere").exists()
            assert up.end(within_s=10) == 0, up.output
            assert "Traceback" not in up.output

    def test_refuses_a_second_one_on_the_same_folder(self, tmp_path: Path) -> None:
        env = make_environment(tmp_path / "data")
        with running("up", "--port", "0", env=env, log_dir=tmp_path, says="listens on") as first:
            second = subprocess.run(
                [sys.executable, "manage.py", "up", "--port", "0"],
                cwd=ROOT, env=env, text=True, capture_output=True, timeout=60, check=False,
            )  # fmt: skip
            assert second.returncode == 1
            assert f"process {first.process.pid}" in second.stderr
            assert "choose another folder with --data" in second.stderr

    def test_says_so_when_the_port_is_taken(self, tmp_path: Path) -> None:
        env = make_environment(tmp_path / "one")
        with running("up", "--port", "0", env=env, log_dir=tmp_path, says="listens on") as first:
            port = first.url.rpartition(":")[2]
            second = subprocess.run(
                [sys.executable, "manage.py", "up", "--port", port, "--data", str(tmp_path / "two")],
                cwd=ROOT, env=env, text=True, capture_output=True, timeout=60, check=False,
            )  # fmt: skip
            assert second.returncode == 1
            assert "Choose another --port" in second.stderr


class TestScaledOutCommands:
    @pytest.mark.parametrize("command", ["web", "worker", "beat"])
    def test_refuse_to_start_without_their_services(self, command: str, tmp_path: Path) -> None:
        done = subprocess.run(
            [sys.executable, "manage.py", command],
            cwd=ROOT, env=make_environment(tmp_path), text=True, capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 1
        assert "set DATABASE_URL and REDIS_URL" in done.stderr


@pytest.mark.services
class TestScaledOut:
    @pytest.fixture
    def redis_url(self, tmp_path: Path) -> Iterator[str]:
        with scratch_redis(tmp_path) as url:
            yield url

    @pytest.fixture
    def env(self, tmp_path: Path, redis_url: str) -> Iterator[dict[str, str]]:
        with scratch_database(find_services()) as database_url:
            yield make_environment(tmp_path / "data", DATABASE_URL=database_url, REDIS_URL=redis_url)

    def test_web_is_ready_once_migrated_and_ends_in_time(self, env: dict[str, str], tmp_path: Path) -> None:
        url = f"http://127.0.0.1:{(port := find_free_port())}"
        with running("web", "--port", str(port), env=env, log_dir=tmp_path, says="") as web:
            wait_for(lambda: get_status(f"{url}/healthz") == 200, within_s=STARTS_WITHIN_S, what="/healthz to say 200")
            answer = requests.get(f"{url}/readyz", timeout=5)
            assert (answer.status_code, answer.json()["database"]) == (503, "not migrated")
            run_command("migrate", env=env)
            answer = requests.get(f"{url}/readyz", timeout=5)
            assert (answer.status_code, answer.json()) == (200, {"status": "ready", "database": "ok", "redis": "ok"})
            assert web.end(within_s=10) == 0, web.output

    def test_a_killed_web_leaves_nobody_on_its_port(self, env: dict[str, str], tmp_path: Path) -> None:
        port = find_free_port()
        with running("web", "--port", str(port), env=env, log_dir=tmp_path, says="") as web:
            url = f"http://127.0.0.1:{port}/healthz"
            wait_for(lambda: get_status(url) == 200, within_s=STARTS_WITHIN_S, what="web answers")
            web.process.kill()
            wait_for(lambda: get_status(url) == 0, within_s=10, what="its child ends too")

    def test_worker_and_two_beats_end_in_time(self, env: dict[str, str], tmp_path: Path) -> None:
        run_command("migrate", env=env)
        with (
            running("worker", env=env, log_dir=tmp_path, says="is at work") as worker,
            running("beat", env=env, log_dir=tmp_path, says="is running") as one,
            running("beat", env=env, log_dir=tmp_path, says="is running") as two,
        ):
            for process in (worker, one, two):
                assert process.end(within_s=10) == 0, process.output
                assert "Traceback" not in process.output

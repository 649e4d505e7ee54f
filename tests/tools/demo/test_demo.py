"""``make demo`` as a stranger runs it: the stages come about over real HTTP, and nothing is left behind."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import ROOT, get_status, make_environment, wait_for

STAGES = [
    "Product is up",
    "People are in",
    "Flow is published",
    "Request is sent",
    "Case opens",
    "Legal approves",
    "Brand approves",
    "Call-back verified",
    "Case closes",
    "Event log verified",
]
WITHIN_S = 200


@contextlib.contextmanager
def demo(folder: Path, log_path: Path, **extra: str) -> Iterator[subprocess.Popen[bytes]]:
    """The demo on a data folder of its own, ended in order so that it ends what it started."""
    env = make_environment(folder, **{"ONCE": "", **extra})
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tools.demo"], cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def list_stages(output: str) -> list[str]:
    """The stages that came about, in order."""
    return [stage for line in output.splitlines() for stage in STAGES if line.startswith("  ✓") and stage in line]


def is_held(folder: Path) -> bool:
    """Whether the process that last held the folder lives."""
    lock = folder / "up.lock"
    pid = lock.read_text().strip() if lock.exists() else ""
    return bool(pid) and Path(f"/proc/{pid}").exists()


@pytest.mark.slow
class TestDemo:
    def test_once_ends_after_the_round_trip_and_can_be_repeated(self, tmp_path: Path) -> None:
        log_path, folder = tmp_path / "demo.log", tmp_path / "data"
        for _ in range(2):
            with demo(folder, log_path, ONCE="1") as process:
                code = process.wait(WITHIN_S)
            output = log_path.read_text()
            assert (code, list_stages(output)) == (0, STAGES), output
            assert not is_held(folder)

    def test_stays_up_until_it_is_told_to_end(self, tmp_path: Path) -> None:
        log_path, folder = tmp_path / "demo.log", tmp_path / "data"
        with demo(folder, log_path) as process:
            wait_for(
                lambda: "Ctrl-C ends" in log_path.read_text() or process.poll() is not None,
                within_s=WITHIN_S,
                what="the demo to stay up",
            )
            output = log_path.read_text()
            assert list_stages(output) == STAGES, output
            urls = [word.rstrip("/") for word in output.split() if word.startswith("http://127.0.0.1:")]
            partner, product = urls[-2:]
            assert (get_status(f"{product}/readyz"), get_status(partner)) == (200, 200)
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0
            assert (get_status(f"{product}/readyz"), get_status(partner)) == (0, 0)
            assert not is_held(folder)

    def test_a_product_that_does_not_start_is_said_and_is_no_success(self, tmp_path: Path) -> None:
        log_path, folder = tmp_path / "demo.log", tmp_path / "data"
        folder.mkdir()
        (folder / "db.sqlite3").write_bytes(b"no database" * 100)
        with demo(folder, log_path, ONCE="1") as process:
            assert process.wait(WITHIN_S) == 1
        assert "✗" in log_path.read_text()
        assert not is_held(folder)

"""An idle process leaves the database alone: no statement of its own more often than once a second."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest

from tests.support.installation import Installation, embedded, scaled_out
from tests.support.processes import wait_for

WATCHED_S = 8.0
SETTINGS = "tests.support.counting_settings"


def count_while_idle(path: Path) -> Counter[str]:
    """Each statement by how often it came in ``WATCHED_S``, from when the process has begun to look for work."""
    wait_for(lambda: path.exists() and path.stat().st_size, within_s=60, what="the first statement")
    time.sleep(2)  # what is done once at the start is not periodic
    seen = path.stat().st_size
    time.sleep(WATCHED_S)  # the time that is measured
    with path.open(encoding="utf-8") as file:
        file.seek(seen)
        return Counter(file.read().splitlines())


def check_is_quiet(counted: Counter[str]) -> None:
    assert counted, "An idle process looks for work once a second; none of its statements was seen."
    often = {sql: times for sql, times in counted.items() if times > WATCHED_S + 1}
    assert often == {}


def start(installation: Installation, command: str, path: Path) -> None:
    extra = {"DJANGO_SETTINGS_MODULE": SETTINGS, "COUNTED_PATH": str(path)}
    {"up": installation.start_up, "worker": installation.start_worker}[command](**extra)


@pytest.mark.embedded
@pytest.mark.slow
class TestAnIdleUp:
    def test_asks_nothing_more_often_than_once_a_second(self, tmp_path: Path) -> None:
        path = tmp_path / "statements"
        with embedded(tmp_path) as installation:
            start(installation, "up", path)
            check_is_quiet(count_while_idle(path))


@pytest.mark.services
@pytest.mark.slow
class TestAnIdleWorker:
    def test_asks_nothing_more_often_than_once_a_second(self, tmp_path: Path) -> None:
        path = tmp_path / "statements"
        with scaled_out(tmp_path) as installation:
            start(installation, "worker", path)
            check_is_quiet(count_while_idle(path))

"""The canvas with many steps: short tasks and a quick start. Bounds are loose here; `make bench` holds the aims."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tools.bench.canvas_pages import served, write_pages
from tools.bench.canvas_part import open_cold, use_page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
P95_MS, OPENED_MS = 250, 8_000  # five times the aims and more: the machine may do other things


class TestManySteps:
    def test_leave_the_main_thread_free(self, chromium: Browser, tmp_path: Path) -> None:
        write_pages(tmp_path, count=500)
        with served(tmp_path) as url:
            tasks = use_page(chromium, f"{url}/canvas.html")
        assert len(tasks.lengths_ms) > 20
        assert tasks.p95_ms <= P95_MS

    def test_are_painted_soon(self, chromium: Browser, tmp_path: Path) -> None:
        write_pages(tmp_path, count=100)
        with served(tmp_path) as url:
            assert open_cold(chromium, f"{url}/canvas.html") <= OPENED_MS

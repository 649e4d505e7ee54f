"""(d) The canvas with 500 steps: main-thread tasks while panning, zooming and dragging, against the bare library.

Tasks come from Chromium's own trace; those under a millisecond are left out, so that idle ones do not flatter anybody.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

from tests.support.browser import launch_chromium
from tools import frontend
from tools.bench.canvas_pages import served, write_pages
from tools.bench.report import Comparison, Note, measure_in_turns

STEPS = 500
OPENED_STEPS = 100
LEAST_TASK_US = 1_000
MOVES = 60
SCREEN = {"width": 1440, "height": 900}


@dataclass(frozen=True, kw_only=True)
class Tasks:
    """Main-thread tasks of one script in milliseconds, longest last."""

    lengths_ms: Sequence[float]

    @property
    def p95_ms(self) -> float:
        """19 of 20 tasks are no longer."""
        return self.lengths_ms[int(len(self.lengths_ms) * 0.95)] if self.lengths_ms else 0.0

    @property
    def long_count(self) -> int:
        """Tasks over 50 ms, which people feel."""
        return sum(length > 50 for length in self.lengths_ms)


def measure_canvas(*, rounds: int) -> tuple[Comparison, list[Note]]:
    """The ratio of p95 tasks (as tasks a second) and notes; builds the bare page first, which needs Node."""
    with tempfile.TemporaryDirectory() as name, launch_chromium() as browser:
        folder = Path(name)
        build_bare(folder)
        write_pages(folder, count=STEPS)
        found: dict[str, list[Tasks]] = {"canvas": [], "bare": []}
        with served(folder) as url:

            def rate(page: str) -> float:
                found[page].append(use_page(browser, f"{url}/{page}.html"))
                return 1000 / found[page][-1].p95_ms

            ours, bare = measure_in_turns(lambda: rate("canvas"), lambda: rate("bare"), rounds=rounds)
            write_pages(folder, count=OPENED_STEPS)
            opened = [open_cold(browser, f"{url}/canvas.html") for _ in range(rounds)]
    name = f"canvas, p95 task with {STEPS} steps"
    compared = Comparison(name=name, unit="p95 tasks", ours=ours, bare=bare, bare_name="bare library", aim=1 / 1.5)
    said = ", ".join(f"{page} {_say(tasks)}" for page, tasks in found.items())
    opening = f"{median(opened):.0f} ms, {max(opened):.0f} at most (aim 1500)"
    return compared, [
        Note(name="canvas tasks in ms (aim: p95 50)", text=said),
        Note(name=f"canvas with {OPENED_STEPS} steps painted, cold cache", text=opening),
    ]


def build_bare(folder: Path) -> None:
    """Build the page the canvas is measured against into the folder."""
    frontend.prepare()
    os.environ["BENCH_OUT"] = str(folder)
    frontend.run("vite", "build", "--config", "bench.config.ts", "--logLevel", "error")


def use_page(browser: Browser, address: str) -> Tasks:
    """Pan, zoom and drag on the page as a person does; the tasks it took."""
    page = browser.new_page(viewport=SCREEN)  # type: ignore[arg-type]
    try:
        page.goto(address)
        page.wait_for_selector("#canvas[data-ready]")
        page.wait_for_selector(".react-flow__node")
        session = page.context.new_cdp_session(page)
        with_trace = _Trace(session)
        _work(page)
        return with_trace.stop(page)
    finally:
        page.close()


def open_cold(browser: Browser, address: str) -> float:
    """Milliseconds from the start of navigation until the canvas is painted, with nothing cached."""
    context = browser.new_context(viewport=SCREEN)  # type: ignore[arg-type]
    try:
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("#canvas[data-ready] .react-flow__node")
        return float(page.evaluate(PAINTED))
    finally:
        context.close()


PAINTED = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>
  done(performance.getEntriesByName("canvas-painted")[0]?.startTime ?? performance.now()))))"""


def _work(page: Page) -> None:
    mouse = page.mouse
    for _ in range(4):  # from the whole flow to a part of it
        mouse.move(720, 450)
        mouse.wheel(0, -240)
    mouse.move(700, 60)
    mouse.down()
    for move in range(MOVES):
        mouse.move(700 - 6 * move, 60 + 4 * move)
    mouse.up()
    box = page.locator(".react-flow__node").nth(0).bounding_box()
    for node in page.locator(".react-flow__node").all()[:80]:
        box = node.bounding_box()
        if box and 200 < box["x"] < 1000 and 150 < box["y"] < 600:
            break
    if box is None:
        raise RuntimeError("No step can be seen on the page; the script that uses it must be mended.")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse.move(x, y)
    mouse.down()
    for move in range(MOVES):
        mouse.move(x + 3 * move, y + 2 * move)
    mouse.up()
    for move in range(20):
        mouse.wheel(0, 60 if move % 2 else -60)


class _Trace:
    """A trace of the main thread, from its making on."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session
        self._events: list[dict[str, Any]] = []
        self._is_over = False
        session.on("Tracing.dataCollected", lambda told: self._events.extend(told["value"]))
        session.on("Tracing.tracingComplete", lambda told: setattr(self, "_is_over", True))
        categories = "disabled-by-default-devtools.timeline,toplevel,devtools.timeline,__metadata"
        session.send("Tracing.start", {"categories": categories, "transferMode": "ReportEvents"})

    def stop(self, page: Page) -> Tasks:
        """The tasks of the page's main thread since then."""
        self._session.send("Tracing.end")
        while not self._is_over:
            page.wait_for_timeout(20)  # lets Playwright hand over what comes
        return read_tasks(self._events)


def read_tasks(events: Sequence[dict[str, Any]]) -> Tasks:
    """The tasks of the thread that ran most of the page's scripts: there is one such thread a page."""
    busy: dict[tuple[int, int], float] = {}
    for event in events:
        if event.get("name") in ("FunctionCall", "EventDispatch", "FireAnimationFrame"):
            place = (event["pid"], event["tid"])
            busy[place] = busy.get(place, 0) + event.get("dur", 0)
    if not busy:
        raise RuntimeError(f"The trace tells of no scripts: {json.dumps(events[:2])[:300]}")
    main = max(busy, key=lambda place: busy[place])
    lengths = [
        event["dur"] / 1000
        for event in events
        if event.get("name") == "RunTask"
        and (event["pid"], event["tid"]) == main
        and event.get("dur", 0) >= LEAST_TASK_US
    ]
    return Tasks(lengths_ms=sorted(lengths))


def _say(rounds: Sequence[Tasks]) -> str:
    p95s = "/".join(f"{tasks.p95_ms:.1f}" for tasks in rounds)
    longest = max(tasks.lengths_ms[-1] for tasks in rounds)
    return f"p95 {p95s}, longest {longest:.0f}, over 50 ms {sum(tasks.long_count for tasks in rounds)}"

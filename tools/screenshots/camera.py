"""Photographs pages at both widths and in both themes, and notes what the pages complained about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from playwright.sync_api import Browser, Page, TimeoutError

from tests.support.browser import NARROW_PX, WIDE_PX, Theme, Visitor, open_visitor
from tools.screenshots.shots import Shot
from tools.screenshots.world import World

LOOKS: tuple[tuple[int, Theme], ...] = (
    (WIDE_PX, "light"),
    (WIDE_PX, "dark"),
    (NARROW_PX, "light"),
    (NARROW_PX, "dark"),
)
# What the designer fetches by its own scripts is there: the drawing, the settings of what is picked, the open tab.
IS_WHOLE = """() => {
  const asked = new URLSearchParams(location.search), frame = document.getElementById("designer");
  const canvas = document.getElementById("canvas"), tab = asked.get("drawer");
  const opens = canvas && frame && asked.get("step") && innerWidth >= 900;  // elsewhere settings wait to be asked for
  return (!canvas || canvas.querySelector(".react-flow__node"))
    && (!opens || document.getElementById("inspector").childElementCount)
    && (!frame || !tab || document.getElementById(`drawer-panel-${tab}`).childElementCount)
    && !document.querySelector(".htmx-request");
}"""


@dataclass(frozen=True, kw_only=True)
class Photo:
    """One file that was made, and what its page complained about."""

    shot: Shot
    width_px: int
    theme: Theme
    path: Path
    complaints: tuple[str, ...]


def photograph(browser: Browser, world: World, *, shots: Sequence[Shot], folder: Path) -> Iterator[Photo]:
    """Every shot in every look, one after the other as they are made."""
    for person, rows in groupby(shots, key=lambda shot: shot.person):
        wanted = list(rows)
        for width_px, theme in LOOKS:
            with open_visitor(browser, width_px=width_px, theme=theme) as visitor:
                if person:
                    visitor.page.context.add_cookies(world.sign_in(person).cookies)  # type: ignore[arg-type]  # its TypedDict
                for shot in wanted:
                    path = folder / f"{shot.name}-{theme}-{width_px}.png"
                    yield take(visitor, world.url, shot=shot, path=path, look=(width_px, theme))


def take(visitor: Visitor, url: str, *, shot: Shot, path: Path, look: tuple[int, Theme]) -> Photo:
    """One photo of the whole page."""
    visitor.complaints.clear()
    visitor.page.goto(url + shot.path)
    if shot.path.startswith("/api/docs/"):
        visitor.page.wait_for_selector(".opblock-tag")  # drawn by its own script, from the schema
    complaints = wait_until_whole(visitor.page)
    visitor.page.screenshot(path=path, full_page=True)
    complaints += [said for said in visitor.complaints if "404" not in said or shot.path != "/nowhere/"]
    return Photo(shot=shot, width_px=look[0], theme=look[1], path=path, complaints=tuple(complaints))


def wait_until_whole(page: Page) -> list[str]:
    """Return when the page shows what its own scripts fetch and draw; a complaint if it never does."""
    try:
        page.wait_for_function(IS_WHOLE)
    except TimeoutError:
        return ["A part of the page never came."]
    return []

"""Requests of a page that are held back until a test lets them go: the test says in which order answers come."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from playwright.sync_api import Page, Request, Route

MOST_TURNS = 6_000  # of ten milliseconds: only so that nothing hangs for ever


class Held:
    """The first requests of a page to an address, as many as said; later ones pass. At the end all of them go."""

    def __init__(self, page: Page, address: str, *, method: str = "GET", count: int = 1) -> None:
        self._page, self._address, self._method = page, address, method
        self._left = count
        self._routes: list[Route] = []

    def __enter__(self) -> Self:
        self._page.route(self._address, self._take)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for route in self._routes:
            route.continue_()
        self._page.unroute(self._address, self._take)

    def _take(self, route: Route, request: Request) -> None:
        if request.method != self._method or self._left == 0:
            route.fallback()
            return
        self._left -= 1
        self._routes.append(route)

    def wait(self, count: int = 1) -> None:
        """Until so many are held."""
        for _ in range(MOST_TURNS):
            if len(self._routes) >= count:
                return
            self._page.wait_for_timeout(10)  # the page's own events are heard meanwhile
        raise AssertionError(f"{len(self._routes)} of {count} requests to {self._address} came")

    def let_go(self) -> None:
        """The one that is held longest goes to the server, and its answer comes."""
        route = self._routes.pop(0)
        route.continue_()
        response = route.request.response()
        assert response is not None, f"{route.request.url} was given up"
        response.finished()

    def answer(self) -> None:
        """The same, where the answer leads to no other page: it was heard, too."""
        self.let_go()
        self._page.evaluate("new Promise((go) => setTimeout(go))")

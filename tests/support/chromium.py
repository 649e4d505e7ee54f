"""The browser that the tests of one module share. Loaded by ``tests/conftest.py``; a package may share one, too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import launch_chromium

PATIENCE_MS = 30_000  # a page asks its server, on a machine that does other things: only so that nothing hangs
PLAYWRIGHTS_OWN_MS = 5_000


@contextmanager
def shared_chromium() -> Iterator[Browser]:
    """Chromium beside a database: Playwright's loop runs in this thread, the server has its own.

    Not for a whole session: elsewhere no loop may run in this thread.
    """
    with launch_chromium() as browser, pytest.MonkeyPatch.context() as patched:
        patched.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        expect.set_options(timeout=PATIENCE_MS)
        yield browser
        expect.set_options(timeout=PLAYWRIGHTS_OWN_MS)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with shared_chromium() as browser:
        yield browser

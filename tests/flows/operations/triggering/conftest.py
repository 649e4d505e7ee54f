"""A mail server for all tests here that ask for a mailbox."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.dovecot import ABSENT, PASSWORD, PROGRAM, Box, Dovecot, serve_dovecot
from tests.support.hooks import store_secret


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    if PROGRAM is None:
        pytest.skip(ABSENT)
    with serve_dovecot() as running:
        yield running


@pytest.fixture
def box(dovecot: Dovecot, settings: Any) -> Iterator[Box]:
    settings.OUTBOUND_ALLOW = ("127.0.0.0/8",)
    store_secret(PASSWORD, name="mailbox")
    store_secret("a wrong one", name="wrong")
    opened = Box(dovecot, f"user-{uuid.uuid4().hex[:12]}")
    yield opened
    opened.close()

"""The office that is told, and the mail server that takes its mail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.cases import Office, make_office
from tests.support.mail_server import Mailbox, serve_mail


@pytest.fixture
def office(db: None) -> Office:
    """Teams and people, made anew for each test."""
    return make_office()


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """A mail server that the settings lead to."""
    with serve_mail() as box:
        settings.MAIL_SERVER = box.as_settings()
        settings.OUTBOUND_ALLOW = ("127.0.0.0/8",)
        yield box

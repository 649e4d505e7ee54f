"""The office that tests of cases and tasks work in."""

from __future__ import annotations

import pytest

from tests.support.cases import Office, make_office


@pytest.fixture
def office(db: None) -> Office:
    """Teams and people, made anew for each test."""
    return make_office()

"""The company that the API is tried on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.company import Company, furnish, make_company


@pytest.fixture
def company(db: None) -> Company:
    """Made anew for each test."""
    return make_company()


@pytest.fixture
def furnished(company: Company, settings: Any) -> Company:
    """The company with everything that may hang on its case and task; mail can be sent."""
    return furnish(company, settings)

"""A small API of toy views, to try what every view of the API shares."""

from __future__ import annotations

import pytest


@pytest.fixture
def toy_api(settings) -> None:
    """Adds the toy views beneath /api/toy/."""
    settings.ROOT_URLCONF = "tests.integrator.api.toy_urls"

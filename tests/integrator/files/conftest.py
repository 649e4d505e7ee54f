"""Each test has a store of its own."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def files_dir(own_store: Path) -> Path:
    """The folder of this test's files."""
    return own_store

"""A seal key of each test's own, and no subscribers from the apps above."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def seal_key_path(settings: Any, tmp_path: Path) -> Path:
    """Where this test's seal key lies."""
    path = tmp_path / "seal.key"
    settings.SEAL_KEY_PATH = path
    return path


@pytest.fixture(autouse=True)
def _let_nobody_else_listen(settings: Any) -> None:
    settings.EVENT_SUBSCRIBERS = []

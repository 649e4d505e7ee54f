"""The fixture ``own_store``: a folder of files for one test alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.test import override_settings


@pytest.fixture
def own_store(tmp_path: Path) -> Iterator[Path]:
    """The folder of this test's files."""
    folder = tmp_path / "files"
    disk = {**settings.STORAGES["files"], "OPTIONS": {"location": folder / "stored", "file_permissions_mode": 0o600}}
    with override_settings(FILES_DIR=folder, STORAGES={**settings.STORAGES, "files": disk}):
        yield folder
    storages._storages.clear()

"""One embedded process a folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from integrator.modes.lock import AlreadyRunning, take_folder_lock


class TestTakeFolderLock:
    def test_refuses_while_held_and_names_the_holder(self, tmp_path: Path) -> None:
        descriptor = take_folder_lock(tmp_path)
        with pytest.raises(AlreadyRunning, match=str(os.getpid())):
            take_folder_lock(tmp_path)
        os.close(descriptor)

    def test_can_be_taken_again_once_its_holder_is_gone(self, tmp_path: Path) -> None:
        os.close(take_folder_lock(tmp_path))
        os.close(take_folder_lock(tmp_path))

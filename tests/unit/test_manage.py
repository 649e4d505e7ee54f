"""The data folder reaches the settings before any command sees its options."""

from __future__ import annotations

import os

import pytest

from manage import adopt_data_folder


class TestAdoptDataFolder:
    @pytest.mark.parametrize(
        ("arguments", "folder"),
        [
            (["manage.py", "up", "--data", "/srv/a"], "/srv/a"),
            (["manage.py", "up", "--port", "1", "--data=/srv/b"], "/srv/b"),
            (["manage.py", "up"], "before"),
            (["manage.py", "up", "--data"], "before"),
            (["manage.py", "other", "--data", "/srv/a"], "before"),
            (["manage.py"], "before"),
        ],
    )
    def test_takes_the_folder_of_up_only(
        self, monkeypatch: pytest.MonkeyPatch, arguments: list[str], folder: str
    ) -> None:
        monkeypatch.setenv("INTEGRATOR_DATA", "before")
        adopt_data_folder(arguments)
        assert os.environ["INTEGRATOR_DATA"] == folder

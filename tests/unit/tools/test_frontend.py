"""What is built of the canvas is small enough, and what differs from its source is named."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tools import frontend


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    folder = tmp_path / "fresh"
    folder.mkdir()
    for name in frontend.FILES:
        (folder / name).write_text(name)
    return folder


class TestFindDifferences:
    def test_finds_none_in_the_same_files(self, fresh: Path) -> None:
        assert frontend.find_differences(fresh, fresh) == []

    def test_names_what_is_missing_or_another_and_what_to_do(self, fresh: Path, tmp_path: Path) -> None:
        committed = tmp_path / "committed"
        committed.mkdir()
        for name in frontend.FILES[1:]:
            (committed / name).write_text(name)
        (committed / "queue.js").write_text("Queue.js")
        faults = frontend.find_differences(fresh, committed)
        assert [fault.split()[0] for fault in faults] == ["static/designer/designer.js", "static/designer/queue.js"]
        assert "Run `make frontend` and commit" in faults[0]


class TestFindExcess:
    def test_counts_what_a_page_loads_at_first(self, fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert frontend.find_excess(fresh) == []
        before = frontend.first_bytes(fresh)
        (fresh / "elk-worker.js").write_text("later" * 1000)
        assert frontend.first_bytes(fresh) == before
        monkeypatch.setattr(frontend, "FIRST_MAX_BYTES", before - 1)
        assert "Load what can wait later" in frontend.find_excess(fresh)[0]


class TestCommitted:
    def test_has_every_file_and_is_small_enough(self) -> None:
        assert [name for name in frontend.FILES if not (frontend.BUILT / name).stat().st_size] == []
        assert frontend.find_excess(frontend.BUILT) == []

    @pytest.mark.parametrize("name", frontend.FILES)
    def test_makes_no_code_out_of_text(self, name: str) -> None:
        text = (frontend.BUILT / name).read_text()
        assert re.findall(r"\beval\(|new Function\(", text) == []

    def test_locks_packages_by_hash_and_names_no_registry(self) -> None:
        lock = json.loads((frontend.SOURCE / "package-lock.json").read_text())
        packages = [package for name, package in lock["packages"].items() if name]
        assert len(packages) > 20
        assert [package for package in packages if "resolved" in package or "integrity" not in package] == []
        wanted = json.loads((frontend.SOURCE / "package.json").read_text())
        versions = {**wanted["dependencies"], **wanted["devDependencies"]}.values()
        assert [version for version in versions if not re.fullmatch(r"[0-9]+(\.[0-9]+){0,2}", version)] == []

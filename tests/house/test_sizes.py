"""No file and no function outgrows its reader."""

from __future__ import annotations

from pathlib import Path

from tools.check_sizes import find_faults, list_sources


class TestSizes:
    def test_are_in_bounds(self) -> None:
        sources = list_sources()
        assert len(sources) > 50
        assert [fault for path in sources for fault in find_faults(path)] == []

    def test_a_long_file_and_a_long_function_are_found(self, tmp_path: Path) -> None:
        path = tmp_path / "long.py"
        path.write_text("def tall():\n" + "    x = 1\n" * 60 + "\n" * 400)
        faults = list(find_faults(path))
        assert len(faults) == 2
        assert "Split it by idea" in faults[0]
        assert "tall has 61 lines" in faults[1]

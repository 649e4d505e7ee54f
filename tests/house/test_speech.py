"""The project speaks of the product alone: no file tells of the machine it was written on."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FORBIDDEN = re.compile(r"/r[o]ot/|/w[o]rk/main|/w[o]rk/shared|py[p]i\.org|python[h]osted|registry\.n[p]mjs")
MINE = "tests/house/test_speech.py"


class TestSpeech:
    def test_names_no_place_of_the_workshop(self) -> None:
        listing = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
        found = []
        for name in listing.splitlines():
            path = ROOT / name
            if name == MINE or not path.is_file() or "static/vendor/" in name:
                continue
            found += [f"{name}: {match[0]}" for match in FORBIDDEN.finditer(path.read_text(errors="ignore"))]
        assert found == []

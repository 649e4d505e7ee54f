"""Every template: compiles, names icons that exist, and carries nothing that the Content-Security-Policy refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR)
TEMPLATES = ROOT / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
ICONS = set((ROOT / "static/icons/names.txt").read_text(encoding="utf-8").split())
REFUSED = re.compile(r"\sstyle=|<style|\son[a-z]+=|hx-on|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)


class TestEveryTemplate:
    @pytest.mark.parametrize("name", NAMES)
    def test_compiles(self, name: str) -> None:
        assert get_template(name)

    @pytest.mark.parametrize("name", NAMES)
    def test_carries_nothing_inline(self, name: str) -> None:
        assert not REFUSED.search((TEMPLATES / name).read_text(encoding="utf-8"))

    @pytest.mark.parametrize("name", NAMES)
    def test_names_icons_that_exist(self, name: str) -> None:
        text = (TEMPLATES / name).read_text(encoding="utf-8")
        assert set(re.findall(r'{% icon "([a-z0-9-]+)"', text)) <= ICONS

    @pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("components/")])
    def test_says_at_its_top_what_it_takes(self, name: str) -> None:
        assert (TEMPLATES / name).read_text(encoding="utf-8").startswith(("{% comment %}", "{#"))

    @pytest.mark.parametrize("name", NAMES)
    def test_asks_again_and_again_where_nothing_tells_it(self, name: str) -> None:
        """While the stream is up, ``data-poll`` alone asks once a minute: only what is told of changes may say so."""
        text = (TEMPLATES / name).read_text(encoding="utf-8")
        for found in re.finditer(r"\sdata-poll(?!=)", text):
            assert "live:" in text[text.rindex("<", 0, found.start()) : found.start()]


class TestSprite:
    def test_holds_exactly_the_named_icons(self) -> None:
        sprite = (ROOT / "static/icons/sprite.svg").read_text(encoding="utf-8")
        assert set(re.findall(r'<symbol id="([a-z0-9-]+)"', sprite)) == ICONS


class TestStyles:
    @pytest.mark.parametrize("path", sorted((ROOT / "static/css").glob("*.css")), ids=lambda path: path.name)
    def test_keep_one_topic_a_file(self, path: Path) -> None:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith("/*")
        assert len(lines) <= 300

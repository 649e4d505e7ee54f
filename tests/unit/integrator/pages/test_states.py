"""The look of states."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrator.pages.states import STATES, look_of

ROOT = Path(__file__).resolve().parents[4]


class TestLookOf:
    @pytest.mark.parametrize(
        ("word", "look", "icon"),
        [
            ("running", "is-running", "player-play"),
            ("waiting", "is-waiting", "clock"),
            ("completed", "is-completed", "circle-check"),
            ("failed", "is-failed", "x"),
            ("incident", "is-incident", "alert-triangle"),
            ("cancelled", "is-cancelled", "ban"),
            ("draft", "is-draft", "pencil"),
            ("live", "is-live", "broadcast"),
            ("paused", "is-paused", "player-pause"),
        ],
    )
    def test_shows_each_state_by_colour_and_icon(self, word: str, look: str, icon: str) -> None:
        assert (look_of(word).look, look_of(word).icon) == (look, icon)

    def test_shows_a_word_of_the_users_own_as_it_is(self) -> None:
        assert look_of("in_legal_review").label == "In legal review"

    @pytest.mark.parametrize("word", sorted(STATES))
    def test_uses_tones_and_icons_that_exist(self, word: str) -> None:
        styles = (ROOT / "static/css/components.css").read_text(encoding="utf-8")
        icons = (ROOT / "static/icons/names.txt").read_text(encoding="utf-8").split()
        assert f".{STATES[word].look} {{" in styles
        assert STATES[word].icon in icons

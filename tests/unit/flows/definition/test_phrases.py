"""Words for parts of settings: who is asked, and who is told."""

from __future__ import annotations

import pytest

from flows.definition.model import JSON
from flows.definition.phrases import audience_words, people_words


class TestPeople:
    @pytest.mark.parametrize(
        ("entries", "asked", "told"),
        [
            (["team:finance"], "any one of Finance", "everybody in Finance"),
            (["team:legal", "ana"], "any one of Legal and ana", "everybody in Legal and ana"),
            (["each:team:it"], "everyone in IT", "everybody in IT"),
            ("team:hr", "any one of HR", "everybody in HR"),
            (None, "nobody yet", "nobody yet"),
        ],
    )
    def test_of_a_team_one_is_asked_and_all_are_told(self, entries: JSON, asked: str, told: str) -> None:
        assert (people_words(entries), audience_words(entries)) == (asked, told)

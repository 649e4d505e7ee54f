"""Pieces of English: what is offered for a wrong word."""

from __future__ import annotations

import pytest

from flows.definition.words import did_you_mean


class TestDidYouMean:
    @pytest.mark.parametrize(
        ("word", "known", "told"),
        [
            ("saef", ["safe", "ask"], " Did you mean 'safe'?"),
            ("unsafe", ["safe", "ask"], " Choices here: safe, ask."),
            ("not_safe", ["safe", "ask"], " Choices here: safe, ask."),
            ("unsaef", ["unsafe", "ask"], " Did you mean 'unsafe'?"),
            ("x", [], ""),
        ],
    )
    def test_offers_the_nearest_but_never_the_opposite(self, word: str, known: list[str], told: str) -> None:
        assert did_you_mean(word, known, what="Choices") == told

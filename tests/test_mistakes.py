"""The mistakes that analysts and operators make: what the product says of each names the thing and says what to do."""

from __future__ import annotations

import re

import pytest

from tests.mistakes.coming_in import COMING_IN
from tests.mistakes.going_out import GOING_OUT
from tests.mistakes.making import Mistake
from tests.mistakes.newer_kinds import NEWER_KINDS
from tests.mistakes.starting import STARTING
from tests.mistakes.steps import STEPS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_store")]
MISTAKES = (*STARTING, *COMING_IN, *STEPS, *GOING_OUT, *NEWER_KINDS)


class TestMistakes:
    @pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.is_that.replace(" ", "-"))
    def test_are_told_with_their_name_and_what_to_do(self, mistake: Mistake) -> None:
        said = mistake.make()
        assert any(mistake.names in one and mistake.advice in one for one in said), said
        assert all(re.match(r"\S.+[.…?!)”']\Z|/", one, re.DOTALL) for one in said), said

    def test_are_each_listed_once(self) -> None:
        assert len({mistake.is_that for mistake in MISTAKES}) == len(MISTAKES)

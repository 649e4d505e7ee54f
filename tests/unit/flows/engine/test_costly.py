"""Which versions count as costly, burst by burst."""

from __future__ import annotations

import pytest

from flows.engine.costly import COSTLY_S, MARKS_MAX, CostlyVersions

DEAR, CHEAP = COSTLY_S, COSTLY_S / 10


def note_all(costs: list[float]) -> CostlyVersions:
    costly = CostlyVersions()
    for ran_s in costs:
        costly.note(7, ran_s)
    return costly


class TestCostlyVersions:
    @pytest.mark.parametrize(
        ("costs", "is_listed"),
        [
            pytest.param([], False, id="nothing known"),
            pytest.param([DEAR], False, id="a first burst that parses its expressions"),
            pytest.param([DEAR, CHEAP, DEAR], False, id="only now and then"),
            pytest.param([DEAR, DEAR], True, id="twice in a row"),
            pytest.param([DEAR] * 3 + [CHEAP], True, id="one cheap one among them"),
            pytest.param([DEAR] * 100 + [CHEAP] * (MARKS_MAX - 1), False, id="cheap again for a while"),
        ],
    )
    def test_lists_those_that_were_costly_lately(self, costs: list[float], is_listed: bool) -> None:
        assert note_all(costs).list() == ([7] if is_listed else [])

    def test_says_of_each_burst_whether_it_was_too_much(self) -> None:
        costly = CostlyVersions()
        assert costly.note(7, DEAR) is True
        assert costly.note(7, CHEAP) is False

    def test_keeps_versions_apart(self) -> None:
        costly = note_all([DEAR, DEAR])
        costly.note(8, CHEAP)
        assert costly.list() == [7]

    def test_forgets_on_demand(self) -> None:
        costly = note_all([DEAR, DEAR])
        costly.clear()
        assert costly.list() == []

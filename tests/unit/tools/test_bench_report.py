"""The report of the bench: fair turns, the ratio of each round, and aims told as reached or missed."""

from __future__ import annotations

import pytest

from tools.bench.report import Comparison, Note, measure_in_turns, render


def make_comparison(ours: list[float], bare: list[float], *, aim: float = 0.5) -> Comparison:
    return Comparison(name="(x) things", unit="things", ours=ours, bare=bare, bare_name="nothing", aim=aim)


class TestComparison:
    @pytest.mark.parametrize(
        ("ours", "bare", "ratio"),
        [([10.0], [20.0], 0.5), ([10.0, 1.0, 30.0], [20.0, 10.0, 30.0], 0.5), ([1.0, 4.0], [1.0, 1.0], 2.5)],
    )
    def test_takes_the_median_of_the_rounds_own_ratios(
        self, ours: list[float], bare: list[float], ratio: float
    ) -> None:
        assert make_comparison(ours, bare).ratio == pytest.approx(ratio)

    def test_an_aim_is_reached_at_its_very_value(self) -> None:
        assert make_comparison([5.0], [10.0], aim=0.5).is_reached
        assert not make_comparison([4.9], [10.0], aim=0.5).is_reached


class TestMeasureInTurns:
    def test_changes_who_begins(self) -> None:
        order: list[str] = []

        def note(name: str) -> float:
            order.append(name)
            return float(len(order))

        ours, bare = measure_in_turns(lambda: note("ours"), lambda: note("bare"), rounds=3)
        assert order == ["ours", "bare", "bare", "ours", "ours", "bare"]
        assert (ours, bare) == ([1.0, 4.0, 5.0], [2.0, 3.0, 6.0])


class TestRender:
    def test_tells_ratios_first_and_misses_plainly(self) -> None:
        text = render([make_comparison([1.0], [10.0])], [Note(name="memory", text="12 MiB")])
        assert text.splitlines()[1].split() == ["0.10", "(x)", "things", "(aim", "0.5:", "missed)"]
        assert text.endswith("memory: 12 MiB")

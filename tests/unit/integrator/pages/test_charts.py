"""Where the columns of a chart stand."""

from __future__ import annotations

import pytest

from integrator.pages.charts import make_columns, share_of


class TestMakeColumns:
    def test_stacks_parts_from_the_foot_up_and_fills_the_height_with_the_highest(self) -> None:
        chart = make_columns([("a", "", [(3, "x"), (1, "y")]), ("b", "", [(1, "x"), (1, "y")])], top="4")
        assert [[(part.y, part.height, part.look) for part in column.parts] for column in chart.columns] == [
            [(30, 90, "x"), (0, 30, "y")],
            [(90, 30, "x"), (60, 30, "y")],
        ]

    def test_shares_the_width_out(self) -> None:
        chart = make_columns([(str(place), "", [(1, "x")]) for place in range(4)], top="1")
        assert [(column.x, column.width) for column in chart.columns] == [
            (20, 120),
            (180, 120),
            (340, 120),
            (500, 120),
        ]

    @pytest.mark.parametrize("rows", [[], [("a", "", [(0, "x")])]])
    def test_draws_nothing_of_nothing(self, rows: list[tuple[str, str, list[tuple[float, str]]]]) -> None:
        assert all(part.height == 0 for column in make_columns(rows, top="").columns for part in column.parts)


class TestShareOf:
    @pytest.mark.parametrize(
        ("value", "most", "share"), [(0, 10, 0), (10, 10, 100), (1, 1_000, 1), (1, 3, 33.3), (0, 0, 0)]
    )
    def test_shows_that_there_is_something(self, value: float, most: float, share: float) -> None:
        assert share_of(value, most) == share

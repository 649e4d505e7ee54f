"""What is shown to somebody who decides: each value as what it is, and nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from cases.shown import MAX_ROWS, ShownRow, read_shown


def read(value: Any, shown_as: str = "text") -> ShownRow:
    (row,) = read_shown([{"label": "It", "value": value, "as": shown_as}])
    return row


class TestReadShown:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (1250.5, "1,250.50"),
            (0, "0.00"),
            (-12480, "-12,480.00"),
            ({"amount": 12480, "currency": "EUR"}, "12,480.00 EUR"),
            ({"amount": "12480.10", "currency": "EUR"}, "12,480.10 EUR"),
            ({"amount": "12480", "currency": "EUR"}, "12,480.00 EUR"),
            ({"amount": "9007199254740993.123", "currency": "EUR"}, "9,007,199,254,740,993.123 EUR"),
            ({"amount": "1e3", "currency": "EUR"}, "1e3 EUR"),
        ],
    )
    def test_writes_money(self, value: Any, text: str) -> None:
        row = read(value, "money")
        assert (row.kind, row.text) == ("money", text)

    @pytest.mark.parametrize("value", [True, None, [1], {"amount": True}, 10**16])
    def test_shows_money_that_is_none_as_what_it_is(self, value: Any) -> None:
        row = read(value, "money")
        assert (row.kind, row.value) == ("value", value)

    def test_tells_days_from_moments(self) -> None:
        assert read("2026-11-27", "date").day == date(2026, 11, 27)
        assert read("2026-11-27T06:00:00+01:00", "date").at == datetime(2026, 11, 27, 5, tzinfo=UTC)
        assert read("next week", "date").text == "next week"

    @pytest.mark.parametrize("shown_as", ["link", "image", "pdf"])
    def test_says_where_a_link_leads(self, shown_as: str) -> None:
        row = read("https://assets.example.org/a.png", shown_as)
        assert (row.kind, row.host) == ("link", "assets.example.org")

    @pytest.mark.parametrize("value", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "https://", "a b"])
    def test_links_nothing_but_web_addresses(self, value: str) -> None:
        row = read(value, "link")
        assert (row.kind, row.text) == ("text", value)

    def test_keeps_the_order_of_columns_and_says_what_it_left_out(self) -> None:
        row = read([{"unit_price": 1, "item": "Pallet"}, {"item": None, "note": {"a": [1]}}] + [{}] * MAX_ROWS, "table")
        assert row.columns == ("Unit price", "Item", "Note")
        assert row.rows[:2] == (("1", "Pallet", ""), ("", "", "a: [1]"))
        assert (len(row.rows), row.more) == (MAX_ROWS, 2)

    @pytest.mark.parametrize("value", [[], [1, 2], "text", {"a": 1}])
    def test_shows_a_table_that_is_none_as_what_it_is(self, value: Any) -> None:
        assert read(value, "table").kind in {"value", "text"}

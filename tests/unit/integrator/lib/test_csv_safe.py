"""Cells that a spreadsheet must not run."""

from __future__ import annotations

import csv
import io

import pytest

from integrator.lib.csv_safe import safe_cell, safe_row


class TestSafeCell:
    @pytest.mark.parametrize(
        "text",
        ['=HYPERLINK("http://x")', "+1+1", "-1-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=1", "-cmd|' /C calc'!A0"],
    )
    def test_quotes_what_could_be_a_formula(self, text: str) -> None:
        assert safe_cell(text) == "'" + text

    @pytest.mark.parametrize(
        ("value", "cell"),
        [
            (-5, -5),
            (1.25, 1.25),
            ("-5", "-5"),
            ("+12.50", "+12.50"),
            ("-1e5", "-1e5"),
            ("plain = text", "plain = text"),
            ("", ""),
            (None, ""),
            (True, "true"),
            (False, "false"),
        ],
    )
    def test_leaves_the_rest(self, value: object, cell: object) -> None:
        assert safe_cell(value) == cell
        assert type(safe_cell(value)) is type(cell)

    def test_makes_rows_for_the_writer(self) -> None:
        out = io.StringIO()
        csv.writer(out).writerow(safe_row([1, "=A1", None]))
        assert out.getvalue() == "1,'=A1,\r\n"

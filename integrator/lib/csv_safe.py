"""Owns how cells are made harmless for spreadsheets. Must not know what is exported.

A spreadsheet runs a cell that begins with = + - @ tab or CR as a formula (OWASP, "CSV Injection").
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"[+-]?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?", re.ASCII)

Cell = str | int | float


def safe_cell(value: object) -> Cell:
    """Give the cell for `value`: numbers stay numbers, None is "", a text that could be a formula gets a leading '.

    A text that is a plain number ("-12.5") is left alone.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    text = "" if value is None else str(value)
    if text.startswith(_RISKY) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def safe_row(values: Iterable[object]) -> list[Cell]:
    """Give one row for `csv.writer`, each cell made safe."""
    return [safe_cell(value) for value in values]

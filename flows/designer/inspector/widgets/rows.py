"""Parts that stand in rows, ``0.label``: taken apart, put together, added, removed and moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flows.designer.inspector.widgets.base import Parts

Row = dict[str, str]


def rows_of(parts: Parts) -> list[Row]:
    """The rows by their number, each with its parts by name."""
    found: dict[int, Row] = {}
    for name, text in parts.items():
        number, mark, rest = name.partition(".")
        if mark and number.isdecimal() and len(number) < 5:
            found.setdefault(int(number), {})[rest] = text
    return [found[number] for number in sorted(found)]


def parts_of(rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The parts of rows, numbered from 0."""
    return {f"{number}.{name}": text for number, row in enumerate(rows) for name, text in row.items()}


def change_rows(parts: Parts, order: str, blank: Mapping[str, str] | None = None) -> dict[str, str]:
    """The parts after ``add``, ``remove.2``, ``up.2``, ``down.2`` or ``turn.2`` (a comparison as an expression)."""
    rows, rest = rows_of(parts), {name: text for name, text in parts.items() if not name[:1].isdecimal()}
    return {**rest, **parts_of(_change(rows, order, blank or {"name": ""}))}


def _change(rows: list[Row], order: str, blank: Mapping[str, str]) -> list[Row]:
    what, _, number = order.partition(".")
    if what == "add":
        return [*rows, dict(blank)]
    at = int(number) if number.isdecimal() else -1
    if not 0 <= at < len(rows):
        return rows
    if what == "turn":
        is_plain = rows[at].get("as", "plain") == "plain"
        turned = {"as": "expression", "when": rows[at].get("was") or "= "} if is_plain else {"as": "plain", "left": ""}
        return [*rows[:at], {**rows[at], **turned}, *rows[at + 1 :]]
    to = {"up": at - 1, "down": at + 1}.get(what, at)
    row = rows.pop(at)
    if what != "remove":
        rows.insert(max(0, to), row)
    return rows

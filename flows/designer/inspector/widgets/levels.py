"""The widget of an approval's levels: above which amount who is asked. Levels with more to say are shown as JSON."""

from __future__ import annotations

from typing import Any

from flows.definition.kind import Setting
from flows.definition.model import JSON
from flows.designer.inspector.widgets.asked import who_is_written
from flows.designer.inspector.widgets.base import Facts, Parts, Unfit, Unreadable
from flows.designer.inspector.widgets.plain import number_text, read_number
from flows.designer.inspector.widgets.rows import Row, parts_of, rows_of


class Levels:
    """A row a level: its bound, and who is asked with commas between."""

    template, is_group, takes_expression = "levels", True, False

    def fill(self, setting: Setting, value: JSON) -> dict[str, str]:
        """A row a level. Raises ``Unfit`` for a rule, an order, a veto or an expression in one."""
        if value is not None and not isinstance(value, list):
            raise Unfit
        return parts_of(_fill(row) for row in value or [])

    def read(self, setting: Setting, parts: Parts, facts: Facts) -> JSON:
        """The levels that name somebody or have a bound."""
        rows = [
            (number, row) for number, row in enumerate(rows_of(parts)) if any(text.strip() for text in row.values())
        ]
        return [_read(row, number, facts) for number, row in rows] or None

    def show(self, setting: Setting, parts: Parts, facts: Facts) -> dict[str, Any]:
        """The rows, and whom one may name."""
        return {"rows": rows_of(parts), "options": facts.find_people("")}


def _fill(row: JSON) -> Row:
    if not isinstance(row, dict) or set(row) - {"above", "approvers"}:
        raise Unfit
    approvers = row.get("approvers")
    asked = approvers if isinstance(approvers, list) else [approvers]
    names = [who for who in asked if isinstance(who, str) and "," not in who and not who.startswith("=")]
    if len(names) != len(asked):
        raise Unfit
    return {"above": number_text(row.get("above")), "who": ", ".join(names)}


def _read(row: Row, number: int, facts: Facts) -> JSON:
    try:
        asked = [who_is_written(text.strip(), facts) for text in row.get("who", "").split(",") if text.strip()]
    except Unreadable as error:
        raise Unreadable(error.message, f"{number}.who") from error
    above = read_number(row.get("above", ""), f"{number}.above")
    if above is None:
        raise Unreadable("Say above which amount this level is asked; 0 for every amount.", f"{number}.above")
    if not asked:
        raise Unreadable("Say who is asked at this level, such as team:finance.", f"{number}.who")
    return {"above": above, "approvers": asked}


LEVELS = Levels()

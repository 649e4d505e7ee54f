"""An approval's row as the rules see it: its levels, its entries, how it stands. Reads what it is handed; no queries.

A row of ``Approval.chain`` is ``{key, above (text or None), rule, order, extra}``; without any the approval is one
level of its own ``rule`` and ``order``. An entry says its level's key as ``level`` and whether it is ``overtaken``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from cases.approval_levels import Level, Placed, plan_levels, write_amount
from cases.approval_rules import Entry, Order, Progress, parse_rule
from cases.models import Approval, Task


def read_chain(approval: Approval) -> tuple[Level, ...]:
    """The levels in their order."""
    if not approval.chain:
        return (Level(key="", rule=parse_rule(approval.rule), order=_order(approval.order)),)
    return tuple(read_level(row) for row in approval.chain)


def write_level(level: Level, rule: Any) -> dict[str, Any]:
    """The row of ``Approval.chain``; ``rule`` is the plain JSON of it."""
    above = None if level.above is None else write_amount(level.above)
    return {"key": level.key, "above": above, "rule": rule, "order": level.order, "extra": level.is_extra}


def write_chain(approval: Approval) -> list[dict[str, Any]]:
    """The rows as they are, with the one level that an approval without any has."""
    if approval.chain:
        return list(approval.chain)
    (level,) = read_chain(approval)
    return [write_level(level, approval.rule)]


def read_amount_of(approval: Approval) -> Decimal | None:
    """The amount that chooses the levels; None where none does."""
    return Decimal(approval.amount) if approval.amount else None


def read_placed(approval: Approval, tasks: Sequence[Task]) -> list[Placed]:
    """The entries as the rules see them."""
    by_position = {task.position: task for task in tasks}
    return [_place(entry, by_position.get(position)) for position, entry in enumerate(approval.entries)]


def plan_progress(approval: Approval, tasks: Sequence[Task]) -> Progress:
    """How the approval stands with these tasks of it."""
    return plan_levels(read_chain(approval), read_amount_of(approval), read_placed(approval, tasks))


def level_of(approval: Approval, position: int) -> str:
    """The key of the level that the entry at this position belongs to."""
    return str(approval.entries[position].get("level", ""))


def _place(entry: Mapping[str, Any], task: Task | None) -> Placed:
    counts = task is not None and task.status == "done" and task.settles_at is None  # else it can still be undone
    answer: Any = task.outcome if task is not None and counts else None
    return Placed(
        level=str(entry.get("level", "")),
        entry=Entry(veto=entry["veto"], asked=task is not None, answer=answer),
        overtaken=bool(entry.get("overtaken")),
    )


def read_level(row: Mapping[str, Any]) -> Level:
    """The level of a row of ``Approval.chain``."""
    return Level(
        key=row["key"],
        rule=parse_rule(row["rule"]),
        order=_order(row["order"]),
        above=None if row["above"] is None else Decimal(row["above"]),
        is_extra=bool(row["extra"]),
    )


def _order(text: str) -> Order:
    return "serial" if text == "serial" else "parallel"

"""What changed between two states of a table: rows added, changed and removed, columns, hit policy. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from flows.definition.decision_tables.table import Row, Table, table_to_data

_TOO_MANY = 4_000  # rows of both sides together, beyond which rows are compared as sets


@dataclass(frozen=True, kw_only=True)
class RowChange:
    """One row that differs; ``before`` and ``after`` are row numbers from 1, None where it is not there."""

    sort: Literal["added", "changed", "removed"]
    before: int | None
    after: int | None
    old: Row | None
    new: Row | None


@dataclass(frozen=True, kw_only=True)
class TableDiff:
    """``rows`` in the order of the newer state; ``others`` names what else differs, such as "hit policy"."""

    rows: tuple[RowChange, ...]
    others: tuple[str, ...]

    def count(self, sort: str) -> int:
        """How many rows were added, changed or removed."""
        return sum(one.sort == sort for one in self.rows)

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return not self.rows and not self.others

    @property
    def summary(self) -> str:
        """``3 rows added, 1 changed; hit policy``."""
        counts = [(self.count(sort), sort) for sort in ("added", "changed", "removed")]
        said = [f"{number} {sort}" for number, sort in counts if number]
        rows = f"rows: {', '.join(said)}" if said else ""
        return "; ".join(part for part in (rows, ", ".join(self.others)) if part) or "nothing"


def diff_tables(old: Table, new: Table) -> TableDiff:
    """This will compare two states of a table."""
    left, right = table_to_data(old), table_to_data(new)
    names = {
        "name": "name", "description": "description", "hit": "hit policy", "inputs": "inputs", "outputs": "outputs",
        "otherwise": "otherwise", "tests": "tests", "team": "team",
    }  # fmt: skip
    others = tuple(words for key, words in names.items() if left.get(key) != right.get(key))
    return TableDiff(rows=tuple(_diff_rows(old, new)), others=others)


def _diff_rows(old: Table, new: Table) -> Iterator[RowChange]:
    before, after = _keyed(old), _keyed(new)
    matcher = SequenceMatcher(a=before, b=after, autojunk=len(before) + len(after) > _TOO_MANY)
    for tag, low, high, begin, end in matcher.get_opcodes():
        if tag == "equal":
            continue
        for at in range(max(high - low, end - begin)):
            a = low + at if low + at < high else None
            b = begin + at if begin + at < end else None
            yield RowChange(
                sort="changed" if a is not None and b is not None else "removed" if b is None else "added",
                before=a + 1 if a is not None else None,
                after=b + 1 if b is not None else None,
                old=old.rows[a] if a is not None else None,
                new=new.rows[b] if b is not None else None,
            )


def _keyed(table: Table) -> list[tuple[tuple[tuple[str, str], ...], str]]:
    """Rows by column name, so that a column that moved or was added empty changes none."""
    names = [one.name for one in (*table.inputs, *table.outputs)]
    rows = []
    for row in table.rows:
        cells = zip(names, (*row.when, *row.then), strict=True)
        rows.append((tuple(sorted((name, cell) for name, cell in cells if cell not in {"", "-"})), row.note))
    return rows

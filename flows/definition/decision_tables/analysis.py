"""Gaps and overlaps of a table: exact over the places of its columns, in bounded work, said in sentences.

A gap is found for values, not for ``empty``: a column is rarely meant to take none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from flows.definition.decision_tables.compiling import PlacedTable
from flows.definition.decision_tables.places import EMPTY, Interval, join_intervals, meet
from flows.definition.decision_tables.words import say_intervals
from flows.definition.words import join_words

MAX_TOLD = 10
MAX_WORK = 300_000  # steps; a second at most
Box = tuple[tuple[Interval, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Something to look at. ``rows`` are numbers from 1; ``sort`` is gap, overlap, hidden or unfinished."""

    sort: str
    message: str
    rows: tuple[int, ...] = ()


@dataclass
class _Work:
    """What may still be spent."""

    left: int = MAX_WORK
    covered: set[tuple[int, int]] = field(default_factory=set)

    def spend(self, steps: int = 1) -> bool:
        self.left -= steps
        return self.left > 0


def analyse(placed: PlacedTable) -> list[Remark]:
    """This will tell overlaps where only one row may match, rows that never win, and what no row covers."""
    work, table = _Work(), placed.table
    remarks: list[Remark] = []
    if table.hit == "unique":
        remarks += _cap(_overlaps(placed, work), "overlaps")
    if table.hit == "first":
        remarks += _cap(_hidden(placed, work), "rows that never win")
    if table.hit != "collect" and table.otherwise is None:
        remarks += _cap(_gaps(placed, work), "gaps")
    if work.left <= 0:
        text = "The table is too large to be looked through for every gap and overlap. Test rows show what holds."
        remarks.append(Remark(sort="unfinished", message=text))
    return remarks


def _cap(found: Iterator[Remark], what: str) -> list[Remark]:
    told: list[Remark] = []
    for remark in found:
        if len(told) == MAX_TOLD:
            told.append(Remark(sort="unfinished", message=f"There are more {what} than these {MAX_TOLD}."))
            break
        told.append(remark)
    return told


def _overlaps(placed: PlacedTable, work: _Work) -> Iterator[Remark]:
    rows = placed.rows
    for first, row in enumerate(rows):
        for second in range(first + 1, len(rows)):
            if not work.spend():
                return
            shared = _meet(row, rows[second])
            if shared is not None:
                where = _say(placed, shared)
                pair = (first + 1, second + 1)
                yield Remark(sort="overlap", message=f"Rows {pair[0]} and {pair[1]} both match {where}.", rows=pair)


def _hidden(placed: PlacedTable, work: _Work) -> Iterator[Remark]:
    rows = placed.rows
    for later, row in enumerate(rows):
        for earlier in range(later):
            if not work.spend():
                return
            if all(meet(one, other) == one for one, other in zip(row, rows[earlier], strict=True)):
                text = f"Row {later + 1} never wins: row {earlier + 1} above it matches everything that it matches."
                yield Remark(sort="hidden", message=text, rows=(earlier + 1, later + 1))
                break


def _gaps(placed: PlacedTable, work: _Work) -> Iterator[Remark]:
    for box in _uncovered(placed, work, 0, (1 << len(placed.rows)) - 1):
        yield Remark(sort="gap", message=f"No row matches {_say(placed, box)}.")


def _uncovered(placed: PlacedTable, work: _Work, column: int, rows: int) -> Iterator[Box]:
    """Boxes of the columns from ``column`` on that none of ``rows`` (bits) covers."""
    if not work.spend() or (column, rows) in work.covered:
        return
    if column == len(placed.scales):
        if rows == 0:
            yield ()
        return
    if rows == 0:
        yield tuple(((EMPTY + 1, scale.last),) for scale in placed.scales[column:])
        return
    is_covered = True
    for rest, intervals in _classes(placed, work, column, rows):
        for box in _uncovered(placed, work, column + 1, rest):
            is_covered = False
            yield (intervals, *box)
    if is_covered and work.left > 0:
        work.covered.add((column, rows))


def _classes(placed: PlacedTable, work: _Work, column: int, rows: int) -> Iterator[tuple[int, tuple[Interval, ...]]]:
    """Places of a column that the same ones of ``rows`` let through: (those rows, the places)."""
    last = placed.scales[column].last
    changes: dict[int, int] = {EMPTY + 1: 0}
    at = rows
    while at:
        bit = at & -at
        at ^= bit
        for low, high in placed.rows[bit.bit_length() - 1][column]:
            work.spend()
            for place in (max(low, EMPTY + 1), high + 1):
                if high > EMPTY and place <= last:
                    changes[place] = changes.get(place, 0) ^ bit
    found: dict[int, list[Interval]] = {}
    current, places = 0, sorted(changes)
    for number, place in enumerate(places):
        current ^= changes[place]
        end = places[number + 1] - 1 if number + 1 < len(places) else last
        found.setdefault(current, []).append((place, end))
    for matched, intervals in found.items():
        yield matched, join_intervals(intervals)


def _meet(left: Box, right: Box) -> Box | None:
    shared = []
    for one, other in zip(left, right, strict=True):
        both = meet(one, other)
        if not both:
            return None
        shared.append(both)
    return tuple(shared)


def _say(placed: PlacedTable, box: Box) -> str:
    columns = zip(placed.table.inputs, placed.scales, box, strict=True)
    said = [words for column, scale, intervals in columns if (words := say_intervals(column, scale, intervals))]
    return join_words(said) or "anything at all"

"""Values as small numbers: a column's values fall into places, between and upon the values that its cells name.

So comparing is exact for numbers of any size, no text of a table or of data reaches the rule engine, and gaps and
overlaps can be counted. Place 0 is no value; of numbers and dates odd places lie between named values and even ones
upon them; of texts the last place is "anything else"; no is 1 and yes is 2.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from flows.definition.decision_tables.cells import Cell, Part, Value
from flows.definition.decision_tables.table import ColumnType

Interval: TypeAlias = tuple[int, int]  # of places, with both ends
EMPTY = 0


@dataclass(frozen=True, kw_only=True)
class Scale:
    """The places of one column. ``named`` are the values that its cells name, sorted, each once."""

    type: ColumnType
    named: tuple[Value, ...]

    @property
    def last(self) -> int:
        """The highest place."""
        if self.type == "yes_no":
            return 2
        return len(self.named) + 1 if self.type == "text" else 2 * len(self.named) + 1

    def place_of(self, value: Value | None) -> int:
        """The place of a value of the column's type."""
        if value is None:
            return EMPTY
        if self.type == "yes_no":
            return int(value) + 1
        at = bisect_left(self.named, value)
        is_named = at < len(self.named) and self.named[at] == value
        if self.type == "text":
            return at + 1 if is_named else self.last
        return 2 * at + 2 if is_named else 2 * at + 1

    def intervals_of(self, cell: Cell) -> tuple[Interval, ...]:
        """The places that the cell lets through, ascending, none touching the next."""
        if cell.takes_any:
            return ((EMPTY, self.last),)
        found = [self._interval(part) for part in cell.parts]
        if cell.takes_empty:
            found.append((EMPTY, EMPTY))
        joined = join_intervals(found)
        return turn_round(joined, self.last) if cell.negated else joined

    def _interval(self, part: Part) -> Interval:
        if self.type in {"text", "yes_no"}:
            place = self.place_of(part.low)
            return place, place
        low = 1 if part.low is None else self.place_of(part.low) + (not part.low_in)
        high = self.last if part.high is None else self.place_of(part.high) - (not part.high_in)
        return low, high


def make_scale(kind: ColumnType, cells: Iterable[Cell]) -> Scale:
    """The places of a column with these cells."""
    named = {end for cell in cells for part in cell.parts for end in (part.low, part.high) if end is not None}
    return Scale(type=kind, named=tuple(sorted(named)) if kind != "yes_no" else ())


def join_intervals(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same places in as few intervals as can be, ascending."""
    joined: list[Interval] = []
    for low, high in sorted(one for one in intervals if one[0] <= one[1]):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    return tuple(joined)


def turn_round(intervals: tuple[Interval, ...], last: int) -> tuple[Interval, ...]:
    """Every place that is not in the intervals."""
    found, begin = [], EMPTY
    for low, high in intervals:
        found.append((begin, low - 1))
        begin = high + 1
    return join_intervals([*found, (begin, last)])


def meet(left: tuple[Interval, ...], right: tuple[Interval, ...]) -> tuple[Interval, ...]:
    """The places in both."""
    found = [(max(a, c), min(b, d)) for a, b in left for c, d in right]
    return join_intervals(found)

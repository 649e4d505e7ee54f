"""Where the columns of a small chart stand, as ``components/columns.html`` draws them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, GAP = 640, 120, 0.25  # of a column's room that stays free


@dataclass(frozen=True, kw_only=True)
class Part:
    """One rectangle of a column; ``look`` is a CSS class of ``report.css``."""

    y: float
    height: float
    look: str


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: what it is of, what it says in words, and its parts from the bottom up."""

    label: str
    words: str
    x: float
    width: float
    parts: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True)
class Columns:
    """A chart of 640 by 120 units; ``top`` says what its full height stands for."""

    columns: tuple[Column, ...]
    top: str
    width: int = WIDTH
    height: int = HEIGHT


def make_columns(rows: Sequence[tuple[str, str, Sequence[tuple[float, str]]]], *, top: str) -> Columns:
    """The chart of rows ``(label, words, [(value, look), …])``: the highest sum of one row fills the height."""
    most = max((sum(value for value, _ in parts) for _, _, parts in rows), default=0) or 1
    room = WIDTH / max(len(rows), 1)
    columns = []
    for place, (label, words, parts) in enumerate(rows):
        drawn, foot = [], float(HEIGHT)
        for value, look in parts:
            height = round(HEIGHT * value / most, 2)
            foot = round(foot - height, 2)
            drawn.append(Part(y=foot, height=height, look=look))
        left = round(place * room + room * GAP / 2, 2)
        columns.append(Column(label=label, words=words, x=left, width=round(room * (1 - GAP), 2), parts=tuple(drawn)))
    return Columns(columns=tuple(columns), top=top)


def share_of(value: float, most: float) -> float:
    """How much of a full bar of 100 the value takes; something is at least 1."""
    return 0 if not value or not most else max(1.0, round(100 * value / most, 1))

"""What reports count: ages, times and rates of spans of time. Pure arithmetic; knows neither database nor people."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

Row = TypeVar("Row")

DAY = timedelta(days=1)
AGES: tuple[tuple[str, int | None], ...] = (  # label, days below which it counts
    ("under a day", 1),
    ("1 to 3 days", 3),
    ("3 to 7 days", 7),
    ("1 to 2 weeks", 14),
    ("2 to 4 weeks", 28),
    ("4 to 12 weeks", 84),
    ("over 12 weeks", None),
)
SLICES: tuple[tuple[int, int], ...] = ((14, 1), (26 * 7, 7))  # periods up to so many days are told by so many days
LONG_SLICE = 28


@dataclass(frozen=True, kw_only=True)
class Span:
    """From when something was under way, and until when; None: it still was when the period ended."""

    begun_at: datetime
    ended_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it still was under way."""
        return self.ended_at is None

    def last_until(self, at: datetime) -> timedelta:
        """How long it took, or had taken by ``at``."""
        return (self.ended_at or at) - self.begun_at


@dataclass(frozen=True, kw_only=True)
class AgeBand:
    """How many are so old."""

    label: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Times:
    """How long things took. Both figures are those of one of them (nearest rank); None without any."""

    count: int
    median: timedelta | None
    ninth: timedelta | None  # nine in ten took no longer


@dataclass(frozen=True, kw_only=True)
class Slice:
    """[since, until) of a period; the last one may be shorter."""

    since_at: datetime
    until_at: datetime

    def holds(self, at: datetime) -> bool:
        """Whether the moment lies in it."""
        return self.since_at <= at < self.until_at


def count_by_age(begun: Iterable[datetime], at: datetime) -> list[AgeBand]:
    """How many of those begun then are how old at ``at``; all bands, also empty ones."""
    ages = [at - moment for moment in begun]
    bands: list[AgeBand] = []
    least: timedelta | None = None
    for label, days in AGES:
        most = None if days is None else days * DAY
        fits = [age for age in ages if (least is None or age >= least) and (most is None or age < most)]
        bands.append(AgeBand(label=label, count=len(fits)))
        least = most
    return bands


def sum_up(lengths: Iterable[timedelta]) -> Times:
    """Count, median and ninth decile of lengths of time."""
    ordered = sorted(lengths)
    return Times(count=len(ordered), median=_pick(ordered, 0.5), ninth=_pick(ordered, 0.9))


def cut(since_at: datetime, until_at: datetime) -> list[Slice]:
    """The period in slices of a day, a week or four weeks, by its length."""
    days = (until_at - since_at) / DAY
    length = next((each for most, each in SLICES if days <= most), LONG_SLICE) * DAY
    count = math.ceil((until_at - since_at) / length)
    return [
        Slice(since_at=since_at + place * length, until_at=min(since_at + (place + 1) * length, until_at))
        for place in range(count)
    ]


def spread(
    rows: Sequence[Row], slices: Sequence[Slice], at: Callable[[Row], datetime]
) -> list[tuple[Slice, list[Row]]]:
    """Each slice with the rows whose moment lies in it."""
    return [(part, [row for row in rows if part.holds(at(row))]) for part in slices]


def _pick(ordered: Sequence[timedelta], share: float) -> timedelta | None:
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else None

"""When a schedule is due: wall-clock times as instants in a zone, intervals that do not drift. Pure.

Where clocks go forward a time that does not exist falls on the first instant after the gap, once. Where they go back a
time that comes twice counts the first time. A line that runs in every hour goes by elapsed time instead: no hour is
left out, none is done twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from flows.triggers.schedule.cron import Cron

_NEAR = timedelta(hours=26)  # no zone ever moved its clocks by more than a day
_SECOND = timedelta(seconds=1)


class Times(Protocol):
    """A rule that names instants."""

    def next_after(self, moment: datetime) -> datetime | None:
        """The first instant after ``moment``, in UTC; None when there is none any more."""
        ...


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Every so often, counted from ``anchor_at``: a late firing does not move those after it."""

    every: timedelta
    anchor_at: datetime

    def next_after(self, moment: datetime) -> datetime | None:
        """The first multiple of the interval after ``moment``."""
        passed = (moment - self.anchor_at) // self.every
        return self.anchor_at + (passed + 1) * self.every


@dataclass(frozen=True, kw_only=True)
class CronTimes:
    """The times of a cron line in a zone."""

    cron: Cron
    zone: ZoneInfo

    def next_after(self, moment: datetime) -> datetime | None:
        """The first instant of the line after ``moment``."""
        best: datetime | None = None
        for local in self.cron.times_from(self._start(moment)):
            earliest = _first_instant(local, self.zone)
            if best is not None and earliest >= best:
                return best
            later = [instant for instant in self._instants(local) if instant > moment]
            best = min(later if best is None else [best, *later], default=None)
            if earliest - moment > _NEAR and best is not None:
                return best
        return best

    def _start(self, moment: datetime) -> datetime:
        """From which wall-clock time on to look: further back only where clocks change nearby."""
        local = moment.astimezone(self.zone)
        changes = (moment - _NEAR).astimezone(self.zone).utcoffset() != (moment + _NEAR).astimezone(
            self.zone
        ).utcoffset()
        naive = local.replace(tzinfo=None, second=0, microsecond=0, fold=0)
        return naive - _NEAR if changes else naive

    def _instants(self, local: datetime) -> Iterator[datetime]:
        first, second = (local.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        if first == second:
            yield first
        elif first < second:  # it comes twice
            yield first
            if self.cron.is_hourly:
                yield second
        elif not self.cron.is_hourly:  # it does not exist
            yield _gap_end(second, first, self.zone)


def _first_instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The earliest instant that this wall-clock time could stand for."""
    return min(local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


def _gap_end(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the clocks go forward, between two instants round it."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)

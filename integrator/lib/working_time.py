"""Working-time arithmetic over a calendar of hours: pure, in elapsed time, right across changes of the clock.

A moment is working time when the local wall clock of the calendar's zone shows a time within that day's hours. So an
hour that a clock change repeats counts twice, and one that it leaves out not at all. Knows no database and no holidays:
who makes a calendar says which days differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
MAX_DAYS = 366 * 20  # how far a search goes before the calendar is said to hold too little working time
Span = tuple[datetime, datetime]


class NoWorkingTime(ValueError):
    """The calendar has too little working time within 20 years: its hours are empty or every day is off."""


@dataclass(frozen=True, kw_only=True)
class Hours:
    """Working hours from ``opens`` until before ``closes``, in minutes since local midnight: 0 to 1,440."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= 24 * 60:
            raise ValueError("Hours open before they close, within one day. Split what goes past midnight.")


@dataclass(frozen=True, kw_only=True)
class WorkingCalendar:
    """Hours by weekday (0 is Monday; a weekday that is left out is off) and days that differ, in one time zone.

    A day of ``days`` has exactly the hours given there: none for a holiday. Breaks are the gaps between hours.
    """

    zone: ZoneInfo
    week: Mapping[int, tuple[Hours, ...]]
    days: Mapping[date, tuple[Hours, ...]] = field(default_factory=dict)
    _spans: dict[date, tuple[Span, ...]] = field(default_factory=dict, repr=False, compare=False)

    def hours_of(self, day: date) -> tuple[Hours, ...]:
        """The hours of a local day, in order; empty when it is off."""
        found = self.days.get(day)
        return tuple(sorted(self.week.get(day.weekday(), ()) if found is None else found, key=lambda each: each.opens))

    def spans_of(self, day: date) -> tuple[Span, ...]:
        """The working time of a local day as spans in UTC, in order."""
        spans = self._spans.get(day)
        if spans is None:
            spans = self._spans[day] = tuple(_list_spans(self.zone, day, self.hours_of(day)))
        return spans

    def day_of(self, at: datetime) -> date:
        """The local day of a moment."""
        return at.astimezone(self.zone).date()


def make_office_hours(zone: str = "UTC") -> WorkingCalendar:
    """Monday to Friday from 9 to 17, every week of the year: what counts where nobody made a calendar."""
    return WorkingCalendar(zone=ZoneInfo(zone), week={day: (Hours(opens=540, closes=1020),) for day in range(5)})


def is_working(calendar: WorkingCalendar, at: datetime) -> bool:
    """Whether this moment is working time."""
    return any(start <= at < end for start, end in calendar.spans_of(calendar.day_of(at)))


def next_working(calendar: WorkingCalendar, at: datetime) -> datetime:
    """This moment when it is working time, else the next one that is. Raises ``NoWorkingTime``."""
    return next(start for start, _ in _spans_from(calendar, at))


def working_between(calendar: WorkingCalendar, start: datetime, end: datetime) -> timedelta:
    """The working time from ``start`` until before ``end``; zero when they are in the other order."""
    total, day = timedelta(), calendar.day_of(start)
    last = calendar.day_of(end)
    while day <= last:
        for opens, closes in calendar.spans_of(day):
            total += max(min(closes, end) - max(opens, start), timedelta())
        day += DAY
    return total


def add_working(calendar: WorkingCalendar, start: datetime, amount: timedelta) -> datetime:
    """The first moment at which ``amount`` of working time has passed since ``start``, in UTC.

    With no amount it is ``start`` itself. Raises ``NoWorkingTime``.
    """
    left = amount
    if left <= timedelta():
        return start.astimezone(UTC)
    for opens, closes in _spans_from(calendar, start):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    raise AssertionError("spans never end without an error")


def add_working_days(calendar: WorkingCalendar, start: datetime, days: int) -> datetime:
    """The same local time ``days`` working days later, in UTC; the end of that day's hours where they end before.

    What starts outside of working time counts from the next opening. Raises ``NoWorkingTime``.
    """
    begun = next_working(calendar, start)
    day, left = calendar.day_of(begun), days
    limit = day + timedelta(days=MAX_DAYS)
    while left > 0:
        day += DAY
        if day > limit:
            raise _none()
        left -= bool(calendar.spans_of(day))
    local = begun.astimezone(calendar.zone)
    wanted = datetime.combine(day, time(local.hour, local.minute, local.second, local.microsecond), calendar.zone)
    return _clamp(wanted.astimezone(UTC), calendar.spans_of(day))


def _clamp(at: datetime, spans: tuple[Span, ...]) -> datetime:
    """The moment itself within the hours or in a break's end, the opening before them, the closing after them."""
    for opens, closes in spans:
        if at <= closes:
            return max(at, opens)
    return spans[-1][1]


def _spans_from(calendar: WorkingCalendar, at: datetime) -> Iterator[Span]:
    """The working time from ``at`` on, without end. Raises ``NoWorkingTime`` where twenty years hold none."""
    at = at.astimezone(UTC)
    day, empty = calendar.day_of(at), 0
    while empty <= MAX_DAYS:
        spans = [(max(opens, at), closes) for opens, closes in calendar.spans_of(day) if closes > at]
        yield from spans
        empty = 0 if spans else empty + 1
        day += DAY
    raise _none()


def _none() -> NoWorkingTime:
    return NoWorkingTime("This calendar has no working time in the next 20 years. Give it hours on some weekday.")


def _list_spans(zone: ZoneInfo, day: date, hours: tuple[Hours, ...]) -> Iterator[Span]:
    """Hours of a local day as UTC spans: each stretch of one offset by itself, so that the wall clock is followed."""
    if not hours:
        return
    midnight = datetime.combine(day, time.min)
    for since, until, offset in _list_offsets(zone, day):
        for each in hours:
            opens = (midnight + timedelta(minutes=each.opens) - offset).replace(tzinfo=UTC)
            closes = (midnight + timedelta(minutes=each.closes) - offset).replace(tzinfo=UTC)
            if max(opens, since) < min(closes, until):
                yield max(opens, since), min(closes, until)


def _list_offsets(zone: ZoneInfo, day: date) -> list[tuple[datetime, datetime, timedelta]]:
    """The stretches of one UTC offset that a local day may lie in: (since, until, offset), a day more at each end."""
    low = datetime.combine(day, time.min, UTC) - DAY
    high = low + 3 * DAY
    stretches: list[tuple[datetime, datetime, timedelta]] = []
    since, offset = low, _offset(zone, low)
    step = timedelta(hours=6)
    at = low
    while at < high:
        following = at + step
        if _offset(zone, following) != offset:
            change = _find_change(zone, at, following)
            stretches.append((since, change, offset))
            since, offset = change, _offset(zone, change)
        at = following
    return [*stretches, (since, high, offset)]


def _find_change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The second at which the offset changes, by halving."""
    before = _offset(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()

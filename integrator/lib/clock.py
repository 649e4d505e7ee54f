"""Owns texts for time: ISO 8601 durations and RFC 3339 instants. Never reads a clock.

Errors: `ClockError` (code `time.invalid`, never retryable).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

MAX_DURATION = timedelta(days=36_525)  # a hundred years; sums with any instant of ours stay in range

_MAX_S = MAX_DURATION.days * 86_400
_UNIT_S = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60}
_DURATION = re.compile(
    r"P(?:(?P<weeks>\d{1,9})W)?(?:(?P<days>\d{1,9})D)?"
    r"(?P<time>T(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,9}(?:[.,]\d{1,6})?)S)?)?",
    re.ASCII,
)
_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(?:([Zz])|([+-](?:[01]\d|2[0-3]):[0-5]\d))", re.ASCII
)


class ClockError(ValueError):
    """A text is no duration or no instant; `message` is safe to show and says what to write."""

    code = "time.invalid"
    retryable = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, str] = {}


def parse_duration(text: str) -> timedelta:
    """Read an ISO 8601 duration of elapsed time: `P2D`, `PT1H30M`, `P1W`, `PT0.5S`; a day is 24 hours.

    Years and months have no fixed length and are refused, as are signs, and more than a hundred years.
    Raises ClockError.
    """
    if text.lstrip().startswith(("-", "+")):
        raise ClockError("A duration cannot have a sign: write it like P2D or PT1H30M.")
    match = _DURATION.fullmatch(text)
    if match is None or text == "P" or match["time"] == "T":
        if re.fullmatch(r"P[^T]*\d[YM].*", text, re.DOTALL):
            raise ClockError("Years and months have no fixed length: write days (P30D) or weeks (P4W).")
        raise ClockError("This is no ISO 8601 duration: write it like PT15M (minutes), PT1H30M, P2D (days) or P1W.")
    whole_s = sum(int(match[name] or 0) * unit_s for name, unit_s in _UNIT_S.items())
    fraction_s = float((match["seconds"] or "0").replace(",", "."))
    if whole_s > _MAX_S or timedelta(seconds=whole_s) + timedelta(seconds=fraction_s) > MAX_DURATION:
        raise ClockError("A duration may be a hundred years at most.")
    return timedelta(seconds=whole_s) + timedelta(seconds=fraction_s)


def format_duration(duration: timedelta) -> str:
    """Write `duration` the shortest ISO 8601 way without weeks: `P2D`, `PT1H30M`, `PT0S`.

    `parse_duration` gives the same value back. Raises ClockError for a negative one.
    """
    if duration < timedelta():
        raise ClockError("A duration cannot be negative.")
    hours, rest = divmod(duration.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f".{duration.microseconds:06d}".rstrip("0") if duration.microseconds else ""
    second_text = f"{seconds}{fraction}S" if seconds or fraction else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "") + second_text
    if not duration:
        return "PT0S"
    return "P" + (f"{duration.days}D" if duration.days else "") + (f"T{clock}" if clock else "")


def parse_instant(text: str) -> datetime:
    """Read an RFC 3339 date-time, which must name its zone; gives it in UTC, cut to microseconds.

    Raises ClockError.
    """
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise ClockError("This is no RFC 3339 time with a zone: write it like 2026-05-01T09:30:00Z or with +02:00.")
    date, time, fraction, _, offset = match.groups()
    try:
        local = datetime.fromisoformat(f"{date}T{time}.{(fraction or '0')[:6]:0<6}{offset or '+00:00'}")
        return local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ClockError("There is no such day or time in the calendar.") from error


def to_rfc3339(moment: datetime) -> str:
    """Write an aware datetime as RFC 3339 in UTC with `Z`; milliseconds only where they are not zero.

    Raises ClockError for a datetime without a zone.
    """
    if moment.tzinfo is None:
        raise ClockError("A time without a zone names no instant.")
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    precision = "milliseconds" if utc.microsecond >= 1000 else "seconds"
    return utc.isoformat(timespec=precision) + "Z"

"""Cron lines of five fields: what is wrong with one, in sentences, and the wall-clock times it names. Knows no zone.

Errors: ``CronError``, whose text says what to write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from croniter import croniter
from croniter.croniter import CroniterBadDateError, CroniterError

EXAMPLE = "30 8 * * 1-5"
YEARS_LOOKED_AT = 8  # 29 February comes at least every eight years (1896 to 1904)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_PART = re.compile(r"(?P<from>\*|[0-9a-z]+)(?:-(?P<to>[0-9a-z]+))?(?:/(?P<step>[0-9]+))?\Z")


class CronError(ValueError):
    """The line is no schedule; the text says which field and what to write."""


@dataclass(frozen=True, kw_only=True)
class _Field:
    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()

    def number(self, text: str) -> int:
        if text in self.names:
            return self.names.index(text) + self.least
        if not text.isdecimal() or len(text) > 4 or not self.least <= int(text) <= self.most:
            raise CronError(f"'{text}' is not {self.name}: it runs from {self.least} to {self.most}.")
        return int(text)


_FIELDS = (
    _Field(name="a minute", least=0, most=59),
    _Field(name="an hour", least=0, most=23),
    _Field(name="a day of the month", least=1, most=31),
    _Field(name="a month", least=1, most=12, names=tuple(_MONTHS)),
    _Field(name="a day of the week (0 and 7 are Sunday)", least=0, most=7, names=tuple(_DAYS)),
)


@dataclass(frozen=True, kw_only=True)
class Cron:
    """A line that was checked. ``is_hourly``: it runs in every hour, so it goes by elapsed time where clocks change."""

    text: str
    is_hourly: bool

    def times_from(self, start: datetime) -> Iterator[datetime]:
        """Wall-clock times from ``start`` on, itself included, without end; naive."""
        times = croniter(self.text, start, max_years_between_matches=YEARS_LOOKED_AT)
        if croniter.match(self.text, start) and start.second == start.microsecond == 0:
            yield start
        while True:
            try:
                found: datetime = times.get_next(datetime)
            except CroniterBadDateError:
                return
            yield found


def parse_cron(text: str) -> Cron:
    """This will read a line of minute, hour, day of the month, month, day of the week. Raises CronError."""
    parts = text.lower().split()
    if len(parts) != len(_FIELDS):
        raise CronError(
            f"A cron line has five fields (minute, hour, day, month, day of the week), this one has {len(parts)}. "
            f"Write it like '{EXAMPLE}': at 08:30 from Monday to Friday."
        )
    for part, field in zip(parts, _FIELDS, strict=True):
        for item in part.split(","):
            _check_item(item, field)
    line = " ".join(parts)
    try:
        croniter(line, datetime(2024, 1, 1), max_years_between_matches=YEARS_LOOKED_AT).get_next()  # noqa: DTZ001
    except CroniterBadDateError as error:
        raise CronError(f"'{text}' never comes: no month it names has such a day. Change the day or month.") from error
    except (CroniterError, ValueError) as error:
        raise CronError(f"'{text}' is no cron line. Write it like '{EXAMPLE}'.") from error
    return Cron(text=line, is_hourly=parts[1] == "*")


def _check_item(item: str, field: _Field) -> None:
    match = _PART.match(item)
    if match is None:
        raise CronError(
            f"'{item}' cannot stand for {field.name}. Write a number, '*', a range such as 1-5 or a step such as */15."
        )
    if match["to"] and match["from"] == "*":
        raise CronError(f"'{item}' cannot stand for {field.name}: a range begins with a number.")
    first = field.least if match["from"] == "*" else field.number(match["from"])
    if match["to"] and field.number(match["to"]) < first:
        raise CronError(f"'{item}' ends before it begins. Write the smaller first, or two ranges with a comma.")
    if match["step"] and int(match["step"]) < 1:
        raise CronError(f"'{item}' has a step of nothing. Write 1 or more behind the '/'.")

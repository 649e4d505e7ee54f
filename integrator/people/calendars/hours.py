"""Hours as people write them, ``9:00–12:00, 13:00–17:00``, and as they are kept. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from integrator.lib.working_time import Hours

MAX_SPANS = 12
_SPAN = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(?:-|–|—|to|until)\s*(\d{1,2})(?:[:.](\d{2}))?")


class HoursRefused(ValueError):
    """A text is not hours; ``message`` says what to write."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def read_hours(text: str) -> tuple[Hours, ...]:
    """``9:00–12:00, 13–17`` in order; an empty text is a day off. 24:00 ends a day. Raises ``HoursRefused``."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) > MAX_SPANS:
        raise HoursRefused(f"A day has at most {MAX_SPANS} stretches of hours.")
    found = sorted((_read_span(part) for part in parts), key=lambda each: each.opens)
    for before, after in pairwise(found):
        if after.opens < before.closes:
            raise HoursRefused(f"{_say(before)} and {_say(after)} overlap. Write one stretch for both.")
    return tuple(found)


def write_hours(hours: Iterable[Hours]) -> str:
    """``09:00–12:00, 13:00–17:00``; empty for a day off. ``read_hours`` gives the same back."""
    return ", ".join(_say(each) for each in hours)


def keep_hours(hours: Iterable[Hours]) -> list[list[int]]:
    """As they are stored: pairs of minutes since midnight."""
    return [[each.opens, each.closes] for each in hours]


def restore_hours(kept: Iterable[Sequence[int]]) -> tuple[Hours, ...]:
    """What ``keep_hours`` gave, as hours again."""
    return tuple(Hours(opens=opens, closes=closes) for opens, closes in kept)


def _read_span(part: str) -> Hours:
    match = _SPAN.fullmatch(part)
    if match is None:
        raise HoursRefused(f"“{part}” is not a stretch of hours. Write it like 9:00–17:00, and several with commas.")
    opens, closes = _minutes(match[1], match[2], part), _minutes(match[3], match[4], part)
    if closes <= opens:
        raise HoursRefused(f"“{part}” ends before it begins. Give what goes past midnight to the next day as well.")
    return Hours(opens=opens, closes=closes)


def _minutes(hour: str, minute: str | None, part: str) -> int:
    total = int(hour) * 60 + int(minute or 0)
    if int(minute or 0) > 59 or total > 24 * 60:
        raise HoursRefused(f"“{part}” names a time that no day has. The last one is 24:00.")
    return total


def _say(each: Hours) -> str:
    return f"{each.opens // 60:02}:{each.opens % 60:02}–{each.closes // 60:02}:{each.closes % 60:02}"

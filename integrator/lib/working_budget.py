"""Working time as it is written: ``P2D`` is two working days, ``PT6H`` six hours of working time. Pure."""

from __future__ import annotations

import re
from datetime import timedelta

from integrator.lib.clock import ClockError, parse_duration

_DAYS = re.compile(r"P(?P<days>\d{1,4})D(?P<time>T.+)?\Z", re.ASCII)
_MAX_WORKING = timedelta(days=366)


def parse_working(text: object) -> tuple[int, timedelta]:
    """Working days, and working time beyond them: ``P2D`` is two days, ``P1DT4H`` a day and four hours, ``PT6H`` six.

    Raises ClockError, for weeks too: how many days of a week are worked is the calendar's to say.
    """
    if not isinstance(text, str):
        raise ClockError("Working time is a text such as P2D (working days) or PT6H (working hours).")
    if "W" in text:
        raise ClockError("A week has no fixed number of working days. Write days, such as P5D.")
    whole = _DAYS.match(text)
    rest = parse_duration(f"P{whole['time']}") if whole and whole["time"] else timedelta()
    days = int(whole["days"]) if whole else 0
    if whole is None:
        rest = parse_duration(text)
    if rest > _MAX_WORKING or days > _MAX_WORKING.days:
        raise ClockError("Working time may be 366 days at most.")
    return days, rest

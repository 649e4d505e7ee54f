"""A schedule in words: the common cron lines as a colleague would say them, the rest as they are written."""

from __future__ import annotations

from collections.abc import Mapping

from flows.definition.model import JSON
from flows.definition.phrases import duration_text

_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def say_schedule(settings: Mapping[str, JSON]) -> str:
    """``Every weekday at 08:30 (Europe/Vienna) a new run starts``."""
    if settings.get("cron") is None:
        return f"Every {every_words(settings.get('every'))} a new run starts"
    zone = f" ({settings['zone']})" if settings.get("zone") else ""
    return f"{say_cron(str(settings['cron']))}{zone} a new run starts"


def every_words(every: JSON) -> str:
    """What stands behind "every": ``hour``, ``5 minutes``, ``1 hour and 30 minutes``."""
    words = duration_text(every)
    return words if " and " in words else words.removeprefix("1 ")


def say_cron(line: str) -> str:
    """``30 8 * * 1-5`` is "Every weekday at 08:30"; a line of another form is quoted."""
    parts = line.split()
    if len(parts) != 5:
        return f"At the times of “{line}”"
    minute, hour, day, month, weekday = parts
    if month != "*":
        return f"At the times of “{line}”"
    if day == weekday == "*" and hour == "*":
        return _say_within_hour(minute) or f"At the times of “{line}”"
    days = _say_days(day, weekday)
    if not (minute.isdecimal() and hour.isdecimal()) or days is None:
        return f"At the times of “{line}”"
    return f"{days} at {int(hour):02}:{int(minute):02}"


def _say_within_hour(minute: str) -> str | None:
    if minute == "*":
        return "Every minute"
    if minute.isdecimal():
        return f"Every hour at minute {int(minute)}"
    step = minute.removeprefix("*/")
    return f"Every {step} minutes" if step.isdecimal() and step != minute and 60 % int(step or 1) == 0 else None


def _say_days(day: str, weekday: str) -> str | None:
    if weekday == "*":
        if day == "*":
            return "Every day"
        return f"On day {int(day)} of every month" if day.isdecimal() else None
    if day != "*":
        return None
    if weekday.lower() in ("1-5", "mon-fri"):
        return "Every weekday"
    return f"Every {_DAYS[int(weekday)]}" if weekday in "01234567" and len(weekday) == 1 else None

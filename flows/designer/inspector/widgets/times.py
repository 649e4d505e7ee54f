"""Widgets of time: a duration as a number and a unit, an instant as a day, a time and a zone."""

from __future__ import annotations

import re
from typing import Any

from flows.definition.expressions import is_expression
from flows.definition.kind import Setting
from flows.definition.model import JSON
from flows.designer.inspector.widgets.base import Facts, Option, Parts, Unfit, Unreadable
from flows.designer.inspector.widgets.plain import read_number
from integrator.lib.clock import ClockError, parse_duration, parse_instant
from integrator.lib.working_budget import parse_working

UNITS = {"S": "seconds", "M": "minutes", "H": "hours", "D": "days", "W": "weeks", "": "as written (ISO 8601)"}
MEANING = "Elapsed time runs through nights and weekends; working time follows the team’s calendar."
_SMALLER = {"W": ("D", 7), "D": ("H", 24), "H": ("M", 60), "M": ("S", 60)}
_ONE = re.compile(r"P(?:(?P<long>\d+)(?P<longs>[DW])|T(?P<short>\d+(?:\.\d+)?(?=S)|\d+)(?P<shorts>[HMS]))\Z", re.ASCII)
_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}:\d{2}(?:\.\d+)?)(Z|[+-]\d{2}:\d{2}))?\Z", re.ASCII)


class Duration:
    """``P2D`` as 2 days; working time where the value says so."""

    template, is_group, takes_expression = "duration", True, False

    def fill(self, setting: Setting, value: JSON) -> dict[str, str]:
        """Number, unit, and how it is counted."""
        counted = "elapsed"
        if isinstance(value, dict) and set(value) == {"working"}:
            value, counted = value["working"], "working"
        if value is None:
            return {"number": "", "unit": "D"}
        if not isinstance(value, str) or is_expression(value):
            raise Unfit
        match = _ONE.match(value)
        if match is None:
            return {"number": value, "unit": "", "counted": counted}
        return {
            "number": match["long"] or match["short"],
            "unit": match["longs"] or match["shorts"],
            "counted": counted,
        }

    def read(self, setting: Setting, parts: Parts, facts: Facts) -> JSON:
        """The ISO 8601 text."""
        typed = parts.get("number", "").strip()
        if not typed:
            return None
        unit = parts.get("unit", "")
        text = typed.upper() if not unit or typed[:1] in "pP" else _write(typed, unit)
        is_working = parts.get("counted") == "working"
        try:
            parse_working(text) if is_working else parse_duration(text)
        except ClockError as error:
            raise Unreadable(error.message, "number") from error
        return {"working": text} if is_working else text

    def show(self, setting: Setting, parts: Parts, facts: Facts) -> dict[str, Any]:
        """The inputs; working time where the step can count it, by the team's calendar."""
        unit = parts.get("unit", "D")
        units = [Option(value=key, label=words) for key, words in UNITS.items() if key or not unit]
        return {
            "number": parts.get("number", ""),
            "unit": unit,
            "units": units,
            "counted": parts.get("counted", "elapsed"),
            "is_working": parts.get("counted") == "working",
            "can_work": not setting.literal,
            "meaning": "" if setting.literal else MEANING,
        }


def _write(typed: str, unit: str) -> str:
    number = read_number(typed, "number")
    if number is None or number < 0 or unit not in UNITS:
        raise Unreadable(f"“{typed}” is no length of time. Type a number such as 2.", "number")
    if typed.isdecimal():
        return f"P{typed}{unit}" if unit in "DW" else f"PT{typed}{unit}"
    while unit in _SMALLER and number != int(number):
        unit, times = _SMALLER[unit]
        number = round(number * times, 6)
    text = f"{int(number)}" if number == int(number) else f"{number:f}".rstrip("0")
    return f"P{text}{unit}" if unit in "DW" else f"PT{text}{unit}"


class Instant:
    """A day, and if need be a time with its zone."""

    template, is_group, takes_expression = "instant", True, False

    def fill(self, setting: Setting, value: JSON) -> dict[str, str]:
        """Day, time and zone."""
        if value is None:
            return {"date": "", "time": "", "zone": "Z"}
        match = _INSTANT.match(value) if isinstance(value, str) else None
        if match is None:
            raise Unfit
        return {"date": match[1], "time": (match[2] or "").removesuffix(":00"), "zone": match[3] or "Z"}

    def read(self, setting: Setting, parts: Parts, facts: Facts) -> JSON:
        """The RFC 3339 text, or the day alone."""
        date, time = parts.get("date", "").strip(), parts.get("time", "").strip()
        if not date and not time:
            return None
        if not date:
            raise Unreadable("Choose the day as well.", "date")
        if time and time.count(":") == 1:
            time = f"{time}:00"
        zone = parts.get("zone", "").strip() or "Z"
        text = f"{date}T{time}{zone}" if time else date
        try:
            parse_instant(text if time else f"{date}T00:00:00Z")
        except ClockError as error:
            raise Unreadable(error.message, "time" if time else "date") from error
        return text

    def show(self, setting: Setting, parts: Parts, facts: Facts) -> dict[str, Any]:
        """The three inputs."""
        return {"date": parts.get("date", ""), "time": parts.get("time", ""), "zone": parts.get("zone", "Z")}


DURATION, INSTANT = Duration(), Instant()

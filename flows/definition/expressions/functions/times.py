"""Functions on moments. The time is the evaluation's own; nothing here reads a clock."""

from __future__ import annotations

import datetime as dt
import types
from typing import Any

import re2
from jsonata import datetimeutils
from jsonata.datetimeutils import DateTimeUtils

from ..errors import FailedExpression
from .builtin import Functions, Runtime
from .numeric import check_picture

FUNCTIONS = Functions()

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_WIDTHS = re2.compile(r"\[[^\]]*,([^\],]*)\]")
_LONG_NUMBER = re2.compile(r"[0-9]{3,}")
_MAX_PICTURE_MARKERS = 32


@FUNCTIONS.define("now", "s? s?")
def now(runtime: Runtime, picture: str | None, timezone: str | None) -> str:
    """The moment of the evaluation in ISO 8601 with milliseconds and Z, or by picture and offset ("+0200")."""
    if runtime.now.tzinfo is None:
        raise FailedExpression("The moment of the evaluation has no time zone")
    if picture is None and timezone is None:
        return runtime.now.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return _written(millis(runtime), picture, timezone)


@FUNCTIONS.define("millis", "")
def millis(runtime: Runtime) -> int:
    """The moment of the evaluation in milliseconds since 1970."""
    return (runtime.now - _EPOCH) // dt.timedelta(milliseconds=1)


@FUNCTIONS.define("fromMillis", "n- s? s?")
def from_millis(_: Runtime, value: float, picture: str | None, timezone: str | None) -> str:
    """A moment as text, by a picture of XPath F&O 3.1 §9.8 or in ISO 8601, in UTC or at an offset ("+0200")."""
    return _written(value, picture, timezone)


def _written(value: float, picture: str | None, timezone: str | None) -> str:
    if picture is not None:
        _check_moment_picture(picture)
    try:
        return str(DateTimeUtils.format_datetime(int(value), picture, timezone))
    except Exception as error:
        raise FailedExpression("The moment cannot be written like this; check number, picture and offset") from error


@FUNCTIONS.define("toMillis", "s- s?")
def to_millis(runtime: Runtime, text: str, picture: str | None) -> int | None:
    """The milliseconds since 1970 of a moment in ISO 8601 (UTC without an offset), or written by a picture."""
    check_picture(text)
    if picture is not None:
        _check_moment_picture(picture)
    try:
        moment = _parse_iso(text) if picture is None else _parse_by_picture(runtime, text, picture)
    except Exception as error:
        raise FailedExpression(
            "$toMillis(…) needs a date such as 2026-03-14T09:30:00Z, but this text is none, or none by its picture"
        ) from error
    return moment


def _parse_iso(text: str) -> int:
    moment = dt.datetime(int(text), 1, 1) if text.isdecimal() else dt.datetime.fromisoformat(text)  # noqa: DTZ001
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return (moment - _EPOCH) // dt.timedelta(milliseconds=1)


def _check_moment_picture(picture: str) -> None:
    check_picture(picture)
    if picture.count("[") > _MAX_PICTURE_MARKERS:
        raise FailedExpression(f"A picture of a moment has at most {_MAX_PICTURE_MARKERS} markers")
    for found in _WIDTHS.finditer(picture):
        if _LONG_NUMBER.search(found.group(1)):  # the library would pad to any width
            raise FailedExpression("A width in a picture has at most two digits")


class _EscapingPictures(DateTimeUtils):  # type: ignore[misc]  # the library has no types
    """The library's pictures, with the literal parts escaped, which it forgets."""

    @staticmethod
    def _generate_regex(format_spec: Any) -> Any:
        for part in format_spec.parts:
            if part.type == "literal":
                part.value = re2.escape(part.value)
        return DateTimeUtils._generate_regex(format_spec)


class _LinearTime:
    """Stands in for Python's `re` in the library's parser, which compiles a pattern from the author's picture."""

    IGNORECASE = 0

    @staticmethod
    def compile(pattern: str, _flags: int) -> Any:
        return re2.compile(f"(?i){pattern}")


def _parse_by_picture(runtime: Runtime, text: str, picture: str) -> int | None:
    class Moment(dt.datetime):
        @classmethod
        def utcnow(cls) -> Any:
            return runtime.now.astimezone(dt.UTC)

    surroundings = {
        **vars(datetimeutils),
        "re": _LinearTime,
        "DateTimeUtils": _EscapingPictures,
        "datetime": types.SimpleNamespace(datetime=Moment, timedelta=dt.timedelta, timezone=dt.timezone),
    }
    parse = types.FunctionType(DateTimeUtils.parse_datetime.__code__, surroundings)
    result: int | None = parse(text, picture)
    return result

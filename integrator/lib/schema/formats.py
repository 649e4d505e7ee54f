"""Owns the texts with a form (`format:`) and patterns in linear time. Formats it does not know are not checked."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Protocol, cast
from urllib.parse import urlsplit

import re2
from jsonschema import FormatChecker

from integrator.lib.clock import ClockError, parse_instant

# JavaScript writes a character as \u00e9 or \u{e9}, RE2 as \x{e9}. The first group keeps escaped backslashes together.
_JS_ESCAPE = re.compile(r"((?:\\\\)+)|\\u([0-9a-fA-F]{4})|\\u\{([0-9a-fA-F]{1,6})\}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*")


class Pattern(Protocol):
    """A compiled pattern; `search` gives None where it is nowhere in the text."""

    def search(self, text: str) -> object: ...


class PatternError(ValueError):
    """A pattern cannot be used; the message says why."""


@lru_cache(maxsize=512)
def compile_pattern(text: str) -> Pattern:
    """Compile a pattern on RE2, which takes time linear in the text whatever the pattern.

    Raises PatternError for one it has no linear way for: look-ahead, look-behind, back references.
    """
    options = re2.Options()
    options.log_errors = False
    try:
        return cast(Pattern, re2.compile(_JS_ESCAPE.sub(_to_re2, text), options))
    except (re2.error, UnicodeError) as error:
        raise PatternError("patterns with look-around or back references, or with a mistake, are not taken") from error


def _to_re2(match: re.Match[str]) -> str:
    return match[1] or f"\\x{{{match[2] or match[3]}}}"


def is_date(text: str) -> bool:
    """Whether `text` is a full-date of RFC 3339 that the calendar has."""
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_date_time(text: str) -> bool:
    """Whether `text` is a date-time of RFC 3339 with its zone."""
    try:
        parse_instant(text)
    except ClockError:
        return False
    return True


def is_email(text: str) -> bool:
    """Whether `text` is a plain address (RFC 5321 without quoted local parts and address literals)."""
    local, _, domain = text.rpartition("@")
    return len(local) <= 64 and len(domain) <= 253 and _EMAIL.fullmatch(text) is not None


def is_uri(text: str) -> bool:
    """Whether `text` is a URI with a scheme (RFC 3986); http and https also need a host."""
    if not _URI.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return bool(parts.hostname) if parts.scheme in ("http", "https") else len(text) > len(parts.scheme) + 1


def is_uuid(text: str) -> bool:
    """Whether `text` is a UUID in the usual spelling (RFC 9562, section 4)."""
    return _UUID.fullmatch(text) is not None


FORMATS: dict[str, Callable[[str], bool]] = {
    "date": is_date,
    "date-time": is_date_time,
    "email": is_email,
    "uri": is_uri,
    "uuid": is_uuid,
}


def _for_texts_only(check: Callable[[str], bool]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or check(value)


CHECKER = FormatChecker(formats=())
for _name, _check in FORMATS.items():
    CHECKER.checks(_name)(_for_texts_only(_check))

"""Regular expressions of expressions, on google-re2: time linear in the text, where Python's `re` may never end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import re2

from .errors import InvalidExpression, LimitExceeded

if TYPE_CHECKING:
    from jsonata.regex_engine import RegexFlags

    from .bounds import Bounds

MAX_PROGRAM_TIMES_CHARS = 20_000_000  # about 100 ms in RE2's slowest matcher, 200 M steps a second when measured

MAX_REPEATS_TIMES_CHARS = 100_000  # compiling many large {m,n} took 47 s when tried; this much takes milliseconds

_REPEAT = re2.compile(r"\{([0-9]{1,4})(?:,([0-9]{0,4}))?\}")
_UNICODE_ESCAPE = re2.compile(r"\\(\\|u([0-9A-Fa-f]{4}))")


def compile_regex(pattern: str, flags: RegexFlags) -> Any:
    """The compiled RE2 pattern for a JSONata literal; look-around and back-references are refused."""
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not flags.case_insensitive
    repeats = sum(int(count) for found in _REPEAT.finditer(pattern) for count in found.groups() if count)
    if repeats * len(pattern) > MAX_REPEATS_TIMES_CHARS:
        raise InvalidExpression("The regular expression repeats too much with {…}; use smaller counts, * or +")
    portable = _UNICODE_ESCAPE.sub(_portable_escape, pattern)
    try:
        return re2.compile(f"(?m){portable}" if flags.multiline else portable, options)
    except re2.error as error:
        reason = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        raise InvalidExpression(f"The regular expression /{pattern}/ cannot be used: {reason}") from error


def _portable_escape(match: Any) -> str:
    return match.group(0) if match.group(2) is None else f"\\x{{{match.group(2)}}}"


def find_matches(pattern: Any, text: str, bounds: Bounds) -> Iterator[Any]:
    """Matches from left to right, each paid for in time; LimitExceeded when pattern and text are too big together."""
    if pattern.programsize * len(text) > MAX_PROGRAM_TIMES_CHARS:
        raise LimitExceeded("The text is too long for this regular expression; use a simpler one or a shorter text")
    for match in pattern.finditer(text):
        bounds.tick()
        yield match

"""Owns JSON at every door: what is accepted as JSON and the one canonical text of a value.

Must not know where a text came from. Errors: `StrictJSONError` (code `json.invalid`, never retryable).
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from itertools import accumulate
from typing import TypeAlias

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"

MAX_DEPTH = 64
MAX_DIGITS = 1_000

_MAX_INT = int(sys.float_info.max)
_LARGEST_SAFE_RUN = 308  # a number of at most this many characters and no exponent fits a double
_NUMBER_CHARS = bytes(0x30 if chr(i) in "0123456789.eE+-" else 0x20 for i in range(256))
_LONG_NUMBER = b"0" * (_LARGEST_SAFE_RUN + 1)
# The closing quote is optional so that the pattern never fails: one pass, whatever is thrown at it.
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_NO_BRACKETS = bytes(i for i in range(256) if chr(i) not in "[]{}")
_FAULTS = (
    ("Expecting value", "a value is missing here, or a text without its double quotes stands here"),
    ("Expecting property name", "a name in double quotes is missing here"),
    ("Expecting ','", "a comma is missing before this"),
    ("Expecting ':'", "a colon is missing between name and value"),
    ("Extra data", "something stands behind the end of the value"),
    ("Unterminated string", "the text that begins here has no closing quote"),
    ("Invalid control character", "a line break or tab stands in a text; write it as \\n or \\t"),
    ("Invalid \\escape", "a single backslash stands in a text; write it twice"),
    ("Illegal trailing comma", "the comma before the end is one too many"),
)
_OPENING = frozenset(b"[{")


class StrictJSONError(ValueError):
    """A text or value is not JSON as this product takes it.

    `message` is safe to show; `pointer` (RFC 6901) names the place, "" where the text does not parse at all.
    """

    code = "json.invalid"
    retryable = False

    def __init__(self, message: str, pointer: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.pointer = pointer
        self.details: dict[str, str] = {"pointer": pointer}


def parse(raw: bytes | str, *, max_depth: int = MAX_DEPTH) -> JSON:
    """Parse `raw` (RFC 8259, UTF-8 without a byte order mark); integers stay exact.

    Refuses NaN and Infinity, numbers beyond double range or over 1,000 digits, NUL, lone surrogates, duplicate
    keys, more than `max_depth` levels and anything behind the value. Raises StrictJSONError.
    """
    data, text = _both_forms(raw)
    if text.startswith("\ufeff"):
        raise StrictJSONError("The text begins with a byte order mark; send UTF-8 without one.")
    _refuse_depth(data, max_depth)
    long_numbers = len(data) > _LARGEST_SAFE_RUN and _LONG_NUMBER in data.translate(_NUMBER_CHARS)
    try:
        value: JSON = (_SLOW if long_numbers else _FAST)(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise StrictJSONError(f"This is not valid JSON at {where}: {_say_fault(error.msg)}.") from error
    if "\\u0000" in text or "\\ud" in text or "\\uD" in text:
        check(value, max_depth=max_depth)
    return value


def _say_fault(message: str) -> str:
    """The parser's words for people; its own where they are of a later Python."""
    return next((words for start, words in _FAULTS if message.startswith(start)), message)


def check(value: object, *, max_depth: int = MAX_DEPTH) -> None:
    """Hold an already parsed value to the rules of `parse`. Raises StrictJSONError with the pointer of the fault."""
    if isinstance(value, dict | list):
        _check_container(value, max_depth)
    else:
        _check_scalar(value)


def dumps_canonical(value: object) -> str:
    """Write `value` with sorted keys, no white space and no escapes beyond what JSON needs.

    Equal values give equal texts (1 and 1.0 stay apart). Raises StrictJSONError for NaN, Infinity and foreign types.
    """
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise StrictJSONError(f"This value cannot be written as JSON: {error}.") from error


def escape_pointer(token: str | int) -> str:
    """Escape one reference token of a JSON pointer (RFC 6901, section 3)."""
    return str(token).replace("~", "~0").replace("/", "~1")


def _both_forms(raw: bytes | str) -> tuple[bytes, str]:
    try:
        return (raw.encode(), raw) if isinstance(raw, str) else (bytes(raw), bytes(raw).decode())
    except UnicodeDecodeError as error:
        raise StrictJSONError(f"The text is not UTF-8 (byte {error.start}).") from error
    except UnicodeEncodeError as error:
        raise StrictJSONError("The text holds half a character (a lone surrogate).") from error


def _refuse_depth(data: bytes, max_depth: int) -> None:
    """Count brackets outside strings before the parser recurses into them."""
    if data.count(b"[") + data.count(b"{") <= max_depth:
        return
    brackets = _STRING.sub(b"", data).translate(None, _NO_BRACKETS)
    deepest = max(accumulate(1 if byte in _OPENING else -1 for byte in brackets), default=0)
    if deepest > max_depth:
        raise StrictJSONError(f"The value is nested deeper than {max_depth} levels.")


def _refuse_constant(name: str) -> JSON:
    raise StrictJSONError(f"{name} is not a JSON number.")


def _unique_keys(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise StrictJSONError(f"The key {twice[:80]!r} stands twice in one object.")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if number - number != 0:
        raise StrictJSONError("A number is beyond the range of a double (about 1.8e308).")
    return number


def _short_float(text: str) -> float:
    _refuse_digits(text)
    return _finite(text)


def _short_int(text: str) -> int:
    _refuse_digits(text)
    number = int(text)
    _refuse_big_int(number)
    return number


def _refuse_digits(text: str) -> None:
    if sum(map(str.isdigit, text)) > MAX_DIGITS:
        raise StrictJSONError(f"A number has more than {MAX_DIGITS:,} digits.")


def _refuse_big_int(number: int) -> None:
    if not -_MAX_INT <= number <= _MAX_INT:
        raise StrictJSONError("A number is beyond the range of a double (about 1.8e308).")


_Decode: TypeAlias = Callable[[str], JSON]
_FAST: _Decode = json.JSONDecoder(
    object_pairs_hook=_unique_keys, parse_constant=_refuse_constant, parse_float=_finite
).decode
_SLOW: _Decode = json.JSONDecoder(
    object_pairs_hook=_unique_keys, parse_constant=_refuse_constant, parse_float=_short_float, parse_int=_short_int
).decode


def _check_container(value: dict[object, object] | list[object], levels: int) -> None:
    if levels <= 0:
        raise StrictJSONError("The value is nested too deeply.")
    members = value.items() if isinstance(value, dict) else enumerate(value)
    keyed = isinstance(value, dict)
    for key, member in members:
        try:
            if keyed:
                _check_key(key)
            if isinstance(member, dict | list):
                _check_container(member, levels - 1)
            else:
                _check_scalar(member)
        except StrictJSONError as error:
            raise StrictJSONError(error.message, f"/{escape_pointer(str(key))}{error.pointer}") from error


def _check_key(key: object) -> None:
    if not isinstance(key, str):
        raise StrictJSONError("The keys of an object must be texts.")
    _check_text(key)


def _check_scalar(value: object) -> None:
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, float):
        if value - value != 0:
            raise StrictJSONError("A number must be finite.")
    elif isinstance(value, int):
        _refuse_big_int(value)
    elif value is not None:
        raise StrictJSONError(f"{type(value).__name__} is no JSON type.")


def _check_text(text: str) -> None:
    if "\0" in text:
        raise StrictJSONError("A text holds the character NUL.")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise StrictJSONError("A text holds half a character (a lone surrogate).") from error

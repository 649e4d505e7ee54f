"""The border between plain JSON and what the interpreter works on, and questions about such values.

Inside, JSON null is NULL and Python's None means undefined; sequences are the library's own lists.
"""

from __future__ import annotations

import json
from json.encoder import encode_basestring
from typing import Any

from jsonata.functions import Functions
from jsonata.jsonata import Jsonata
from jsonata.utils import Utils

from .bounds import ITEM_BYTES, MAX_RESULT_BYTES, MAX_RESULT_DEPTH, Bounds
from .errors import FailedExpression, LimitExceeded
from .numbers import number_text, shorten, tidy

NULL = Utils.NULL_VALUE

_SCALARS: set[type] = {str, int, float, bool}
_SHORT_INT = 2**63
KIND_NAMES = {"s": "text", "n": "a number", "b": "true or false", "a": "a list", "o": "an object", "l": "null"}


def to_internal(value: Any) -> Any:
    """A deep copy of plain JSON in which null is NULL; the interpreter may keep and change it."""
    if value is None:
        return NULL
    if isinstance(value, dict):
        return {key: to_internal(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        if set(map(type, value)) <= _SCALARS:
            return list(value)
        return [to_internal(item) for item in value]
    return value


def clone(value: Any, bounds: Bounds) -> Any:
    """A deep copy of an internal value, paid for as it grows."""
    if isinstance(value, dict):
        bounds.spend(ITEM_BYTES * len(value))
        return {key: clone(member, bounds) for key, member in value.items()}
    if isinstance(value, list):
        bounds.spend(ITEM_BYTES * len(value))
        return [clone(item, bounds) for item in value]
    return value


def to_json(value: Any, bounds: Bounds | None = None) -> Any:
    """A fresh plain JSON copy of a result, at most 1 MiB as JSON text; raises LimitExceeded or FailedExpression.

    With `bounds` the time of an evaluation counts too: its values may be shared a million times over.
    """
    if value is True or value is False:
        return value
    if type(value) is int and -_SHORT_INT < value < _SHORT_INT:
        return value
    return _JsonCopy(bounds).copy(value, MAX_RESULT_DEPTH)


def is_function(value: Any) -> bool:
    """True for lambdas, built-ins and regular expressions."""
    if value is None or isinstance(value, (str, int, float, list, dict)):
        return False
    return isinstance(value, Jsonata.JFunctionCallable) or Functions.is_lambda(value) or Functions.is_regex(value)


class _JsonCopy:
    """One copy under way, with the bytes it may still take."""

    __slots__ = ("_bounds", "_left_bytes")

    def __init__(self, bounds: Bounds | None) -> None:
        self._bounds = bounds
        self._left_bytes = MAX_RESULT_BYTES

    def copy(self, value: Any, depth: int) -> Any:
        if isinstance(value, (dict, list)):
            if depth <= 0:
                raise LimitExceeded(f"The result is nested deeper than {MAX_RESULT_DEPTH} levels")
            if self._bounds is not None:
                self._bounds.tick()
            self._pay(2 * len(value) + 2 if isinstance(value, dict) else len(value) + 2)
            if isinstance(value, dict):
                return {self._text(key): self.copy(member, depth - 1) for key, member in value.items()}
            return self._integers(value) or [self.copy(item, depth - 1) for item in value]
        if isinstance(value, str):
            return self._text(value)
        return self._scalar(value)

    def _scalar(self, value: Any) -> Any:
        if value is None or value is NULL or isinstance(value, bool):
            self._pay(4)
            return None if value is NULL else value
        if isinstance(value, (int, float)):
            self._pay(len(str(value)) if isinstance(value, float) else value.bit_length() * 3 // 10 + 1)
            tidy(value)
            return value
        raise FailedExpression("The result is a function; call it with (…) or leave it out")

    def _integers(self, items: list[Any]) -> list[int] | None:
        """The copy of a list of nothing but short integers, the one sort of list that is often very long."""
        if set(map(type, items)) != {int} or not -_SHORT_INT < min(items) <= max(items) < _SHORT_INT:
            return None
        self._pay(len(str(items)) - 2 * len(items))
        return list(items)

    def _pay(self, size_bytes: int) -> None:
        self._left_bytes -= size_bytes
        if self._left_bytes < 0:
            raise LimitExceeded("The result is larger than 1 MiB; keep only what the step needs")

    def _text(self, text: str) -> str:
        if "\x00" in text:
            raise FailedExpression("The result holds a NUL character; remove it with $replace")
        if not text.isascii():
            text = _well_formed(text)
            self._pay(len(encode_basestring(text).encode()))
        else:
            self._pay(len(encode_basestring(text)) if len(text) < MAX_RESULT_BYTES else len(text))
        return text


def _well_formed(text: str) -> str:
    """The text with surrogate pairs (as `\\ud83d\\ude00` in a literal) joined; a lone surrogate fails."""
    try:
        text.encode()
        return text
    except UnicodeEncodeError:
        try:
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError as error:
            raise FailedExpression("The result holds half a character (a lone surrogate)") from error


def text_of(value: Any, bounds: Bounds, *, pretty: bool = False) -> str:
    """The text `&` and $string give: texts unchanged, integers with every digit, the rest as JSON; functions are ""."""
    if isinstance(value, str):
        return value
    if value is NULL:
        return "null"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number_text(value)
    if is_function(value):
        return ""
    plain = _tidy_numbers(to_json(value, bounds))
    if pretty:
        return json.dumps(plain, ensure_ascii=False, indent=2)
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def _tidy_numbers(value: Any) -> Any:
    if isinstance(value, float):
        return tidy(shorten(value))
    if isinstance(value, dict):
        return {key: _tidy_numbers(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_tidy_numbers(item) for item in value]
    return value


def kind_letter(value: Any) -> str:
    """s n b a o f for the JSONata types, l for null, m for undefined."""
    if value is None:
        return "m"
    if isinstance(value, str):
        return "s"
    if isinstance(value, bool):
        return "b"
    if isinstance(value, (int, float)):
        return "n"
    if isinstance(value, list):
        return "a"
    if isinstance(value, dict):
        return "o"
    return "l" if value is NULL else "f"


def kind_name(value: Any) -> str:
    """What a person calls the type of a value, for messages: "text", "a list" …"""
    return KIND_NAMES.get("l" if value is None else kind_letter(value), "a function")


def is_true(value: Any, bounds: Bounds) -> bool:
    """JSONata's effective boolean; undefined, null, 0, "", {}, functions and lists with nothing true are false."""
    if isinstance(value, list):
        bounds.tick()
        return any(is_true(item, bounds) for item in value)
    if isinstance(value, (bool, int, float, str, dict)):
        return bool(value)
    return False


def deep_equal(left: Any, right: Any, bounds: Bounds) -> bool:
    """Equality of JSON values: integers exactly, 1 equals 1.0, true never equals 1."""
    if isinstance(left, list) and isinstance(right, list):
        bounds.tick()
        return len(left) == len(right) and all(deep_equal(a, b, bounds) for a, b in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        bounds.tick()
        return left.keys() == right.keys() and all(deep_equal(left[key], right[key], bounds) for key in left)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, (int, float, str)) and isinstance(right, (int, float, str)):
        return left == right
    return left is right


def hash_key(value: Any, bounds: Bounds) -> Any:
    """A hashable stand-in that is equal exactly when deep_equal says so."""
    if isinstance(value, list):
        bounds.spend(ITEM_BYTES * len(value))
        return ("a", *(hash_key(item, bounds) for item in value))
    if isinstance(value, dict):
        bounds.spend(ITEM_BYTES * len(value))
        return ("o", frozenset((key, hash_key(member, bounds)) for key, member in value.items()))
    return (kind_letter(value), value if isinstance(value, (str, int, float)) else id(value))

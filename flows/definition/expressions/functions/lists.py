"""Functions on lists and objects, and on values of any type. Anything that walks values pays as it goes."""

from __future__ import annotations

from typing import Any

from jsonata.utils import Utils

from ..bounds import ITEM_BYTES
from ..errors import FailedExpression
from ..values import hash_key, kind_letter
from .builtin import Functions, Runtime

FUNCTIONS = Functions()

_TYPE_NAMES = {
    "s": "string", "n": "number", "b": "boolean", "a": "array", "o": "object", "l": "null", "f": "function",
}  # fmt: skip


@FUNCTIONS.define("count", "a", lenient=True)
def count(_: Runtime, values: list[Any] | None) -> int:
    """How many items; 0 for nothing."""
    return 0 if values is None else len(values)


@FUNCTIONS.define("exists", "x", lenient=True)
def exists(_: Runtime, value: Any) -> bool:
    """Whether there is a value; null is one."""
    return value is not None


@FUNCTIONS.define("default", "x x", lenient=True)
def default(_: Runtime, value: Any, otherwise: Any) -> Any:
    """The value, or the other one where it is missing; null is a value."""
    return otherwise if value is None else value


@FUNCTIONS.define("type", "x")
def type_name(_: Runtime, value: Any) -> str:
    """string, number, boolean, array, object, function or null."""
    return _TYPE_NAMES[kind_letter(value)]


@FUNCTIONS.define("append", "x x", lenient=True)
def append(runtime: Runtime, first: Any, second: Any) -> Any:
    """Both as one list; a missing one is left out."""
    if first is None or second is None:
        return second if first is None else first
    joined = Utils.JList()
    for value in (first, second):
        items = value if isinstance(value, list) else [value]
        runtime.bounds.spend(ITEM_BYTES * len(items))
        joined.extend(items)
    joined.sequence = not isinstance(first, list)
    return joined


@FUNCTIONS.define("reverse", "a")
def reverse(_: Runtime, values: list[Any]) -> list[Any]:
    """The items from last to first."""
    return values[::-1]


@FUNCTIONS.define("shuffle", "a")
def shuffle(runtime: Runtime, values: list[Any]) -> list[Any]:
    """The items in random order."""
    return runtime.random.sample(values, len(values))


@FUNCTIONS.define("distinct", "x")
def distinct(runtime: Runtime, values: Any) -> Any:
    """Each different item once, where it came first."""
    if not isinstance(values, list):
        return values
    seen: set[Any] = set()
    kept = Utils.create_sequence() if isinstance(values, Utils.JList) else []
    for item in values:
        runtime.bounds.tick()
        key = hash_key(item, runtime.bounds)
        if key not in seen:
            seen.add(key)
            kept.append(item)
    return kept


@FUNCTIONS.define("zip", "a+", lenient=True)
def zip_lists(_: Runtime, *columns: list[Any] | None) -> list[Any]:
    """Rows from columns, as many as the shortest has."""
    present = [column for column in columns if column is not None]
    return [list(row) for row in zip(*present, strict=False)] if len(present) == len(columns) else []


@FUNCTIONS.define("keys", "x-")
def keys(runtime: Runtime, value: Any) -> Any:
    """The member names of an object, or of all objects in a list."""
    found: dict[str, None] = {}
    _collect_keys(runtime, value, found)
    return Utils.create_sequence_from_iter(found)


def _collect_keys(runtime: Runtime, value: Any, found: dict[str, None]) -> None:
    if isinstance(value, dict):
        found.update(dict.fromkeys(value))
    elif isinstance(value, list):
        for item in value:
            runtime.bounds.tick()
            _collect_keys(runtime, item, found)


@FUNCTIONS.define("lookup", "x- s")
def lookup(runtime: Runtime, value: Any, key: str) -> Any:
    """The member of that name, of an object or of each object in a list."""
    return runtime.lookup(value, key)


@FUNCTIONS.define("spread", "x-")
def spread(runtime: Runtime, value: Any) -> Any:
    """An object (or each in a list) as a list of objects with one member each."""
    if not isinstance(value, (dict, list)):
        return value
    parts: list[Any] = []
    _spread_into(runtime, value, parts)
    return Utils.create_sequence_from_iter(parts)


def _spread_into(runtime: Runtime, value: Any, parts: list[Any]) -> None:
    if isinstance(value, dict):
        runtime.bounds.spend(256 * len(value))
        parts.extend({key: member} for key, member in value.items())
    elif isinstance(value, list):
        for item in value:
            runtime.bounds.tick()
            _spread_into(runtime, item, parts)
    else:
        parts.append(value)


@FUNCTIONS.define("merge", "a<o>")
def merge(runtime: Runtime, values: list[dict[str, Any]]) -> dict[str, Any]:
    """One object with the members of all; the last one wins."""
    merged: dict[str, Any] = {}
    for value in values:
        runtime.bounds.spend(ITEM_BYTES * len(value))
        merged.update(value)
    return merged


@FUNCTIONS.define("clone", "ao-")
def same(_: Runtime, value: Any) -> Any:
    """The value itself: nothing an expression does can change one."""
    return value


@FUNCTIONS.define("error", "s?")
def fail(_: Runtime, message: str | None) -> None:
    """Fails with the author's message."""
    raise FailedExpression(message or "The expression called $error")


@FUNCTIONS.define("assert", "b s?")
def check(_: Runtime, condition: bool, message: str | None) -> None:
    """Fails with the author's message unless the condition is true; gives nothing otherwise."""
    if not condition:
        raise FailedExpression(message or "An $assert of the expression does not hold")

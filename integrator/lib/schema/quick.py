"""Owns the quick check of common schemas: a plain function that says "certainly valid" or "look closer".

It never says "valid" where jsonschema would find a fault; it may look closer for nothing. Holds no words for faults.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from integrator.lib.schema.formats import FORMATS, compile_pattern
from integrator.lib.schema.keywords import KNOWN_KEYWORDS

Check = Callable[[Any], bool]

_ALL: frozenset[type] = frozenset({dict, list, str, int, float, bool, type(None)})
# A float that is a whole number is an "integer" too; that rare case is left to jsonschema.
_PYTHON_TYPES: dict[str, frozenset[type]] = {
    "object": frozenset({dict}),
    "array": frozenset({list}),
    "string": frozenset({str}),
    "integer": frozenset({int}),
    "number": frozenset({int, float}),
    "boolean": frozenset({bool}),
    "null": frozenset({type(None)}),
}
_HANDLED = frozenset(
    {
        *("type", "enum", "const", "required", "properties", "additionalProperties", "items", "minItems", "maxItems"),
        *("minLength", "maxLength", "pattern", "format"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    }
)


class _NotSimpleError(Exception):
    """The schema uses a keyword that this module leaves to jsonschema."""


def compile_quick(schema: Any) -> Check | None:
    """Give the quick check of a schema that `references.check_schema` has passed, or None where there is none."""
    try:
        return _compile(schema)
    except _NotSimpleError:
        return None


def _compile(schema: Any) -> Check:
    if schema is True:
        return _anything
    if schema is False:
        return _nothing
    if set(schema) & KNOWN_KEYWORDS - _HANDLED:
        raise _NotSimpleError
    types = _allowed_types(schema)
    by_type: dict[type, Check] = {}
    for python_types, build in (
        ((dict,), _object_check),
        ((list,), _list_check),
        ((str,), _text_check),
        ((int, float), _number_check),
    ):
        check = build(schema)
        if check is not None:
            by_type.update(dict.fromkeys(python_types, check))
    if types == _ALL and not by_type:
        return _anything

    def check_value(value: Any) -> bool:
        kind = type(value)
        if kind not in types:
            return False
        check = by_type.get(kind)
        return check is None or check(value)

    return check_value


def _anything(value: Any) -> bool:
    return True


def _nothing(value: Any) -> bool:
    return False


def _allowed_types(schema: dict[str, Any]) -> frozenset[type]:
    types: frozenset[type] = _ALL
    if "type" in schema:
        names = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        types = frozenset(python_type for name in names for python_type in _PYTHON_TYPES[name])
    if "enum" in schema or "const" in schema:
        types &= frozenset({str})
    return types


def _object_check(schema: dict[str, Any]) -> Check | None:
    required: tuple[str, ...] = tuple(schema.get("required", ()))
    members = {name: _compile(child) for name, child in schema.get("properties", {}).items()}
    others = _compile(schema.get("additionalProperties", True))
    if others is not _anything:
        return _closed_object(required, members, others)
    telling = tuple((name, check) for name, check in members.items() if check is not _anything)
    return _open_object(required, telling) if required or telling else None


def _open_object(required: tuple[str, ...], telling: tuple[tuple[str, Check], ...]) -> Check:
    def check(value: dict[str, Any]) -> bool:
        for name in required:
            if name not in value:
                return False
        for name, member in telling:  # noqa: SIM110 - a generator makes the whole check a third slower
            if name in value and not member(value[name]):
                return False
        return True

    return check


def _closed_object(required: tuple[str, ...], members: dict[str, Check], others: Check) -> Check:
    def check(value: dict[str, Any]) -> bool:
        for name in required:
            if name not in value:
                return False
        return all(members.get(name, others)(member) for name, member in value.items())

    return check


def _list_check(schema: dict[str, Any]) -> Check | None:
    shortest, longest = schema.get("minItems", 0), schema.get("maxItems", float("inf"))
    item = _compile(schema.get("items", True))
    if item is _anything and not schema.keys() & {"minItems", "maxItems"}:
        return None
    return lambda value: shortest <= len(value) <= longest and all(map(item, value))


def _text_check(schema: dict[str, Any]) -> Check | None:
    checks: list[Check] = []
    if "enum" in schema:
        choices = frozenset(choice for choice in schema["enum"] if isinstance(choice, str))
        checks.append(choices.__contains__)
    if "const" in schema:
        checks.append(lambda value, only=schema["const"]: value == only)  # type: ignore[misc]
    if schema.keys() & {"minLength", "maxLength"}:
        shortest, longest = schema.get("minLength", 0), schema.get("maxLength", float("inf"))
        checks.append(lambda value: shortest <= len(value) <= longest)
    if schema.get("format") in FORMATS:
        checks.append(FORMATS[schema["format"]])
    if "pattern" in schema:
        pattern = compile_pattern(schema["pattern"])
        checks.append(lambda value: pattern.search(value) is not None)
    if len(checks) <= 1:
        return checks[0] if checks else None
    return lambda value: all(check(value) for check in checks)


def _number_check(schema: dict[str, Any]) -> Check | None:
    if not schema.keys() & {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}:
        return None
    infinity = float("inf")
    least, most = schema.get("minimum", -infinity), schema.get("maximum", infinity)
    above, below = schema.get("exclusiveMinimum", -infinity), schema.get("exclusiveMaximum", infinity)
    return lambda value: least <= value <= most and above < value < below

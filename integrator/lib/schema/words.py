"""Owns what a fault is called, in words for somebody who never read a schema. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from jsonschema.exceptions import ValidationError

_TYPES = {
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "object": "an object",
    "array": "a list",
    "boolean": "true or false",
    "null": "null",
}
_FORMATS = {
    "date": "a date like 2026-05-01",
    "date-time": "a time with a zone like 2026-05-01T09:30:00Z",
    "email": "an e-mail address",
    "uri": "an address like https://example.com/",
    "uuid": "a UUID",
}
_OWN_WORDS = frozenset({"required", "dependentRequired", "additionalProperties", "uniqueItems", "pattern"})
_SHOWN_CHARS = 60


def describe(error: ValidationError) -> str:
    """Give the sentence for one fault; it never quotes the value, which may be sensitive."""
    keyword = str(error.validator)
    if keyword in _OWN_WORDS:
        return error.message
    word = _WORDS.get(keyword)
    return word(error.validator_value) if word else "is not allowed by the schema"


def _type(types: Any) -> str:
    names = [types] if isinstance(types, str) else list(types)
    return " or ".join(_TYPES.get(name, str(name)) for name in names) + " was expected"


def _enum(values: Any) -> str:
    shown = ", ".join(_short(value) for value in values[:10])
    return f"must be one of {shown}{' …' if len(values) > 10 else ''}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…"


def _count(value: Any, noun: str) -> str:
    return f"{value} {noun}" if value == 1 else f"{value} {noun}s"


_WORDS: dict[str, Callable[[Any], str]] = {
    "type": _type,
    "enum": _enum,
    "const": lambda value: f"must be {_short(value)}",
    "minimum": lambda value: f"must be at least {value}",
    "maximum": lambda value: f"must be at most {value}",
    "exclusiveMinimum": lambda value: f"must be more than {value}",
    "exclusiveMaximum": lambda value: f"must be less than {value}",
    "multipleOf": lambda value: f"must be a multiple of {value}",
    "minLength": lambda value: f"must have at least {_count(value, 'character')}",
    "maxLength": lambda value: f"must have at most {_count(value, 'character')}",
    "format": lambda value: f"{_FORMATS.get(value, value)} was expected",
    "minItems": lambda value: f"must have at least {_count(value, 'item')}",
    "maxItems": lambda value: f"must have at most {_count(value, 'item')}",
    "items": lambda _: "has more items than allowed",
    "contains": lambda _: "lacks an item of the kind asked for",
    "minContains": lambda value: f"must have at least {_count(value, 'item')} of the kind asked for",
    "maxContains": lambda value: f"must have at most {_count(value, 'item')} of the kind asked for",
    "minProperties": lambda value: f"must have at least {_count(value, 'member')}",
    "maxProperties": lambda value: f"must have at most {_count(value, 'member')}",
    "anyOf": lambda _: "fits none of the forms allowed here",
    "oneOf": lambda _: "must fit exactly one of the forms allowed here",
    "not": lambda _: "has a form that is not allowed here",
    "unevaluatedProperties": lambda _: "has members that are not allowed here",
    "unevaluatedItems": lambda _: "has items that are not allowed here",
}

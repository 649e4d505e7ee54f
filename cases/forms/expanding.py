"""The full JSON Schema of a form: what is written short (``x-field: money``) gets the shape a stranger needs. Pure.

What ``x-`` words say is ours; everybody else reads a plain schema and passes them over.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MAX_ROWS = 200
CURRENCIES = ("EUR", "USD", "GBP", "CHF")
AMOUNT_PATTERN = r"^-?[0-9]{1,15}([.][0-9]{1,4})?$"
_TEXT = {"type": "string"}
_POINTERS = {"type": "array", "items": _TEXT, "maxItems": 200}


def expand_form(form: Mapping[str, Any]) -> dict[str, Any]:
    """This will give the form with every field's shape in full. Expanding twice changes nothing; values stay shared."""
    properties = form.get("properties")
    if not isinstance(properties, Mapping):
        return dict(form)
    full = {key: expand_field(shape) if isinstance(shape, Mapping) else shape for key, shape in properties.items()}
    return {**form, "properties": full}


def expand_field(shape: Mapping[str, Any]) -> dict[str, Any]:
    """This will give one field's shape in full."""
    expand = _BY_NAME.get(str(shape.get("x-field")))
    return expand(shape) if expand is not None else dict(shape)


def _money(shape: Mapping[str, Any]) -> dict[str, Any]:
    named = shape.get("x-currencies")
    currencies = list(named) if isinstance(named, list) and named else list(CURRENCIES)
    return {
        **shape,
        "type": "object",
        "properties": {
            "amount": {"type": "string", "pattern": AMOUNT_PATTERN},
            "currency": {"type": "string", "enum": currencies},
        },
        "required": ["amount", "currency"],
        "additionalProperties": False,
    }


def _person(shape: Mapping[str, Any]) -> dict[str, Any]:
    return {**shape, "type": "string", "maxLength": 150}


def _lookup(shape: Mapping[str, Any]) -> dict[str, Any]:
    return {**shape, "type": "string", "maxLength": 500}


def _table(shape: Mapping[str, Any]) -> dict[str, Any]:
    items = shape.get("items")
    row = expand_form(items) if isinstance(items, Mapping) else {}
    most = shape.get("maxItems")
    is_number = isinstance(most, int) and not isinstance(most, bool)
    limit = min(most, MAX_ROWS) if is_number else MAX_ROWS  # type: ignore[type-var]  # a number here
    return {**shape, "type": "array", "items": {**row, "type": "object"}, "maxItems": limit}


def _confirmation(shape: Mapping[str, Any]) -> dict[str, Any]:
    members = ("confirmed_by", "name", "at", "method", "sha256")
    return {
        **shape,
        "type": "object",
        "properties": {name: _TEXT for name in members},
        "required": list(members),
        "additionalProperties": False,
    }


def _document(shape: Mapping[str, Any]) -> dict[str, Any]:
    return {**shape, "readOnly": True}


def _comparison(shape: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **shape,
        "type": "object",
        "properties": {
            "patch": {"type": "array", "items": {"type": "object"}},
            "accepted": _POINTERS,
            "refused": _POINTERS,
        },
        "required": ["patch", "accepted", "refused"],
    }


_BY_NAME = {
    "money": _money,
    "person": _person,
    "lookup": _lookup,
    "table": _table,
    "confirmation": _confirmation,
    "document": _document,
    "comparison": _comparison,
}

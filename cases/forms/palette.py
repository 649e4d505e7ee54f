"""The sorts of fields that the builder offers, and the schema that each begins with. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cases.forms.reading import find_type


@dataclass(frozen=True, kw_only=True)
class Sort:
    """A sort of field: its words, icon and first shape; ``in_tables``: it may be a column."""

    label: str
    icon: str
    shape: Mapping[str, Any]
    in_tables: bool = True


_FIRST_COLUMN = {"type": "object", "properties": {"text": {"type": "string", "title": "Text"}}}
SHAPES: Mapping[str, Sort] = {
    "text": Sort(label="Text", icon="writing", shape={"type": "string", "maxLength": 200}),
    "long_text": Sort(label="Long text", icon="note", shape={"type": "string", "maxLength": 5000}),
    "number": Sort(label="Number", icon="hash", shape={"type": "number"}),
    "money": Sort(label="Money", icon="file-invoice", shape={"x-field": "money", "x-currencies": ["EUR"]}),
    "date": Sort(label="Date", icon="calendar", shape={"type": "string", "format": "date"}),
    "choice": Sort(label="Choice", icon="list", shape={"type": "string", "enum": ["First choice", "Second choice"]}),
    "lookup": Sort(
        label="Choice from a system",
        icon="plug-connected",
        in_tables=False,
        shape={"x-field": "lookup", "x-lookup": {}},
    ),
    "yes_no": Sort(label="Yes or no", icon="check", shape={"type": "boolean"}),
    "email": Sort(label="E-mail address", icon="mail", shape={"type": "string", "format": "email"}),
    "person": Sort(label="Person", icon="user", in_tables=False, shape={"x-field": "person"}),
    "file": Sort(label="File", icon="paperclip", in_tables=False, shape={"type": "string", "format": "file"}),
    "table": Sort(
        label="Table",
        icon="table",
        in_tables=False,
        shape={
            "x-field": "table",
            "items": {"type": "object", "properties": {"text": {"type": "string", "title": "Text"}}},
        },
    ),
    "comparison": Sort(
        label="Before and after", icon="layers-difference", in_tables=False, shape={"x-field": "comparison"}
    ),
    "document": Sort(label="Document to read", icon="file-text", in_tables=False, shape={"x-field": "document"}),
    "confirmation": Sort(
        label="Confirmed by",
        icon="shield-check",
        in_tables=False,
        shape={"x-field": "confirmation", "x-text": "I have checked this and confirm it.", "x-auth": "password"},
    ),
}
_SORT_BY_TYPE = {"textarea": "long_text", "select": "choice", "tick": "yes_no"}


def sort_of(shape: Mapping[str, Any]) -> str:
    """The sort of a field's schema; "" for one that the builder cannot make."""
    kind = find_type(shape)
    named = _SORT_BY_TYPE.get(kind, kind)
    return named if named in SHAPES else ""

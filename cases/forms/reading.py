"""A form's JSON Schema as sections of fields. Reads what is stored and never refuses: `designing` judges. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from cases.forms.errors import ExpressionInvalid
from cases.forms.expanding import expand_form
from cases.forms.language import Node, list_names, parse
from cases.forms.shape import X_FIELDS, Field, FieldType, Form, Schema, Section
from integrator.files.members import is_file_member

LONG_TEXT = 200  # a text that may be longer than this gets several lines
_SIMPLE = ("string", "number", "integer", "boolean")
_NOTHING: Form = Form(schema={})


def read_form(schema: Schema | None) -> Form:
    """This will give the form of a schema, in short or in full; one without any field for None."""
    if schema is None:
        return _NOTHING
    full = expand_form(schema)
    layout = [row for row in _rows(full.get("x-layout")) if isinstance(row, Mapping)]
    shared = {key: condition for row in layout for key in _keys(row) for condition in _condition_of(row, "show")}
    fields = tuple(_fields(full, shared))
    by_key = {field.key: field for field in fields}
    sections = tuple(_sections(layout, by_key))
    placed = [by_key[key] for section in sections for key in section.keys]
    return Form(schema=full, fields=tuple(placed), sections=sections, order=tuple(order_fields(fields)), by_key=by_key)


def names_of(field: Field) -> set[str]:
    """The first words of all that a field's expressions and those of its columns name."""
    nodes: list[Node] = [*field.conditions, *([field.compute] if field.compute else [])]
    own = {path[0] for node in nodes for path in list_names(node)}
    return own | {name for column in field.columns for name in names_of(column) - field.column_names}


def order_fields(fields: Iterable[Field]) -> list[str]:
    """The keys, each after those its expressions name; a circle is cut where it is met again."""
    by_key = {field.key: field for field in fields}
    done: list[str] = []
    open_keys: set[str] = set()

    def visit(key: str) -> None:
        if key in open_keys or key in done or key not in by_key:
            return
        open_keys.add(key)
        for name in sorted(names_of(by_key[key])):
            visit(name)
        open_keys.discard(key)
        done.append(key)

    for key in by_key:
        visit(key)
    return done


def _fields(schema: Schema, shared: Mapping[str, Node]) -> Iterator[Field]:
    required = _rows(schema.get("required"))
    properties = schema.get("properties")
    given = properties.items() if isinstance(properties, Mapping) else ()
    for number, (key, shape) in enumerate(given):
        own = shape if isinstance(shape, Mapping) else {}
        field = _field(str(key), own, number, outer=shared.get(str(key)))
        yield replace(field, required=key in required)


def _field(key: str, shape: Schema, number: int, *, outer: Node | None) -> Field:
    kind = find_type(shape)
    items = shape.get("items") if kind == "table" else None
    columns = tuple(_fields(items, {})) if isinstance(items, Mapping) else ()
    return Field(
        key=key,
        number=number,
        type=kind,
        label=str(shape.get("title") or key.replace("_", " ").strip().capitalize() or key),
        schema=shape,
        help=str(shape.get("description") or ""),
        readonly=shape.get("readOnly") is True,
        conditions=tuple([*([outer] if outer else []), *_condition_of(shape, "x-show-if")]),
        compute=next(_condition_of(shape, "x-compute"), None),
        options=tuple(choices_of(shape)),
        columns=columns,
        order=tuple(order_fields(columns)),
    )


def find_type(shape: Schema) -> FieldType:
    """What control a field gets."""
    named = shape.get("x-field")
    if named in X_FIELDS:
        return named  # type: ignore[no-any-return]  # one of the names above
    if choices_of(shape):
        return "select"
    if is_file_member(shape):
        return "file"
    kind = _json_type(shape)
    if kind == "boolean":
        return "tick"
    if kind in ("number", "integer"):
        return "number"
    if kind != "string":
        return "json"
    written_as = {"date": "date", "email": "email"}.get(str(shape.get("format")))
    if written_as:
        return written_as  # type: ignore[return-value]  # one of the two above
    longest = shape.get("maxLength")
    return "textarea" if isinstance(longest, int) and longest > LONG_TEXT else "text"


def choices_of(shape: Schema) -> list[tuple[Any, str]]:
    """(value, words) of ``enum``, or of ``oneOf`` with ``const`` and ``title``."""
    named = shape.get("enum")
    if isinstance(named, list):
        return [(value, say(value)) for value in named if value is not None]
    several = shape.get("oneOf")
    if isinstance(several, list) and several and all(isinstance(one, Mapping) and "const" in one for one in several):
        return [(one["const"], str(one.get("title") or say(one["const"]))) for one in several]
    return []


def say(value: Any) -> str:
    """A JSON value as words."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _json_type(shape: Schema) -> str:
    """The first simple type; a schema without any is a text."""
    named = shape.get("type", "string")
    types = named if isinstance(named, list) else [named]
    return next((str(kind) for kind in types if kind in _SIMPLE), "object")


def _sections(layout: list[Mapping[str, Any]], by_key: Mapping[str, Field]) -> Iterator[Section]:
    """As the layout says; fields that it does not name come first, without a heading."""
    named: set[str] = set()
    found = []
    for row in layout:
        keys = tuple(key for key in dict.fromkeys(_keys(row)) if key in by_key and key not in named)
        named |= set(keys)
        condition = next(_condition_of(row, "show"), None)
        title, words = str(row.get("title") or ""), str(row.get("description") or "")
        found.append(Section(title=title, help=words, condition=condition, keys=keys))
    rest = tuple(key for key in by_key if key not in named)
    if rest:
        yield Section(keys=rest)
    yield from found


def _keys(row: Mapping[str, Any]) -> list[str]:
    return [key for key in _rows(row.get("fields")) if isinstance(key, str)]


def _rows(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _condition_of(shape: Mapping[str, Any], word: str) -> Iterator[Node]:
    """The tree of an expression; what does not parse is as if it were not there, so that nobody is locked out."""
    text = shape.get(word)
    if isinstance(text, str) and text.strip():
        try:
            yield parse(text)
        except ExpressionInvalid:
            return

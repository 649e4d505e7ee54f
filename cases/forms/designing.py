"""What is wrong with the design of a form, in sentences that say what to do. Pure; `reading` copes with the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cases.forms.answerable import list_unanswerable
from cases.forms.errors import ExpressionInvalid
from cases.forms.expanding import MAX_ROWS, expand_form
from cases.forms.language import list_names, parse
from cases.forms.reading import names_of, read_form
from cases.forms.shape import X_FIELDS, Field
from integrator.lib.schema import SchemaError, compile_schema
from integrator.lib.strict_json import dumps_canonical

MAX_FIELDS = 100
MAX_COLUMNS = 20
MAX_BYTES = 100_000
KEY = re.compile(r"[a-z][a-z0-9_]{0,99}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_NO_COLUMNS = ("table", "confirmation", "document", "comparison", "lookup", "file", "person")
_AUTH = ("password", "totp", "any")
Path = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class DesignFault:
    """A sentence, and the path below the form that it is about."""

    message: str
    path: Path = ()

    @property
    def field(self) -> str:
        """The key of the field that it is about; "" for the form as a whole."""
        return str(self.path[1]) if len(self.path) > 1 and self.path[0] == "properties" else ""


def check_design(schema: Mapping[str, Any]) -> list[DesignFault]:
    """This will list what is wrong with a form; an empty list means it can be published."""
    properties = schema.get("properties")
    if schema.get("type") != "object" or not isinstance(properties, Mapping) or not properties:
        return [DesignFault(message="The form has no field yet. Add the first one.", path=("properties",))]
    if len(properties) > MAX_FIELDS:
        return [
            DesignFault(message=f"A form has {MAX_FIELDS} fields at most; this has {len(properties)}. Split it up.")
        ]
    if len(dumps_canonical(schema)) > MAX_BYTES:
        return [DesignFault(message=f"The form is larger than {MAX_BYTES // 1000} kB. Split it up.")]
    found = [*_check_shapes(schema), *_check_expressions(schema), *_check_layout(schema), *_check_answers(schema)]
    if not found:
        try:
            compile_schema(expand_form(schema))
        except SchemaError as error:
            found.append(DesignFault(message=f"The form cannot be used: {error.message}"))
    return found


def check_extras(schema: Mapping[str, Any]) -> list[DesignFault]:
    """The same for what a plain JSON Schema does not know: fields of ours, expressions and layout."""
    if not isinstance(schema.get("properties"), Mapping):
        return []
    given = schema["properties"].items()
    mine = {key: shape for key, shape in given if isinstance(shape, Mapping) and "x-field" in shape}
    return [
        *_check_shapes({"properties": mine}),
        *_check_expressions(schema),
        *_check_layout(schema),
        *_check_answers(schema),
    ]


def _check_answers(schema: Mapping[str, Any]) -> Iterator[DesignFault]:
    for key, message in list_unanswerable(read_form(schema)):
        yield DesignFault(message=message, path=("properties", key))


def _check_shapes(schema: Mapping[str, Any]) -> Iterator[DesignFault]:
    for key, shape in schema["properties"].items():
        at: Path = ("properties", key)
        if not KEY.fullmatch(str(key)):
            message = f"“{key}” cannot name a field. Use lower-case letters, digits and _, and begin with a letter."
            yield DesignFault(message=message, path=at)
        if not isinstance(shape, Mapping):
            yield DesignFault(message=f"The field “{key}” must be a mapping such as {{type: string}}.", path=at)
            continue
        for message in _shape_faults(key, shape):
            yield DesignFault(message=message, path=at)


def _shape_faults(key: str, shape: Mapping[str, Any]) -> Iterator[str]:
    label = shape.get("title") or key
    named = shape.get("x-field")
    if named is not None and named not in X_FIELDS:
        yield f"“{label}” is a field of the sort {named!r:.40}, which there is not. There are: {', '.join(X_FIELDS)}."
    choices = shape.get("enum")
    if choices is not None and (not isinstance(choices, list) or not choices):
        yield f"The choice “{label}” has nothing to choose from. Add a choice."
    if named is None and "enum" not in shape and "oneOf" not in shape and "type" not in shape:
        yield f"The field “{label}” has no type."
    check = _BY_SORT.get(str(named))
    if check is not None:
        yield from check(str(label), shape)


def _money(label: str, shape: Mapping[str, Any]) -> Iterator[str]:
    named = shape.get("x-currencies", ["EUR"])
    if not isinstance(named, list) or not named or not all(_CURRENCY.fullmatch(str(one)) for one in named):
        yield f"The currencies of “{label}” are codes of three letters, such as EUR."


def _table(label: str, shape: Mapping[str, Any]) -> Iterator[str]:
    items = shape.get("items")
    columns = items.get("properties") if isinstance(items, Mapping) else None
    if not isinstance(columns, Mapping) or not columns:
        yield f"The table “{label}” has no column yet. Add the first one."
        return
    if len(columns) > MAX_COLUMNS:
        yield f"A table has {MAX_COLUMNS} columns at most; “{label}” has {len(columns)}."
    for key, column in columns.items():
        if not KEY.fullmatch(str(key)):
            yield f"“{key}” cannot name a column. Use lower-case letters, digits and _, and begin with a letter."
        elif not isinstance(column, Mapping):
            yield f"The column “{key}” must be a mapping such as {{type: string}}."
        elif column.get("x-field") in _NO_COLUMNS or column.get("format") == "file":
            yield f"The column “{column.get('title') or key}” cannot stand in a table. Put it beside the table."
        else:
            yield from _shape_faults(str(key), column)
    least, most = shape.get("minItems", 0), shape.get("maxItems", MAX_ROWS)
    if not isinstance(least, int) or not isinstance(most, int) or not 0 <= least <= most <= MAX_ROWS:
        yield f"The rows of “{label}” are from 0 to {MAX_ROWS}, the least not above the most."


def _confirmation(label: str, shape: Mapping[str, Any]) -> Iterator[str]:
    if shape.get("x-auth", "password") not in _AUTH:
        yield f"“{label}” is confirmed by password, totp or any."


def _lookup(label: str, shape: Mapping[str, Any]) -> Iterator[str]:
    spec = shape.get("x-lookup")
    missing = [word for word in ("connection", "path", "value") if not (isinstance(spec, Mapping) and spec.get(word))]
    if missing:
        yield f"“{label}” does not say where its choices come from: {', '.join(missing)} of x-lookup is missing."
    elif not str(spec["path"]).startswith("/"):  # type: ignore[index]  # a mapping here
        yield f"The path of “{label}” begins with “/”, behind the address of the connection."


_BY_SORT = {"money": _money, "table": _table, "confirmation": _confirmation, "lookup": _lookup}


def _check_expressions(schema: Mapping[str, Any]) -> Iterator[DesignFault]:
    """Whether all expressions parse, name what there is, and lead in no circle."""
    properties = {key: shape for key, shape in schema["properties"].items() if isinstance(shape, Mapping)}
    names = frozenset(properties)
    for key, shape in properties.items():
        yield from _expressions_of(shape, names, ("properties", key))
        items = shape.get("items")
        columns = items.get("properties") if isinstance(items, Mapping) else None
        if shape.get("x-field") == "table" and isinstance(columns, Mapping):
            for column, below in columns.items():
                if isinstance(below, Mapping):
                    at = ("properties", key, "items", "properties", column)
                    yield from _expressions_of(below, names | frozenset(columns), at)
    form = read_form(schema)
    for field in form.by_key.values():
        if _is_circular(field.key, form.by_key):
            message = f"“{field.label}” depends on itself. Take it out of its own condition or computed value."
            yield DesignFault(message=message, path=("properties", field.key))
        for column in field.columns:
            if _is_circular(column.key, {one.key: one for one in field.columns}):
                message = f"The column “{column.label}” depends on itself."
                yield DesignFault(message=message, path=("properties", field.key))


def _expressions_of(shape: Mapping[str, Any], names: frozenset[str], at: Path) -> Iterator[DesignFault]:
    for word, what in (("x-show-if", "condition"), ("x-compute", "computed value")):
        text = shape.get(word)
        if text is None:
            continue
        label = shape.get("title") or at[-1]
        message = _fault_of(text, names)
        if message:
            yield DesignFault(message=f"The {what} of “{label}” cannot be read. {message}", path=(*at, word))


def _fault_of(text: Any, names: frozenset[str]) -> str:
    if not isinstance(text, str):
        return "Write it as text, such as amount > 1000."
    try:
        node = parse(text)
    except ExpressionInvalid as error:
        return error.message
    unknown = sorted({path[0] for path in list_names(node)} - names)
    return f"There is no field “{unknown[0]}”. Fields: {', '.join(sorted(names))[:300]}." if unknown else ""


def _is_circular(key: str, by_key: Mapping[str, Field]) -> bool:
    seen: set[str] = set()
    todo = [name for name in names_of(by_key[key]) if name in by_key]
    while todo:
        name = todo.pop()
        if name == key:
            return True
        if name not in seen:
            seen.add(name)
            todo += [below for below in names_of(by_key[name]) if below in by_key]
    return False


def _check_layout(schema: Mapping[str, Any]) -> Iterator[DesignFault]:
    layout = schema.get("x-layout")
    if layout is None:
        return
    if not isinstance(layout, list) or not all(isinstance(row, Mapping) for row in layout):
        yield DesignFault(message="“x-layout” is a list of sections, each with a title and fields.", path=("x-layout",))
        return
    names = frozenset(str(key) for key in schema["properties"])
    for number, row in enumerate(layout):
        listed = row.get("fields", [])
        unknown = [key for key in listed if key not in names] if isinstance(listed, list) else ["fields"]
        if unknown:
            message = f"The section “{row.get('title', '')}” names “{unknown[0]}”, which is no field of the form."
            yield DesignFault(message=message, path=("x-layout", number))
        if row.get("show"):
            message = _fault_of(row["show"], names)
            if message:
                what = f"The condition of the section “{row.get('title', '')}” cannot be read. {message}"
                yield DesignFault(message=what, path=("x-layout", number))

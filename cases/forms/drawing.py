"""A form as the page draws it: sections of fields with what was typed and what is wrong; its plan for the browser."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

from cases.forms.answering import list_changes, settle
from cases.forms.reading import read_form, say
from cases.forms.shape import Field, Form, Schema
from cases.forms.typed import Typed, read_rows, read_typed, write_value

Texts = Mapping[str, str]
Choices = Mapping[str, Iterable[tuple[str, str]]]
MAX_ROWS_DRAWN = 200
_LIMITS = (
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern",
    "format", "minItems", "maxItems", "const",
)  # fmt: skip
_TARGETS = {"money": "-amount", "confirmation": "-name", "comparison": "-0-accept"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of a table: its number in the names of its controls, and its cells."""

    number: int
    cells: tuple[FormField, ...]


@dataclass(frozen=True, kw_only=True)
class ChangeRow:
    """One change of a comparison: ``chosen`` is accept, refuse or ""."""

    name: str
    pointer: str
    label: str
    before: str
    after: str
    chosen: str


@dataclass(frozen=True, kw_only=True)
class FormField:
    """One field. ``name`` is ours (``field-3``): a schema's own names may hold anything. ``key`` is the schema's.

    ``value`` is the text to show, True for a ticked box, the id of a file that was kept; ``options`` are (value, words)
    of a choice. ``is_needed`` is False where a condition may hide the field: a browser without scripts must not insist.
    """

    key: str
    name: str
    label: str
    type: str
    required: bool
    hint: str = ""
    value: str | bool = ""
    options: tuple[tuple[str, str], ...] = ()
    error: str = ""
    is_needed: bool = False
    is_fixed: bool = False
    is_half: bool = False
    currency: str = ""
    columns: tuple[FormField, ...] = ()
    rows: tuple[Row, ...] = ()
    may_add: bool = False
    totals: bool = False
    changes: tuple[ChangeRow, ...] = ()
    statement: str = ""
    method: str = ""
    team: str = ""
    document: Any = None
    lookup: Any = None

    @property
    def target(self) -> str:
        """The id of the control that a fault leads to."""
        return f"{self.name}{_TARGETS.get(self.type, '')}"


@dataclass(frozen=True, kw_only=True)
class FieldFault:
    """A fault as the summary at the top names it: ``target`` is the id of the control."""

    target: str
    label: str
    message: str


@dataclass(frozen=True, kw_only=True)
class DrawnSection:
    """Fields under a heading; ``number`` is its place in the layout."""

    number: int
    title: str
    help: str
    is_conditional: bool
    fields: tuple[FormField, ...]


def read_fields(form: Schema | None, *, typed: Typed | None = None, faults: Texts | None = None) -> list[FormField]:
    """The fields of a form, in the order of its schema. ``typed`` is what was sent (by ``name``; None: show the
    defaults), ``faults`` by place as ``sort_faults`` gives them."""
    return [_draw(field, field.name, typed, faults or {}, field.key) for field in read_form(form).by_key.values()]


def draw_form(
    form: Schema | None, *, typed: Typed | None = None, faults: Texts | None = None, choices: Choices | None = None
) -> list[DrawnSection]:
    """The same by sections, in the order of the layout. ``choices`` are (value, words) by key for what is looked up."""
    read = read_form(form)
    drawn = _fill_in(read, typed, {field.key: field for field in read_fields(form, typed=typed, faults=faults)})
    for key in drawn.keys() & (choices or {}).keys():
        drawn[key] = replace(drawn[key], options=tuple((choices or {})[key]))
    return [
        DrawnSection(
            number=number,
            title=section.title,
            help=section.help,
            is_conditional=section.condition is not None,
            fields=tuple(drawn[key] for key in section.keys),
        )
        for number, section in enumerate(read.sections)
    ]


def list_faults(sections: Iterable[DrawnSection]) -> list[FieldFault]:
    """Every fault of a drawn form, in the order of the page; cells say their row."""
    found = []
    for field in (field for section in sections for field in section.fields):
        if field.error:
            found.append(FieldFault(target=field.target, label=field.label, message=field.error))
        for at, row in enumerate(field.rows, start=1):
            cells = (cell for cell in row.cells if cell.error)
            found += [
                FieldFault(target=cell.target, label=f"{field.label}, row {at}, {cell.label}", message=cell.error)
                for cell in cells
            ]
    return found


def _fill_in(form: Form, typed: Typed | None, drawn: dict[str, FormField]) -> dict[str, FormField]:
    """The values that are computed from what was typed, or from the defaults."""
    computed = [field for field in form.fields if field.compute is not None]
    if not computed:
        return drawn
    defaults = {key: field.schema["default"] for key, field in form.by_key.items() if "default" in field.schema}
    kept, _ = settle(form, defaults if typed is None else {**defaults, **read_typed(form, typed)})
    for field in computed:
        value = kept.get(field.key)
        more = {"value": write_value(value)}
        if field.type == "money" and isinstance(value, Mapping):
            more = {"value": str(value["amount"]), "currency": str(value["currency"])}
        drawn[field.key] = replace(drawn[field.key], **more)  # type: ignore[arg-type]  # texts
    return drawn


def plan_form(schema: Schema | None) -> dict[str, Any]:
    """What the browser needs to hide, compute and check as the server does: plain JSON, expressions as trees."""
    form = read_form(schema)
    return {
        "fields": {field.key: _plan(field, form) for field in form.by_key.values()},
        "order": list(form.order),
        "sections": [list(section.keys) for section in form.sections],
    }


def _plan(field: Field, form: Form | None) -> dict[str, Any]:
    limits = {word: field.schema[word] for word in _LIMITS if word in field.schema}
    plan: dict[str, Any] = {
        "name": field.name,
        "type": field.type,
        "required": field.required,
        "limits": limits,
        "conditions": list(field.conditions),
    }
    if field.compute is not None:
        plan["compute"] = field.compute
    if field.schema.get("type") == "integer":
        plan["whole"] = True
    if field.readonly:
        plan["fixed"] = True
        plan["value"] = field.schema.get("default")
    if field.type == "select":
        plan["options"] = [value for value, _ in field.options]
    if field.type == "money":
        plan["currencies"] = field.schema["properties"]["currency"]["enum"]
        plan["currency"] = plan["currencies"][0]
    if field.type == "comparison":
        plan["changes"] = [change.pointer for change in list_changes(field, field.schema.get("default"))]
    if field.columns:
        plan["columns"] = {column.key: {**_plan(column, None), "number": column.number} for column in field.columns}
        plan["order"] = list(field.order)
        plan["totals"] = [key for key in _total_keys(field) if key in field.column_names]
    return plan


def _total_keys(field: Field) -> list[str]:
    named = field.schema.get("x-totals")
    return [key for key in named if isinstance(key, str)] if isinstance(named, list) else []


def _draw(field: Field, name: str, typed: Typed | None, faults: Texts, place: str) -> FormField:
    shape, default = field.schema, field.schema.get("default")
    more = _MORE[field.type](field, name, typed, faults, place) if field.type in _MORE else {}
    text = typed.get(name, "") if typed is not None else write_value(default, as_json=field.type == "json")
    if field.readonly and field.type not in _MORE:
        text = write_value(default)
    is_bound = bool(field.conditions)
    return FormField(
        key=field.key,
        name=name,
        label=field.label,
        type=field.type,
        required=field.required and field.type != "tick",
        hint=field.help,
        error=faults.get(place, ""),
        is_needed=field.required and not is_bound and field.type != "tick" and field.compute is None,
        is_fixed=field.readonly or field.compute is not None,
        is_half=shape.get("x-width") == "half",
        **{
            "value": text == "true" if field.type == "tick" else text,
            "options": tuple((write_value(value), words) for value, words in field.options),
            **more,
        },
    )


def _money(field: Field, name: str, typed: Typed | None, faults: Texts, place: str) -> dict[str, Any]:
    currencies = field.schema["properties"]["currency"]["enum"]
    given = field.schema.get("default")
    default = given if isinstance(given, Mapping) else {}
    amount, currency = default.get("amount"), default.get("currency")
    if typed is not None and not field.readonly:
        amount, currency = typed.get(f"{name}-amount", ""), typed.get(f"{name}-currency", "")
    return {
        "value": write_value(amount),
        "currency": str(currency or currencies[0]),
        "options": tuple((str(one), str(one)) for one in currencies),
    }


def _table(field: Field, name: str, typed: Typed | None, faults: Texts, place: str) -> dict[str, Any]:
    if typed is not None and not field.readonly:
        sent = read_rows(field, name, typed)
        numbers = [number for number, _ in sent]
        counted = accumulate((row is not None for _, row in sent), initial=0)  # blank rows are not sent on
        rows = [
            _cells(field, f"{name}-{number}", typed, faults if row is not None else {}, f"{place}/{at}")
            for (number, row), at in zip(sent, counted, strict=False)
        ]
    else:
        given = field.schema.get("default")
        kept = [row for row in given if isinstance(row, Mapping)] if isinstance(given, list) else []
        numbers = list(range(len(kept)))
        rows = [_cells(_with_row(field, row), f"{name}-{at}", None, {}, "") for at, row in enumerate(kept)]
    least = field.schema.get("minItems")
    wanted = max(len(rows), least if isinstance(least, int) else 1, 1)
    following = (numbers[-1] + 1) if numbers else 0
    for extra in range(min(wanted, MAX_ROWS_DRAWN) - len(rows)):
        numbers.append(following + extra)
        rows.append(_cells(field, f"{name}-{following + extra}", None, {}, ""))
    drawn = tuple(Row(number=number, cells=cells) for number, cells in zip(numbers, rows, strict=True))
    return {
        "columns": _cells(field, f"{name}-ROW", None, {}, ""),
        "rows": drawn,
        "may_add": not field.readonly and len(drawn) < int(field.schema["maxItems"]),
        "totals": bool(_total_keys(field)),
    }


def _cells(table: Field, name: str, typed: Typed | None, faults: Texts, place: str) -> tuple[FormField, ...]:
    return tuple(
        _draw(column, f"{name}-{column.number}", typed, faults, f"{place}/{column.key}") for column in table.columns
    )


def _with_row(table: Field, row: Mapping[str, Any]) -> Field:
    """The table with the values of one row as its columns' defaults."""

    return replace(
        table,
        columns=tuple(
            replace(column, schema={**column.schema, "default": row.get(column.key)}) for column in table.columns
        ),
    )


def _confirmation(field: Field, name: str, typed: Typed | None, faults: Texts, place: str) -> dict[str, Any]:
    return {
        "value": (typed or {}).get(f"{name}-name", ""),
        "statement": str(field.schema.get("x-text") or ""),
        "method": str(field.schema.get("x-auth") or "password"),
    }


def _comparison(field: Field, name: str, typed: Typed | None, faults: Texts, place: str) -> dict[str, Any]:
    rows = []
    for number, change in enumerate(list_changes(field, field.schema.get("default"))):
        chosen = (typed or {}).get(f"{name}-{number}", "").partition(" ")[0]
        rows.append(
            ChangeRow(
                name=f"{name}-{number}",
                pointer=change.pointer,
                label=change.label,
                before="" if change.before is None else say(change.before),
                after="" if change.after is None else say(change.after),
                chosen=chosen,
            )
        )
    return {"changes": tuple(rows)}


def _document(field: Field, name: str, typed: Typed | None, faults: Texts, place: str) -> dict[str, Any]:
    return {"document": field.schema.get("default")}


def _person(field: Field, name: str, typed: Typed | None, faults: Texts, place: str) -> dict[str, Any]:
    return {"team": str(field.schema.get("x-team") or "")}


def _lookup(field: Field, name: str, typed: Typed | None, faults: Texts, place: str) -> dict[str, Any]:
    return {"lookup": field.schema.get("x-lookup")}


_MORE = {
    "money": _money,
    "table": _table,
    "confirmation": _confirmation,
    "comparison": _comparison,
    "document": _document,
    "person": _person,
    "lookup": _lookup,
}

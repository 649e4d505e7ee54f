"""Judges an answer by its form: conditions, computed values, limits. Pure; the browser follows the same rules.

What a condition hides is neither needed nor kept. What is computed or read-only is worked out here; whatever was sent
for it is passed over. ``static/js/forms/answers.js`` does the same for the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cases.forms.comparison import compare_records, make_patch
from cases.forms.language import Scope, Value, evaluate, is_true
from cases.forms.language.decimals import write_decimal
from cases.forms.language.evaluating import to_number
from cases.forms.shape import Field, Form
from integrator.files.members import without_files
from integrator.lib.schema import CompiledSchema, Fault, compile_schema

MONEY_PLACES = 2
_NO_ROW: Mapping[str, Any] = {}


@dataclass(frozen=True, kw_only=True)
class Checked:
    """An answer as it is kept, its faults by pointer into it (none: it is valid), and the keys of fields not shown."""

    data: dict[str, Any]
    faults: tuple[Fault, ...] = ()
    hidden: frozenset[str] = frozenset()


def check_answer(form: Form, data: Mapping[str, Any], *, prefill: Mapping[str, Any] | None = None) -> Checked:
    """This will give what is kept of an answer, and what is wrong with it.

    ``prefill`` are values by key for read-only fields and for comparisons (``{before, after}``); without, the form's
    defaults count. Members the form does not know are the schema's to judge.
    """
    kept, found = _bring_in(form, data, prefill or {})
    kept, hidden = settle(form, kept)
    faults = [fault for fault in found if fault.pointer.split("/")[1] not in hidden]
    known = {fault.pointer for fault in faults}
    judged = _compile(form, form.schema, form.fields, hidden).faults(kept)
    faults += [fault for fault in judged if fault.pointer not in known]
    for field in form.fields:
        if field.columns and field.key not in hidden:
            faults += _check_rows(field, kept.get(field.key), kept)
    return Checked(data=kept, faults=tuple(sorted(faults)), hidden=hidden)


def settle(form: Form, data: Mapping[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """This will drop what conditions hide and work out what is computed: (data, keys of hidden fields).

    In the form's own order, so that one round is enough.
    """
    kept = deepcopy(dict(data))
    hidden = set()
    for key in form.order:
        field = form.by_key[key]
        scope = Scope(data=kept)
        if not _is_shown(field, scope):
            hidden.add(key)
            kept.pop(key, None)
        elif field.compute is not None:
            _put(kept, field, evaluate(field.compute, scope))
        elif field.columns and isinstance(kept.get(key), list):
            kept[key] = [_settle_row(field, row, kept) for row in kept[key]]
    return kept, frozenset(hidden)


def _settle_row(table: Field, row: Any, data: Mapping[str, Any]) -> Any:
    if not isinstance(row, dict):
        return row
    settled = dict(row)
    for column in sorted(table.columns, key=lambda column: table.order.index(column.key)):
        scope = Scope(data=data, columns=table.column_names, row=settled)
        if not _is_shown(column, scope):
            settled.pop(column.key, None)
        elif column.compute is not None:
            _put(settled, column, evaluate(column.compute, scope))
    return settled


def _is_shown(field: Field, scope: Scope) -> bool:
    return all(is_true(evaluate(condition, scope)) for condition in field.conditions)


def _put(container: dict[str, Any], field: Field, value: Value) -> None:
    """Store a computed value as its field has it; one that cannot be worked out is missing."""
    stored = to_stored(field, value)
    if stored is None:
        container.pop(field.key, None)
    else:
        container[field.key] = stored


def to_stored(field: Field, value: Value) -> Any:
    """A computed value as plain JSON of the field's type; None where it has none."""
    if field.type == "tick":
        return is_true(value)
    number = to_number(value)
    if field.type == "money":
        currency = field.schema["properties"]["currency"]["enum"][0]
        named = value.get("currency") if isinstance(value, Mapping) else None
        amount = None if number is None else write_decimal(number, places=MONEY_PLACES)
        return None if amount is None else {"amount": amount, "currency": named or currency}
    if field.type == "number":
        if number is None:
            return None
        return int(number) if number == number.to_integral_value() else float(number)
    if isinstance(value, Decimal):
        return write_decimal(value)
    return value if isinstance(value, str) else None


def _bring_in(form: Form, data: Mapping[str, Any], prefill: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """Put in what is not the answerer's to say, take out what is only shown, and make the patch of comparisons."""
    kept = dict(data)
    faults: list[Fault] = []
    for field in form.fields:
        given = prefill.get(field.key, field.schema.get("default"))
        if field.type == "comparison":
            faults += _compare(field, kept, given)
        elif field.is_output or (field.readonly and given is None):
            kept.pop(field.key, None)
        elif field.readonly:
            kept[field.key] = deepcopy(given)
    return kept, faults


def _compare(field: Field, kept: dict[str, Any], records: Any) -> list[Fault]:
    changes = list_changes(field, records)
    sent = kept.get(field.key)
    if not changes:
        kept[field.key] = {"patch": [], "accepted": [], "refused": []}
        return []
    if not isinstance(sent, Mapping):
        return []  # the schema says that it is missing, where it is needed
    pointers = [change.pointer for change in changes]
    accepted, refused = (_pick(sent.get(word), pointers) for word in ("accepted", "refused"))
    kept[field.key] = {"patch": make_patch(changes, accepted), "accepted": accepted, "refused": refused}
    at = f"/{field.key}"
    if set(accepted) & set(refused):
        return [Fault(pointer=at, message="accepts and refuses the same change")]
    open_count = len(pointers) - len(accepted) - len(refused)
    if open_count and (field.required or accepted or refused):
        words = "one change" if open_count == 1 else f"{open_count} changes"
        return [Fault(pointer=at, message=f"leaves {words} open: accept or refuse each")]
    if open_count:
        kept.pop(field.key)
    return []


def list_changes(field: Field, records: Any) -> list[Any]:
    """The changes that a comparison asks about; ``records`` is ``{before, after}``."""
    if not isinstance(records, Mapping):
        return []
    labels = field.schema.get("x-labels")
    return compare_records(records.get("before"), records.get("after"), labels if isinstance(labels, Mapping) else None)


def _pick(sent: Any, pointers: list[str]) -> list[str]:
    chosen = {one for one in sent if isinstance(one, str)} if isinstance(sent, list) else set()
    return [pointer for pointer in pointers if pointer in chosen]


def _check_rows(table: Field, rows: Any, data: Mapping[str, Any]) -> list[Fault]:
    if not isinstance(rows, list):
        return []
    found: list[Fault] = []
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            continue  # the schema of the whole says so
        scope = Scope(data=data, columns=table.column_names, row=row)
        hidden = frozenset(column.key for column in table.columns if not _is_shown(column, scope))
        judged = _compile(None, table.schema["items"], table.columns, hidden).faults(row)
        found += [Fault(pointer=f"/{table.key}/{number}{fault.pointer}", message=fault.message) for fault in judged]
    return found


def _compile(form: Form | None, schema: Any, fields: Any, hidden: frozenset[str]) -> CompiledSchema:
    """The schema of what is shown. A table's rows are judged one by one, since each may hide other columns."""
    shown = {field.key: _judged(field) for field in fields if field.key not in hidden and not field.is_output}
    needed = [key for key in schema.get("required", ()) if key in shown and fields_by(fields)[key].compute is None]
    rest = {name: value for name, value in schema.items() if name not in ("properties", "required")}
    return compile_schema({**rest, "properties": shown, "required": needed})


def fields_by(fields: Any) -> dict[str, Field]:
    """Fields by key."""
    return {field.key: field for field in fields}


def _judged(field: Field) -> Any:
    if field.columns:
        return {**field.schema, "items": {"type": "object"}}
    if field.readonly:
        return {}  # it was put in by us
    return without_files(field.schema)

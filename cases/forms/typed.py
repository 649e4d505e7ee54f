"""What was typed into a form's controls as the data of an answer. Pure, judges nothing.

What is typed wrongly stays text, so that the schema names the fault and the page can show it again. Names of controls
are ours: ``field-3``, its parts ``field-3-amount``, cells ``field-3-0-1`` (row, column). Names that end in ``-secret``
hold a password or code: they are read once and must never be kept or shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from cases.forms.fault_words import say_fault, sentence
from cases.forms.language.decimals import read_decimal
from cases.forms.reading import read_form
from cases.forms.shape import Field, Form, Schema
from integrator.lib.strict_json import StrictJSONError, parse

ROWS_READ = 200
SECRET = "-secret"
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_COMMA = re.compile(r"-?\d+,\d{1,4}", re.ASCII)

Typed = Mapping[str, str]


def read_answers(schema: Schema | None, typed: Typed) -> dict[str, Any] | None:
    """What was typed as the data of an answer; None without a form. Fields left empty are left out."""
    return None if schema is None else read_typed(read_form(schema), typed)


def read_typed(form: Form, typed: Typed) -> dict[str, Any]:
    """The same for a form that was read."""
    data: dict[str, Any] = {}
    for field in form.by_key.values():
        value = _read(field, field.name, typed)
        if value is not None:
            data[field.key] = value
    return data


def row_numbers(name: str, typed: Typed) -> list[int]:
    """The rows of a table that were sent, by their numbers in the controls' names."""
    found = set()
    for key in typed:
        if key.startswith(f"{name}-"):
            number = key[len(name) + 1 :].partition("-")[0]
            if number.isdecimal() and number.isascii() and len(number) < 5:
                found.add(int(number))
    return sorted(found)[:ROWS_READ]


def write_value(value: Any, *, as_json: bool = False) -> str:
    """A JSON value as the text of a control."""
    if value is None:
        return ""
    return value if isinstance(value, str) and not as_json else json.dumps(value, ensure_ascii=False)


def sort_faults(errors: Sequence[Mapping[str, str]], form: Schema | None) -> tuple[dict[str, str], list[str]]:
    """``[{pointer, message}]`` of an answer as messages by place and those of the whole; the comment's place is "".

    A place is a field's key, or ``lines/0/amount`` for a cell. The first fault of a place counts.
    """
    fields = read_form(form).by_key
    by_place: dict[str, str] = {}
    others: list[str] = []
    for error in errors:
        part, _, rest = error["pointer"].removeprefix("/").partition("/")
        parts = [one.replace("~1", "/").replace("~0", "~") for one in rest.split("/")]
        field = fields.get(parts[0])
        if part == "comment":
            by_place.setdefault("", error["message"])
        elif part == "data" and field is not None:
            column = next((one for one in field.columns if len(parts) > 2 and one.key == parts[2]), None)
            place = "/".join(parts[:3]) if field.columns and len(parts) > 2 else parts[0]
            words = say_fault(column or field, parts[3:] if column else parts[1:], error["message"])
            by_place.setdefault(place, words)
        else:
            others.append(sentence(error["message"]))
    return by_place, others


def _read(field: Field, name: str, typed: Typed) -> Any:
    """The value of one control or group of controls; None: nothing was given."""
    if field.compute is not None or field.is_output:
        return None
    part = _PARTS.get(field.type)
    if part is not None:
        return part(field, name, typed)
    text = typed.get(name, "").replace("\r\n", "\n")
    if field.type == "tick":
        return text == "true"
    return _parse(field, text) if text.strip() else None


def _money(field: Field, name: str, typed: Typed) -> Any:
    amount = typed.get(f"{name}-amount", "").strip()
    if not amount:
        return None
    return {"amount": read_amount(amount), "currency": typed.get(f"{name}-currency", "").strip()}


def read_amount(text: str) -> str:
    """``1234,5`` and ``1234.5`` are the same amount; anything else stays as it was typed."""
    plain = text.replace(",", ".") if _COMMA.fullmatch(text) else text
    return plain if read_decimal(plain) is not None else text


def read_rows(field: Field, name: str, typed: Typed) -> list[tuple[int, dict[str, Any] | None]]:
    """The rows of a table by their numbers in the controls' names; None for one in which nothing was filled in."""
    rows: list[tuple[int, dict[str, Any] | None]] = []
    for number in row_numbers(name, typed):
        cells = {column.key: _read(column, f"{name}-{number}-{column.number}", typed) for column in field.columns}
        given = {key: value for key, value in cells.items() if value is not None}
        rows.append((number, given if any(value is not False for value in given.values()) else None))
    return rows


def _table(field: Field, name: str, typed: Typed) -> Any:
    return [row for _, row in read_rows(field, name, typed) if row is not None] or None


def _confirmation(field: Field, name: str, typed: Typed) -> Any:
    own, secret = typed.get(f"{name}-name", "").strip(), typed.get(f"{name}{SECRET}", "")
    return {"name": own, "secret": secret} if own or secret else None


def _comparison(field: Field, name: str, typed: Typed) -> Any:
    """Pointers by answer: the control's value is ``accept /iban`` or ``refuse /iban``."""
    chosen: dict[str, list[str]] = {"accepted": [], "refused": []}
    for key, text in typed.items():
        if key.startswith(f"{name}-"):
            answer, _, pointer = text.partition(" ")
            if answer in ("accept", "refuse"):
                chosen["accepted" if answer == "accept" else "refused"].append(pointer)
    return chosen if chosen["accepted"] or chosen["refused"] else None


_PARTS = {"money": _money, "table": _table, "confirmation": _confirmation, "comparison": _comparison}


def _parse(field: Field, text: str) -> Any:
    if field.type == "select":
        return next((value for value, _ in field.options if write_value(value) == text), text)
    if field.type == "file":
        return {"file": text.strip()}
    if field.type == "number":
        return _parse_number(text.strip())
    if field.type == "json":
        try:
            return parse(text)
        except StrictJSONError:  # too deep, or none: the text itself, which the schema judges
            return text
    return text if field.type in ("text", "textarea") else text.strip()


def _parse_number(text: str) -> Any:
    if not _NUMBER.fullmatch(text) or len(text) > 40:
        return text
    number = float(text)
    if number in (float("inf"), float("-inf")):
        return text
    return int(text) if text.lstrip("-").isdigit() else number

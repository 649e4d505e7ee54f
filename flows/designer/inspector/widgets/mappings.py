"""Widgets of objects: names of one's own with a value each, and groups of known fields."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flows.definition.kind import Setting
from flows.definition.model import JSON
from flows.designer.inspector.widgets.base import Facts, Option, Parts, Unfit, Unreadable, Widget
from flows.designer.inspector.widgets.plain import as_lines, number_text, read_number
from flows.designer.inspector.widgets.rows import Row, parts_of, rows_of
from integrator.lib.strict_json import StrictJSONError, parse

KINDS = {"text": "Text or data", "number": "Number", "flag": "Yes or no", "none": "Nothing", "json": "List or fields"}


class MappingRows:
    """Names and values, a row each, in their order."""

    template, is_group, takes_expression = "mapping", True, False

    def fill(self, setting: Setting, value: JSON) -> dict[str, str]:
        """A row a name."""
        if value is None:
            return {}
        if not isinstance(value, dict) or not value:
            raise Unfit
        return parts_of({"name": str(name), **_fill_value(item)} for name, item in value.items())

    def read(self, setting: Setting, parts: Parts, facts: Facts) -> JSON:
        """The mapping; a row without a name that says nothing is left out."""
        made: dict[str, JSON] = {}
        for number, row in enumerate(rows_of(parts)):
            name = row.get("name", "").strip()
            if not name and not row.get("value", "").strip():
                continue
            if not name:
                raise Unreadable("This value has no name. Type one at the left.", f"{number}.name")
            if name in made:
                raise Unreadable(f"“{name}” is there twice. Remove one of them.", f"{number}.name")
            made[name] = _read_value(row, f"{number}.value")
        return made or None

    def show(self, setting: Setting, parts: Parts, facts: Facts) -> dict[str, Any]:
        """The rows and the kinds of values."""
        return {
            "rows": [{"as": "text", **row} for row in rows_of(parts)],
            "kinds": [Option(value=key, label=words) for key, words in KINDS.items()],
            "is_expression": not setting.literal,
        }


def _fill_value(value: JSON) -> Row:
    if value is None:
        return {"as": "none", "value": ""}
    if isinstance(value, bool):
        return {"as": "flag", "value": "true" if value else "false"}
    if isinstance(value, str):
        return {"as": "text", "value": value}
    if isinstance(value, dict | list):
        return {"as": "json", "value": json.dumps(value, ensure_ascii=False, indent=2)}
    return {"as": "number", "value": number_text(value)}


def _read_value(row: Row, part: str) -> JSON:
    kind, text = row.get("as", "text"), as_lines(row.get("value", ""))
    if kind == "none":
        return None
    if kind == "flag":
        return text.strip().lower() in ("true", "yes", "1", "on")
    if kind == "number":
        number = read_number(text, part)
        return 0 if number is None else number
    return read_json(text, part) if kind == "json" else text


def read_json(text: str, part: str) -> JSON:
    """JSON as typed, None for nothing. Raises ``Unreadable`` with where it breaks."""
    if not text.strip():
        return None
    try:
        return parse(text)
    except StrictJSONError as error:
        raise Unreadable(f"{error.message} A text stands in double quotes.", part) from error


class Group:
    """Known fields, each with the widget of its own type; which are shown depends on the others."""

    template, is_group, takes_expression = "group", True, False

    def fill(self, setting: Setting, value: JSON) -> dict[str, str]:
        """The parts of each field under its name."""
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise Unfit
        shown = {field.name: field for field in visible_fields(setting, value)}
        if not set(value) <= set(shown):
            raise Unfit
        parts: dict[str, str] = {}
        for name, field in shown.items():
            made = _widget(field).fill(field, value.get(name))
            parts.update({f"{name}.{part}": text for part, text in made.items()})
        return parts

    def read(self, setting: Setting, parts: Parts, facts: Facts) -> JSON:
        """What the visible fields say, None when none says anything."""
        made: dict[str, JSON] = {}
        for field in setting.fields:
            if not _is_visible(field, made):
                continue
            try:
                value = _widget(field).read(field, inside(parts, field.name), facts)
            except Unreadable as error:
                raise Unreadable(error.message, f"{field.name}.{error.part}") from error
            if value is not None:
                made[field.name] = value
        return made or None

    def show(self, setting: Setting, parts: Parts, facts: Facts) -> dict[str, Any]:
        """Each visible field with what its own widget shows."""
        said = {field.name: _peek(field, parts) for field in setting.fields}
        fields = []
        for field in visible_fields(setting, said):
            widget = _widget(field)
            shown = widget.show(field, inside(parts, field.name), facts)
            is_group = widget.is_group or bool(shown.get("is_segments"))
            fields.append({"setting": field, "template": template_of(widget), "is_group": is_group, **shown})
        is_numbers = all(field.type == "number" for field in setting.fields)
        return {"fields": fields, "is_numbers": is_numbers}


def visible_fields(setting: Setting, value: JSON) -> Iterator[Setting]:
    """The fields that a group shows when it says ``value``."""
    return (field for field in setting.fields if _is_visible(field, value))


def template_of(widget: Widget) -> str:
    """The template that draws a widget."""
    return f"flows/designer/inspector/widgets/{widget.template}.html"


def inside(parts: Parts, name: str) -> dict[str, str]:
    """The parts below a name."""
    return {part.removeprefix(f"{name}."): text for part, text in parts.items() if part.startswith(f"{name}.")}


def _is_visible(field: Setting, value: JSON) -> bool:
    return all(str(value.get(name) or "") in wanted for name, wanted in field.only_for.items())


def _peek(field: Setting, parts: Parts) -> str:
    texts = inside(parts, field.name)
    return texts.get("choice") or texts.get("text") or ""


def _widget(field: Setting) -> Widget:
    from flows.designer.inspector.widgets.forms import find_widget  # cycle: a group is one of the widgets it holds

    return find_widget(field)


class Mapper:
    """Names and values that may be expressions, as JSON that ``parts/mapper.html`` puts rows on."""

    template, is_group, takes_expression = "mapper", True, True

    def fill(self, setting: Setting, value: JSON) -> dict[str, str]:
        """The value as JSON."""
        return {"text": "" if value is None else json.dumps(value, ensure_ascii=False)}

    def read(self, setting: Setting, parts: Parts, facts: Facts) -> JSON:
        """The value; an object without a field is nothing."""
        value = read_json(parts.get("text", ""), "text")
        return None if value in ({}, "") else value

    def show(self, setting: Setting, parts: Parts, facts: Facts) -> dict[str, Any]:
        """The value itself, or the text where it is no JSON."""
        text = parts.get("text", "")
        try:
            return {"value": read_json(text, "text"), "text": text, "is_broken": False}
        except Unreadable:
            return {"value": None, "text": text, "is_broken": True}


MAPPING, MAPPER, GROUP = MappingRows(), Mapper(), Group()

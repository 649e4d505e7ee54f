"""Reads what a person types to answer an incident: changed settings, an exit, a result. Keeps it when it is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flows.definition.expressions import is_expression
from flows.definition.kind import Setting
from flows.definition.model import Step
from flows.registry import kind_specs
from integrator.lib.strict_json import StrictJSONError, parse

_TEXT_TYPES = {"text", "url", "duration", "instant", "choice", "mode"}
PREFIX = "with-"


@dataclass(frozen=True, kw_only=True)
class TypedField:
    """One field as ``components/input.html`` draws it. ``is_json``: its text is JSON, else it is taken as it is."""

    id: str
    name: str
    label: str
    value: str
    hint: str = ""
    error: str = ""
    type: str = "text"
    rows: int = 3
    is_json: bool = False
    required: bool = False


def make_fields(step: Step, kept: Any) -> list[TypedField]:
    """This will make a field for each setting of the step, filled with what was evaluated (``kept``) or written."""
    spec = kind_specs()[step.kind]
    shapes = {setting.name: setting for setting in spec.settings}
    evaluated: Mapping[str, Any] = kept if isinstance(kept, Mapping) and "cut" not in kept else {}
    names = dict.fromkeys([*(name for name in shapes if name in step.settings or name in evaluated), *step.settings])
    return [_make_field(name, step, shapes.get(name), evaluated) for name in [*names, *_rest(evaluated, names)]]


def read_fields(fields: list[TypedField], posted: Mapping[str, Any]) -> tuple[list[TypedField], dict[str, Any]]:
    """This will give the fields with what was typed and what is wrong with it, and the settings without empty ones."""
    read: list[TypedField] = []
    settings: dict[str, Any] = {}
    for field in fields:
        text = str(posted.get(field.name, "")).replace("\r\n", "\n")
        value, error = _read_value(text, field)
        read.append(replace(field, value=text, error=error))
        if text.strip() and not error:
            settings[field.name.removeprefix(PREFIX)] = value
    return read, settings


def make_output_field(value: str = "", error: str = "") -> TypedField:
    """The field for a result that a person enters."""
    return TypedField(
        id="output",
        name="output",
        label="Result",
        value=value,
        error=error,
        type="textarea",
        rows=6,
        is_json=True,
        hint='As JSON, such as {"status": 201}. Later steps read it as this step’s output; empty is no result.',
    )


def read_output(text: str) -> tuple[TypedField, Any]:
    """This will give the field with what was typed, and the value: None when empty or refused (see ``error``)."""
    field = make_output_field()
    value, error = _read_value(text, field)
    return replace(field, value=text, error=error), value


def _read_value(text: str, field: TypedField) -> tuple[Any, str]:
    if not text.strip():
        return None, f"{field.label} is needed." if field.required else ""
    if not field.is_json:
        return text, ""
    try:
        return parse(text), ""
    except StrictJSONError as error:
        return None, f"{error.message} A text stands in double quotes."


def _make_field(name: str, step: Step, shape: Setting | None, evaluated: Mapping[str, Any]) -> TypedField:
    written = step.settings.get(name)
    has_value = name in evaluated or (name in step.settings and not _has_expression(written))
    value = evaluated.get(name, written) if has_value else None
    is_json = not isinstance(value, str) if has_value else shape is None or shape.type not in _TEXT_TYPES
    text = "" if not has_value else json.dumps(value, ensure_ascii=False, indent=2) if is_json else str(value)
    is_long = (is_json and not isinstance(value, int | float)) or "\n" in text or len(text) > 80
    hint = "" if has_value else f"The flow says {json.dumps(written, ensure_ascii=False)}, which gave nothing."
    return TypedField(
        id=f"{PREFIX}{name}",
        name=f"{PREFIX}{name}",
        label=_label(name, shape),
        value=text,
        hint=" ".join(filter(None, [hint, "As JSON." if is_json else ""])),
        type="textarea" if is_long else "text",
        rows=min(14, max(3, text.count("\n") + 1)),
        is_json=is_json,
        required=bool(shape and shape.required),
    )


def _label(name: str, shape: Setting | None) -> str:
    if shape is None or not shape.label:
        return name
    return f"{shape.label} in {shape.unit}" if shape.unit else shape.label


def _has_expression(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_expression(item) for item in value.values())
    if isinstance(value, list):
        return any(_has_expression(item) for item in value)
    return is_expression(value)


def _rest(evaluated: Mapping[str, Any], names: Mapping[str, None]) -> list[str]:
    return [name for name in evaluated if name not in names]

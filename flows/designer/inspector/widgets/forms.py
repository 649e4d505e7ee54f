"""A setting's whole form: its widget, or an expression in its place, or its value as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from flows.definition.expressions import is_expression
from flows.definition.kind import Setting
from flows.definition.model import JSON
from flows.designer.inspector.widgets import (
    asked,
    contributions,
    levels,
    library,
    lists,
    mappings,
    plain,
    tables,
    times,
)
from flows.designer.inspector.widgets.base import Facts, Parts, Unfit, Widget

Way = Literal["form", "expression", "json"]
WIDGETS: Mapping[str, Widget] = {
    "value": plain.TEXT,
    "text": plain.TEXT,
    "url": plain.TEXT,
    "number": plain.NUMBER,
    "flag": plain.FLAG,
    "choice": plain.CHOICE,
    "duration": times.DURATION,
    "instant": times.INSTANT,
    "people": asked.PEOPLE,
    "approvers": asked.APPROVERS,
    "levels": levels.LEVELS,
    "contributions": contributions.CONTRIBUTIONS,
    "rule": asked.RULE,
    "show": asked.SHOW,
    "schema": tables.FIELDS,
    "form": library.FORM,
    "cases": lists.CASES,
    "names": lists.NAMES,
    "mode": lists.MODE,
    "items": lists.ITEMS,
    "mapping": mappings.MAPPING,
    "group": mappings.GROUP,
}
_AS_JSON = ("schema", "form", "group", "show", "cases", "items", "people", "approvers", "levels", "contributions")


@dataclass(frozen=True, kw_only=True)
class FormState:
    """What a form holds: which way the value is shown, and the parts."""

    way: Way = "form"
    parts: Parts = field(default_factory=dict)


def find_widget(setting: Setting) -> Widget:
    """The widget of the setting's type; a text that names something has a widget of its own."""
    if setting.names:
        return plain.NAMED
    return mappings.MAPPER if setting.type == "mapping" and not setting.literal else WIDGETS[setting.type]


def fill_form(setting: Setting, value: JSON) -> FormState:
    """The form that shows ``value``."""
    widget = find_widget(setting)
    as_json = FormState(way="json", parts={"text": json.dumps(value, ensure_ascii=False, indent=2)})
    if is_expression(value) and not widget.takes_expression:
        return as_json if setting.literal else FormState(way="expression", parts={"text": str(value)})
    try:
        return FormState(parts=widget.fill(setting, value))
    except Unfit:
        return as_json


def read_form(setting: Setting, state: FormState, facts: Facts) -> JSON:
    """The value that the form says, None for nothing. Raises ``Unreadable``."""
    if state.way == "json":
        return mappings.read_json(state.parts.get("text", ""), "text")
    if state.way == "expression":
        text = plain.as_lines(state.parts.get("text", "")).strip()
        return None if not text else text if text.startswith("=") else f"= {text}"
    return find_widget(setting).read(setting, state.parts, facts)


def show_form(setting: Setting, state: FormState, facts: Facts) -> dict[str, Any]:
    """What the templates draw: the widget's own context with ``template``, ``way`` and which ways there are."""
    widget = find_widget(setting)
    if state.way == "form":
        shown = {"template": mappings.template_of(widget), **widget.show(setting, state.parts, facts)}
    else:
        template = f"flows/designer/inspector/widgets/{'json' if state.way == 'json' else 'text'}.html"
        text = state.parts.get("text", "")
        shown = {"template": template, "text": text, "is_expression": state.way == "expression", "lines": 8}
    ways = ["form"]
    if not setting.literal and not widget.takes_expression:
        ways.append("expression")
    if setting.type in _AS_JSON or state.way == "json":
        ways.append("json")
    return {
        **shown,
        "way": state.way,
        "ways": ways,
        "is_group": (widget.is_group or bool(shown.get("is_segments"))) and state.way == "form",
    }

"""Which fields are expected of an object that a flow hands over: a called flow's schema, a table's inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from cases.forms import read_form
from cases.models import Form
from flows.definition.decision_tables.table import table_from_data
from flows.definition.expressions import is_expression
from flows.definition.flow_file import definition_from_data
from flows.definition.model import JSON, Step
from flows.definition.own_forms import with_own_forms
from flows.definition.sampling.schema import flatten_schema
from flows.definition.start_forms import find_body_schema
from flows.models import DecisionTable, FlowVersion
from integrator.people.models import Team

_TYPES: Mapping[str, str] = {
    "string": "text",
    "text": "text",
    "number": "number",
    "integer": "number",
    "boolean": "yes or no",
    "yes_no": "yes or no",
    "date": "date",
    "array": "list",
    "list": "list",
    "object": "group",
}
_FIELD_TYPES: Mapping[str, str] = {
    "number": "number",
    "tick": "yes or no",
    "date": "date",
    "table": "list",
    **dict.fromkeys(("money", "comparison", "document", "json"), "group"),
}


@dataclass(frozen=True, kw_only=True)
class Target:
    """A field that is expected. ``type`` is in words, "" where nothing is said of it."""

    name: str
    type: str = ""
    is_required: bool = False
    help: str = ""


def list_targets(team: Team, step: Step, setting: str) -> list[Target]:
    """This will give the fields that ``setting`` of this step is expected to have; none where nobody says.

    One query for steps that call another flow, a table or a form of the team, else none.
    """
    if setting == "fill":
        return _of_form(team, step.settings.get("form"))
    if setting != "input":
        return []
    if step.kind == "subflow":
        return _of_flow(team, step.settings.get("flow"))
    if step.kind == "decision_table":
        return _of_table(team, step.settings.get("table"))
    return []


def _of_flow(team: Team, key: JSON) -> list[Target]:
    if not isinstance(key, str) or is_expression(key):
        return []
    versions = FlowVersion.objects.filter(flow__team=team, flow__key=key, flow__live_version_id=F("pk"))
    document = versions.values_list("document", flat=True).first()
    trigger = with_own_forms(definition_from_data(document)).trigger if document else None
    schema = find_body_schema(trigger.settings) if trigger else None
    said = flatten_schema(schema, schema)
    properties, required = said.get("properties"), said.get("required")
    needed = required if isinstance(required, list) else []
    known: Mapping[str, Any] = properties if isinstance(properties, Mapping) else {}
    names = dict.fromkeys((*known, *(name for name in needed if isinstance(name, str))))
    return [_of_property(str(name), flatten_schema(known.get(name), schema), name in needed) for name in names]


def _of_form(team: Team, form: JSON) -> list[Target]:
    """The fields of a form that is written out, or of the library's live version."""
    if isinstance(form, Mapping) and isinstance(form.get("use"), str):
        live = Form.objects.filter(team=team, key=form["use"], live_version__isnull=False)
        row = live.select_related("live_version").first()
        form = row.live_version.schema if row is not None and row.live_version is not None else None
    fields = read_form(form).by_key.values() if isinstance(form, Mapping) else ()
    return [
        Target(name=field.key, type=_FIELD_TYPES.get(field.type, "text"), help=field.label)
        for field in fields
        if field.compute is None and field.type not in ("file", "confirmation")
    ]


def _of_property(name: str, said: Mapping[str, Any], is_required: bool) -> Target:
    kind, help_text = said.get("type"), said.get("description") or said.get("title")
    words = "date" if said.get("format") in ("date", "date-time") else _TYPES.get(str(kind), "")
    return Target(name=name, type=words, is_required=is_required, help=str(help_text or ""))


def _of_table(team: Team, key: JSON) -> list[Target]:
    if not isinstance(key, str) or is_expression(key):
        return []
    row = DecisionTable.objects.filter(team=team, key=key).select_related("live_version").first()
    if row is None:
        return []
    table = table_from_data(row.live_version.document if row.live_version else row.document)
    return [
        Target(name=column.name, type=_TYPES.get(str(column.type), ""), is_required=True, help=column.label)
        for column in table.inputs
    ]

"""Checks of what is declared sensitive: that each path leads somewhere, and that nothing public is made of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flows.definition.expressions import ExpressionError, compile_value
from flows.definition.kind import Finding
from flows.definition.model import FlowDefinition
from flows.definition.places import finding_at
from flows.definition.sensitive import SensitivePaths, compile_sensitive, join_path, split_path
from flows.definition.start_forms import find_body_schema
from flows.definition.words import did_you_mean
from integrator.lib.sensitive import ANY, Path, touches

ROOTS = ("trigger", "steps")
TRIGGER_PARTS = ("body", "headers", "query", "files")
HOW = "Write it as 'trigger.body.iban' or 'steps.lookup.body.ssn'."


def check_sensitive(definition: FlowDefinition) -> Iterator[Finding]:
    """Findings about ``sensitive:`` and about keys of runs that are made of sensitive data."""
    for place, text in enumerate(definition.sensitive):
        message = _judge(definition, split_path(text))
        if message:
            yield finding_at(("sensitive", place), f"'{text}' under 'sensitive' {message}")
    yield from _check_public(definition, compile_sensitive(definition))


def _judge(definition: FlowDefinition, path: Path) -> str:
    """Why the path is none, as the end of a sentence; "" when it is one."""
    if "" in path:
        return f"is no path. {HOW}"
    if path[0] not in ROOTS:
        return f"begins with '{path[0]}'.{did_you_mean(path[0], ROOTS)} {HOW}"
    if path[0] == "steps":
        if len(path) == 1:
            return f"names no step. {HOW}"
        if path[1] not in definition.steps:
            return f"names the step '{path[1]}', which does not exist.{did_you_mean(path[1], definition.steps)}"
        return ""
    if len(path) > 1 and path[1] not in TRIGGER_PARTS:
        return f"names '{path[1]}', which no trigger has.{did_you_mean(path[1], TRIGGER_PARTS)}"
    if path[1:2] == ("body",) and definition.trigger is not None:
        return _judge_body(find_body_schema(definition.trigger.settings), path[2:])
    return ""


def _judge_body(schema: Any, path: Path) -> str:
    """Against the schema of the trigger, as far as it names its properties and nothing beside them is said."""
    for part in path:
        schema = _without_lists(schema)
        properties = schema.get("properties") if isinstance(schema, Mapping) else None
        if not isinstance(properties, Mapping) or any(word in schema for word in _OPEN):
            return ""
        if part != ANY and part not in properties:
            return f"names '{part}', which the schema of the trigger does not have.{did_you_mean(part, properties)}"
        schema = properties.get(part)
    return ""


_OPEN = ("$ref", "allOf", "anyOf", "oneOf", "patternProperties", "additionalProperties", "if", "dependentSchemas")


def _without_lists(schema: Any) -> Any:
    while isinstance(schema, Mapping) and isinstance(schema.get("items"), Mapping) and "properties" not in schema:
        schema = schema["items"]
    return schema


def _check_public(definition: FlowDefinition, paths: SensitivePaths) -> Iterator[Finding]:
    """Business key and requester are shown wherever a run is, so they are made of nothing sensitive."""
    if not paths.trigger or definition.trigger is None:
        return
    made_of = {
        ("trigger", "business_key"): definition.trigger.settings.get("business_key"),
        ("requested_by",): definition.requested_by,
    }
    for place, written in made_of.items():
        found = next((path for path in _read_references(written) if _is_sensitive(path, paths)), None)
        if found is not None:
            yield finding_at(
                place,
                f"'{place[-1]}' reads '{join_path(found)}', which is sensitive, and it is shown wherever the run is. "
                "Make it of another field, or take the field out of what is sensitive.",
            )


def _is_sensitive(path: Path, paths: SensitivePaths) -> bool:
    return any(touches(path, declared) for declared in paths.trigger)


def _read_references(written: Any) -> list[Path]:
    """What an expression reads; one that cannot be read is told about elsewhere."""
    if not isinstance(written, str):
        return []
    try:
        return sorted(compile_value(written).references)
    except ExpressionError:
        return []

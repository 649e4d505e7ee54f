"""What a call would be to a flow: held against the schema, its business key, who asked. As intake reads it. Pure.

StartRefused             try.not_started         the trigger's data would start nothing; ``message`` says why
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.definition.expressions import ExpressionError, compile_value
from flows.definition.model import JSON, FlowDefinition
from integrator.files.members import without_files
from integrator.lib.schema import SchemaError, compile_schema

MOST_FAULTS = 5


@dataclass(frozen=True, kw_only=True)
class StartFacts:
    """Empty texts: not said."""

    business_key: str = ""
    requested_by: str = ""


class StartRefused(Exception):
    """A real call would be answered with 400 and start no run."""

    code = "try.not_started"
    retryable = False

    def __init__(self, message: str, errors: list[dict[str, str]]) -> None:
        super().__init__(message)
        self.message, self.details = message, {"errors": errors}


def as_trigger(given: JSON) -> dict[str, Any]:
    """``{body, headers, query, files}`` with what is missing; anything else than such a mapping is the body."""
    parts = {"body", "headers", "query", "files"}
    if isinstance(given, dict) and given and set(given) <= parts:
        return {"body": None, "headers": {}, "query": {}, "files": [], **given}
    return {"body": given, "headers": {}, "query": {}, "files": []}


def read_start(definition: FlowDefinition, trigger: Mapping[str, Any], now: datetime) -> StartFacts:
    """The facts of the run that this would start. Raises StartRefused."""
    settings = definition.trigger.settings if definition.trigger else {}
    _check_schema(settings.get("schema"), trigger.get("body"))
    roots = {name: trigger.get(name) for name in ("body", "headers", "query")}
    key = _read_text(settings.get("business_key"), roots, now, "business key")
    person = _read_text(definition.requested_by, roots, now, "requester", is_optional=True)
    return StartFacts(business_key=key[:300], requested_by=person[:254])


def _check_schema(schema: JSON, body: JSON) -> None:
    if not isinstance(schema, dict):
        return
    try:
        faults = compile_schema(without_files(schema)).faults(body)
    except SchemaError as error:
        raise StartRefused(f"The schema of the trigger cannot be used: {error.message}", []) from error
    if faults:
        errors = [{"pointer": fault.pointer, "message": fault.message} for fault in faults]
        told = "; ".join(f"{row['pointer'] or 'the body'} {row['message']}" for row in errors[:MOST_FAULTS])
        more = f", and {len(errors) - MOST_FAULTS} more" if len(errors) > MOST_FAULTS else ""
        raise StartRefused(f"This does not fit the schema of the trigger, so no run starts: {told}{more}.", errors)


def _read_text(raw: JSON, roots: Mapping[str, Any], now: datetime, name: str, *, is_optional: bool = False) -> str:
    if not isinstance(raw, str) or not raw:
        return ""
    try:
        found = compile_value(raw).evaluate(roots, now=now)
    except ExpressionError as error:
        if is_optional and "missing" in error.details:
            return ""
        message = f"The {name} cannot be read from this, so no run starts: {error.message}."
        raise StartRefused(message, [{"pointer": "", "message": error.message}]) from error
    if found is None or isinstance(found, str):
        return found or ""
    if isinstance(found, int | float) and not isinstance(found, bool):
        return json.dumps(found)
    raise StartRefused(f"The {name} must be a text or a number, so no run starts.", [])

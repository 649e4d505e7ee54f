"""The definition as plain JSON: in the file's own shape for the writer, with its order beside it for the database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from flows.definition.flow_file.order import key_orders
from flows.definition.model import JSON, FlowDefinition, RetryPolicy, Step

FORMAT = 1


def definition_to_data(definition: FlowDefinition) -> dict[str, JSON]:
    """The definition as it is stored: the file's data and, under ``order``, the order of keys that a store loses."""
    data = file_data(definition)
    return {**data, "order": key_orders(data)}


def file_data(definition: FlowDefinition) -> dict[str, JSON]:
    """The definition as the file has it: the contract's order, ``start`` always named, empty things left out."""
    trigger = definition.trigger
    data: dict[str, JSON] = {
        "format": FORMAT,
        "flow": definition.key,
        "name": definition.name,
        "team": definition.team,
        "description": definition.description,
        "vars": dict(definition.vars),
        "trigger": {"kind": trigger.kind, **trigger.settings} if trigger else None,
        "requested_by": definition.requested_by,
        "sensitive": list(definition.sensitive),
        "forms": dict(definition.forms),
        "start": definition.start,
        "steps": {key: _step_data(step) for key, step in definition.steps.items()},
        "on_error": definition.on_error,
        "notes": definition.notes,
        "layout": definition.layout,
        "tests": definition.tests,
    }
    kept = ("format", "flow", "name", "team", "steps")
    return {key: value for key, value in data.items() if key in kept or not _is_empty(value)}


def semantic_digest(definition: FlowDefinition) -> str:
    """SHA-256 (hex) of the canonical JSON without ``notes`` and ``layout``; order of keys plays no part."""
    data = {key: value for key, value in file_data(definition).items() if key not in ("notes", "layout")}
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _step_data(step: Step) -> dict[str, JSON]:
    data: dict[str, JSON] = {
        "kind": step.kind,
        "name": step.name,
        "with": dict(step.settings),
        "retry": _retry_data(step.retry) if step.retry else None,
        "next": step.links.get("next"),
        "on": {port: target for port, target in step.links.items() if port != "next"},
    }
    return {key: value for key, value in data.items() if key == "kind" or not _is_empty(value)}


def _retry_data(retry: RetryPolicy) -> Mapping[str, JSON]:
    return {
        "max_attempts": retry.max_attempts,
        "first_delay_s": _short_number(retry.first_delay_s),
        "factor": _short_number(retry.factor),
        "max_delay_s": _short_number(retry.max_delay_s),
    }


def _short_number(number: float) -> float | int:
    return int(number) if float(number).is_integer() and abs(number) < 2**53 else number


def _is_empty(value: JSON) -> bool:
    return value is None or (isinstance(value, (str, list, dict)) and not value)

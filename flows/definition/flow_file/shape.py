"""Gives plain data the shape of a flow: known fields of the right type, every fault a sentence with its path.

It refuses unknown fields everywhere except where the contract lets anything stand (``with``, ``trigger``, ``vars`` …).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flows.definition.flow_file.errors import FlowFileError
from flows.definition.flow_file.order import in_order
from flows.definition.kind import Finding
from flows.definition.model import JSON, FlowDefinition, RetryPolicy, Step, TriggerDefinition
from flows.definition.places import Path, finding_at
from flows.definition.words import did_you_mean, type_words

FLOW_FIELDS = (
    "format", "flow", "name", "team", "description", "vars", "trigger", "requested_by", "sensitive", "forms", "start",
    "steps", "on_error", "notes", "layout", "tests",
)  # fmt: skip
STEP_FIELDS = ("kind", "name", "with", "retry", "next", "on")
RETRY_FIELDS = ("max_attempts", "first_delay_s", "factor", "max_delay_s")


def definition_from_data(data: JSON) -> FlowDefinition:
    """The definition that ``definition_to_data`` gave, its order of keys restored. Raises ``FlowFileError``.

    A draft may have no step yet: ``start`` is then empty too.
    """
    if isinstance(data, dict) and "order" in data:
        data = in_order({key: value for key, value in data.items() if key != "order"}, data["order"])
    definition, findings = shape_definition(data, may_be_empty=True)
    if definition is None:
        raise FlowFileError(findings)
    return definition


def shape_definition(data: JSON, *, may_be_empty: bool = False) -> tuple[FlowDefinition | None, list[Finding]]:
    """The definition, or None and what is wrong with the shape of ``data``.

    ``may_be_empty`` lets a flow without steps pass, as a new draft is.
    """
    shape = _Shape(may_be_empty=may_be_empty)
    if not isinstance(data, dict):
        shape.fault((), "A flow file is a mapping that begins with 'format: 1'. This one is empty or something else.")
        return None, shape.findings
    shape.refuse_unknown(data, FLOW_FIELDS, (), "a flow file")
    if "format" not in data:
        shape.fault((), "'format' is missing. Begin the file with 'format: 1'.")
    elif data["format"] != 1 or isinstance(data["format"], (bool, float)):
        shape.fault(("format",), f"This version reads format 1, not {data['format']!r}. Write 'format: 1'.")
    definition = _flow(shape, data)
    return (None if shape.findings else definition), shape.findings


@dataclass
class _Shape:
    may_be_empty: bool = False
    findings: list[Finding] = field(default_factory=list)

    def fault(self, path: Path, message: str, code: str = "flow_file.shape") -> None:
        self.findings.append(finding_at(path, message, code=code))

    def refuse_unknown(self, data: Mapping[str, Any], known: tuple[str, ...], path: Path, what: str) -> None:
        for key in data:
            if key not in known:
                self.fault(
                    (*path, key),
                    f"'{key}' is not a field of {what}.{did_you_mean(key, known, what='Fields')}",
                    code="flow_file.unknown_field",
                )

    def text(self, data: Mapping[str, Any], key: str, path: Path, *, required: bool = False) -> str:
        value = data.get(key)
        if value is None:
            if required:
                where = "the flow file" if not path else f"'{path[-1]}'"
                self.fault(path, f"'{key}' is missing from {where}. Add '{key}:' with a text.")
            return ""
        if not isinstance(value, str):
            self.fault((*path, key), f"'{key}' must be a text, but is {type_words(value)}. Put it in quotes.")
            return ""
        if required and not value.strip():
            self.fault((*path, key), f"'{key}' is empty. Write a text after it.")
        return value

    def mapping(self, data: Mapping[str, Any], key: str, path: Path) -> dict[str, JSON]:
        value = data.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.fault(
                (*path, key),
                f"'{key}' must be a mapping, but is {type_words(value)}. Indent its fields below it.",
            )
            return {}
        return value

    def number(self, data: Mapping[str, Any], key: str, path: Path, default: float) -> float:
        value = data.get(key, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) > 1e15:
            self.fault((*path, key), f"'{key}' must be a number, but is {type_words(value)}. Write it without quotes.")
            return default
        return value


def _flow(shape: _Shape, data: dict[str, JSON]) -> FlowDefinition:
    steps = _steps(shape, data)
    return FlowDefinition(
        key=shape.text(data, "flow", (), required=True),
        name=shape.text(data, "name", (), required=True),
        team=shape.text(data, "team", (), required=True),
        description=shape.text(data, "description", ()),
        vars=shape.mapping(data, "vars", ()),
        trigger=_trigger(shape, data),
        requested_by=shape.text(data, "requested_by", ()) or None,
        sensitive=_sensitive(shape, data),
        forms=shape.mapping(data, "forms", ()),
        start=shape.text(data, "start", ()) or next(iter(steps), ""),
        steps=steps,
        **{key: _or_none(data.get(key)) for key in ("on_error", "notes", "layout", "tests")},
    )


def _or_none(value: JSON) -> JSON:
    """Empty things are left out on writing, so that reading gives None for them."""
    return None if isinstance(value, (str, list, dict)) and not value else value


def _trigger(shape: _Shape, data: dict[str, JSON]) -> TriggerDefinition | None:
    settings = shape.mapping(data, "trigger", ())
    if not settings:
        return None
    kind = shape.text(settings, "kind", ("trigger",), required=True)
    return TriggerDefinition(kind=kind, settings={key: value for key, value in settings.items() if key != "kind"})


def _sensitive(shape: _Shape, data: dict[str, JSON]) -> tuple[str, ...]:
    paths = data.get("sensitive")
    if paths is None:
        return ()
    if not isinstance(paths, list) or not all(isinstance(path, str) and path for path in paths):
        shape.fault(("sensitive",), "'sensitive' must be a list of paths. Write each as '- trigger.body.iban'.")
        return ()
    return tuple(paths)


def _steps(shape: _Shape, data: dict[str, JSON]) -> dict[str, Step]:
    steps = shape.mapping(data, "steps", ())
    if not steps and not shape.findings and not shape.may_be_empty:
        shape.fault(("steps",), "A flow needs at least one step. Add it below 'steps:'.")
    return {key: _step(shape, key, content) for key, content in steps.items()}


def _step(shape: _Shape, key: str, content: JSON) -> Step:
    path: Path = ("steps", key)
    if not isinstance(content, dict):
        shape.fault(path, f"Step '{key}' must be a mapping with at least 'kind:', but is {type_words(content)}.")
        return Step(key=key, kind="")
    shape.refuse_unknown(content, STEP_FIELDS, path, "a step")
    return Step(
        key=key,
        kind=shape.text(content, "kind", path, required=True),
        name=shape.text(content, "name", path),
        settings=shape.mapping(content, "with", path),
        links=_links(shape, content, path),
        retry=_retry(shape, content, path),
    )


def _links(shape: _Shape, content: dict[str, JSON], path: Path) -> dict[str, str]:
    on = shape.mapping(content, "on", path)
    links: dict[str, str] = {}
    if content.get("next") is not None:
        links["next"] = shape.text(content, "next", path)
        if "next" in on:
            shape.fault((*path, "next"), "'next' is given twice, as 'next:' and under 'on:'. Keep one of them.")
    for port, target in on.items():
        if not isinstance(target, str) or not target:
            shape.fault((*path, "on", port), f"The link '{port}' must name a step, but is {type_words(target)}.")
            continue
        links[port] = target
    return links


def _retry(shape: _Shape, content: dict[str, JSON], path: Path) -> RetryPolicy | None:
    if content.get("retry") is None:
        return None
    retry = shape.mapping(content, "retry", path)
    path = (*path, "retry")
    shape.refuse_unknown(retry, RETRY_FIELDS, path, "a retry rule")
    attempts = shape.number(retry, "max_attempts", path, 1)
    if attempts != int(attempts):
        shape.fault((*path, "max_attempts"), "'max_attempts' must be a whole number, such as 5.")
    return RetryPolicy(
        max_attempts=int(attempts),
        first_delay_s=float(shape.number(retry, "first_delay_s", path, 1.0)),
        factor=float(shape.number(retry, "factor", path, 2.0)),
        max_delay_s=float(shape.number(retry, "max_delay_s", path, 300.0)),
    )

"""Makes a flow that is still being written ready to simulate: a step with faults is refused only when it is reached.

FlowNotReady             try.not_ready       a faulty step was reached, or nothing can be begun
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from flows.definition.kind import Finding, KindSpec, Outcome, StepCall
from flows.definition.model import FlowDefinition, Step
from flows.definition.validation import validate
from flows.engine.compiled import CompiledFlow, CompiledStep, compile_flow, compile_step
from flows.registry import kind_specs, trigger_specs

_OF_TRIGGER = ("trigger", "requested_by", "tests", "notes", "layout")


class FlowNotReady(Exception):
    """``message`` says what to mend; ``step`` is None where the flow as a whole cannot begin."""

    code = "try.not_ready"
    retryable = False

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.message, self.step, self.details = finding.message, finding.step, {"finding": finding.code}


class _Faulty:
    """A step that cannot be done yet."""

    def __init__(self, key: str, finding: Finding) -> None:
        self.spec = KindSpec(
            key=key, label=key, group="logic", icon="help", family="pure", describe=lambda step: step.title
        )
        self._finding = finding

    def execute(self, call: StepCall) -> Outcome:
        """Refuse. Raises FlowNotReady."""
        raise FlowNotReady(self._finding)

    def resume(self, step: Step, news: Mapping[str, Any]) -> Outcome:
        """Refuse. Raises FlowNotReady."""
        raise FlowNotReady(self._finding)


def compile_draft(definition: FlowDefinition, *, version: int = 0) -> tuple[CompiledFlow, tuple[Finding, ...]]:
    """The compiled flow, and the errors it still has. Raises FlowNotReady where nothing can be begun."""
    findings = validate(definition, kind_specs(), trigger_specs())
    errors = tuple(finding for finding in findings if finding.severity == "error")
    for finding in errors:
        if finding.step is None and _top(finding) not in _OF_TRIGGER:
            raise FlowNotReady(finding)
    faulty = {finding.step: finding for finding in reversed(errors) if finding.step is not None}
    flow = compile_flow(
        _bridge(definition, faulty), version_id=0, number=version, compile_one=partial(_compile, faulty)
    )
    return replace(flow, definition=definition), errors


def list_faulty(findings: Iterable[Finding]) -> set[str]:
    """The steps that these errors keep from being done."""
    return {finding.step for finding in findings if finding.step is not None}


def _compile(faulty: Mapping[str, Finding], step: Step) -> CompiledStep:
    finding = faulty.get(step.key)
    if finding is None:
        return compile_step(step)
    kind = _Faulty(step.kind, finding)
    return CompiledStep(step=step, kind=kind, spec=kind.spec, values={}, literals={}, cases={}, references=frozenset())


def _bridge(definition: FlowDefinition, faulty: Mapping[str, Finding]) -> FlowDefinition:
    """Without links that lead nowhere; they are among the faults of their steps, which are never left."""
    if not faulty:
        return definition
    steps = {
        key: replace(step, links={port: to for port, to in step.links.items() if to in definition.steps})
        for key, step in definition.steps.items()
    }
    return replace(definition, steps=steps)


def _top(finding: Finding) -> object:
    path = finding.details.get("path") or [""]
    return path[0]

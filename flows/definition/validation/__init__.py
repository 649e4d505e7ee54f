"""Judges whether a flow makes sense, in sentences for analysts. Pure: it reads definitions and shapes."""

from __future__ import annotations

from collections.abc import Mapping

from flows.definition.flow_file.shape import FLOW_FIELDS
from flows.definition.kind import Finding, KindSpec
from flows.definition.model import FlowDefinition
from flows.definition.own_forms import with_own_forms
from flows.definition.trigger import TriggerSpec
from flows.definition.validation.answers import check_answers
from flows.definition.validation.expressions import check_expressions
from flows.definition.validation.flow import check_flow
from flows.definition.validation.links import check_links
from flows.definition.validation.own_forms import check_own_forms
from flows.definition.validation.sensitive import check_sensitive
from flows.definition.validation.steps import check_step
from flows.definition.validation.tests import check_tests
from flows.definition.validation.trigger import check_trigger

__all__ = ["has_errors", "validate"]


def validate(
    definition: FlowDefinition, kinds: Mapping[str, KindSpec], triggers: Mapping[str, TriggerSpec]
) -> list[Finding]:
    """Everything wrong with a flow, in the order of the file; an empty list means it may be published.

    Findings carry step and field; ``places.with_lines`` adds the lines of a file. Warnings do not keep a flow from
    being published.
    """
    findings = [*check_flow(definition), *check_own_forms(definition), *check_trigger(definition, triggers)]
    for step in definition.steps.values():
        findings.extend(check_step(step, kinds))
    definition = with_own_forms(definition)
    findings.extend(check_sensitive(definition))
    findings.extend(check_answers(definition))
    findings.extend(check_links(definition, kinds))
    findings.extend(check_expressions(definition, kinds, triggers))
    findings.extend(check_tests(definition))
    order = {key: index for index, key in enumerate(definition.steps)}
    return sorted(findings, key=lambda finding: _rank(finding, order))


def has_errors(findings: list[Finding]) -> bool:
    """Whether any of the findings keeps the flow from being published."""
    return any(finding.severity == "error" for finding in findings)


def _rank(finding: Finding, order: Mapping[str, int]) -> tuple[int, int]:
    path = finding.details.get("path") or [""]
    top = FLOW_FIELDS.index(path[0]) if path[0] in FLOW_FIELDS else -1
    return top, order.get(finding.step or "", -1)

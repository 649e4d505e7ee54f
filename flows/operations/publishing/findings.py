"""Refuses a design for its findings, and says them as plain JSON. What the findings are, queries know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flows.definition.kind import Finding
from flows.definition.model import FlowDefinition
from flows.definition.places import Path
from flows.definition.validation import has_errors
from flows.errors import FlowRefused
from flows.models import Flow
from flows.queries.findings import find_findings
from integrator.people.models import Team

NO_LINES: Mapping[Path, int] = {}


def judge(
    definition: FlowDefinition, *, team: Team, flow: Flow | None, lines: Mapping[Path, int] = NO_LINES
) -> list[Finding]:
    """This will give the warnings of a design. Raises FlowRefused ``flow.invalid`` with all findings on any error.

    ``flow`` is None for one that is not stored yet.
    """
    findings = find_findings(definition, team=team, flow=flow, lines=lines)
    if has_errors(findings):
        raise refuse(findings)
    return findings


def refuse(findings: Sequence[Finding]) -> FlowRefused:
    """The refusal: ``details["findings"]`` has all, ``["errors"]`` those that bar it, by JSON pointer."""
    errors = [finding for finding in findings if finding.severity == "error"]
    count = "one fault" if len(errors) == 1 else f"{len(errors)} faults"
    return FlowRefused(
        "flow.invalid",
        f"The flow has {count}, so nothing was changed. {tell(errors[0])}",
        {
            "findings": [as_data(finding) for finding in findings],
            "errors": [{"pointer": _pointer(finding), "message": tell(finding)} for finding in errors],
        },
    )


def tell(finding: Finding) -> str:
    """The finding with its line, where one is known."""
    return f"Line {finding.line}: {finding.message}" if finding.line else finding.message


def as_data(finding: Finding) -> dict[str, Any]:
    """The finding as plain JSON."""
    return {
        "severity": finding.severity,
        "message": finding.message,
        "line": finding.line,
        "step": finding.step,
        "field": finding.field,
        "code": finding.code,
    }


def _pointer(finding: Finding) -> str:
    parts = finding.details.get("path", ())
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)

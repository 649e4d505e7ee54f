"""Checks of a flow's own test cases: their shape, and that the steps they name are there. It runs none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flows.definition.kind import Finding
from flows.definition.model import FlowDefinition
from flows.definition.places import finding_at
from flows.definition.test_cases import list_named_steps, read_flow_tests
from flows.definition.words import did_you_mean


def check_tests(definition: FlowDefinition) -> Iterator[Finding]:
    """Findings about ``tests``. Only warnings for steps that are gone: what a test case shows is told when it runs."""
    tests, faults = read_flow_tests(definition.tests)
    for message, path in faults:
        yield finding_at(path, message, code="definition.test")
    for test in tests:
        for step, _ in list_named_steps(test):
            if step not in definition.steps:
                message = (
                    f"The test case “{test.name}” names the step '{step}', which is not there."
                    f"{did_you_mean(step, definition.steps, what='Steps')}"
                )
                yield replace(finding_at(("tests",), message, code="definition.test"), severity="warning")

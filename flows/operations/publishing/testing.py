"""A flow's own test cases before it goes live: one that fails bars it unless the publisher says why. In memory."""

from __future__ import annotations

from typing import Any

from flows.definition.model import FlowDefinition
from flows.engine.simulation import make_stored_doors, run_tests
from flows.engine.simulation.testing import TestResult
from flows.errors import FlowRefused

MAX_TESTING_S = 60.0


def run_design_tests(definition: FlowDefinition, *, team_id: int) -> list[TestResult]:
    """This will run the test cases with the tables, flows and people there are in the team now. Call no lock held."""
    if not definition.tests:
        return []
    return run_tests(definition, doors=make_stored_doors(definition, team_id=team_id), seconds=MAX_TESTING_S)


def look_at_tests(definition: FlowDefinition, *, team_id: int, despite: str) -> dict[str, Any]:
    """This will give what the log keeps of the tests. Raises FlowRefused ``flow.tests_failed`` without a reason."""
    failed = [result.test.name for result in run_design_tests(definition, team_id=team_id) if not result.is_ok]
    if not failed:
        return {}
    if despite.strip():
        return {"failed_tests": failed, "despite_tests": despite.strip()}
    which = f"The test “{failed[0]}” fails" if len(failed) == 1 else f"{len(failed)} tests fail"
    raise FlowRefused(
        "flow.tests_failed",
        f"{which}, so nothing was published. Mend the flow or what the test expects, or say why it goes live so.",
        {"tests": failed},
    )

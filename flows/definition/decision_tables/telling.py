"""What page and API say of a draft as it stands: its faults, and how its saved tests come out. Pure."""

from __future__ import annotations

from typing import Any

from flows.definition.decision_tables.checking import TestResult, check_table, run_tests
from flows.definition.decision_tables.compiling import compile_table
from flows.definition.decision_tables.table import Table


def tell_state(revision: int, table: Table) -> dict[str, Any]:
    """``{revision, faults, tests}``: what is wrong, what is worth a look, how saved tests came out."""
    faults = check_table(table)
    is_sound = all(fault.severity == "warning" for fault in faults)
    return {
        "revision": revision,
        "faults": [
            {"pointer": fault.pointer, "message": fault.message, "severity": fault.severity} for fault in faults
        ],
        "tests": [_tell_test(result) for result in run_tests(table, compile_table(table))] if is_sound else [],
    }


def _tell_test(result: TestResult) -> dict[str, Any]:
    return {
        "name": result.name,
        "passed": result.passed,
        "got": result.got,
        "message": result.message,
        "rows": list(result.rows),
    }

"""Test cases of a draft: kept out of a try, run, given a new result, dropped. Each change is an edit of the draft."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from flows.definition.model import JSON
from flows.definition.test_cases import MAX_TESTS, FlowTest, flow_test_to_data, read_flow_tests
from flows.engine.simulation import TestResult, make_expectation, make_stored_doors, run_test, run_tests
from flows.engine.simulation.testing import accept
from flows.errors import TryRefused
from flows.operations.drafts import Edit, EditResult, apply_edit
from flows.operations.trying.memory import Tried, show_try
from flows.queries.drafts import DesignerDraft, get_designer_draft
from integrator.people.models import Person

MAX_NAME = 200
MAX_TESTING_S = 30.0


def run_draft_tests(found: DesignerDraft) -> list[TestResult]:
    """This will run every test case of a draft, with the team's tables and people."""
    doors = make_stored_doors(found.definition, team_id=found.flow.team_id)
    return run_tests(found.definition, doors=doors, seconds=MAX_TESTING_S)


def keep_test(*, key: str, person: Person, name: str, now: datetime) -> EditResult:
    """This will keep the person's try as a test case that expects what came of it.

    Raises NotFound, Forbidden, EditRefused, EditConflict, TryRefused (``try.not_begun``, ``try.not_whole``,
    ``try.name``, ``try.too_many``).
    """
    tried = show_try(key=key, person=person)
    found = get_designer_draft(person, key)
    if tried is None or tried.reach != "all":
        raise TryRefused("try.not_whole", "A test case is a try of the whole flow. Press “Run all”, then keep it.")
    tests, others = _read(found)
    name = name.strip()
    if not 0 < len(name) <= MAX_NAME or any(test.name == name for test in tests):
        raise TryRefused("try.name", f"Give the test case a name of its own, at most {MAX_NAME} characters.")
    if len(tests) + len(others) >= MAX_TESTS:
        raise TryRefused("try.too_many", f"A flow has at most {MAX_TESTS} test cases. Drop one first.")
    return _write(found, person, [*_rows(found), flow_test_to_data(_make_test(found, name, tried))], now=now)


def take_result(*, key: str, person: Person, name: str, now: datetime) -> EditResult:
    """This will make what comes of a test case now what it expects. Raises as ``keep_test`` and ``try.gone``."""
    found = get_designer_draft(person, key)
    test = _find(found, name)
    result = run_test(found.definition, test, doors=make_stored_doors(found.definition, team_id=found.flow.team_id))
    fresh = flow_test_to_data(accept(test, result.simulated))
    return _write(
        found, person, [fresh if row is not None and _name(row) == name else row for row in _rows(found)], now=now
    )


def drop_test(*, key: str, person: Person, name: str, now: datetime) -> EditResult:
    """This will take a test case out; undo brings it back. Raises as ``take_result``."""
    found = get_designer_draft(person, key)
    _find(found, name)
    return _write(found, person, [row for row in _rows(found) if _name(row) != name], now=now)


def _make_test(found: DesignerDraft, name: str, tried: Tried) -> FlowTest:
    """The try at the fixed time of test cases, so that it comes out the same each time."""
    trigger = {part: value for part, value in (tried.trigger.value or {}).items() if value not in ({}, [], None)}
    answers = {
        step: rows[0] if isinstance(rows, list) and len(rows) == 1 else rows
        for step, rows in tried.simulated.answers.items()
    }
    test = FlowTest(name=name, trigger=trigger, answers=answers)
    doors = make_stored_doors(found.definition, team_id=found.flow.team_id)
    result = run_test(found.definition, test, doors=doors)
    return FlowTest(name=name, trigger=trigger, answers=answers, expect=make_expectation(result.simulated))


def _read(found: DesignerDraft) -> tuple[list[FlowTest], list[object]]:
    tests, faults = read_flow_tests(found.definition.tests)
    return tests, list(faults)


def _rows(found: DesignerDraft) -> list[JSON]:
    rows = found.definition.tests
    return list(rows) if isinstance(rows, list) else []


def _name(row: JSON) -> str:
    return str(row.get("name", "")) if isinstance(row, dict) else ""


def _find(found: DesignerDraft, name: str) -> FlowTest:
    tests, _ = _read(found)
    test = next((test for test in tests if test.name == name), None)
    if test is None:
        raise TryRefused("try.gone", "This test case is gone. Load the list again.")
    return test


def _write(found: DesignerDraft, person: Person, rows: list[JSON], *, now: datetime) -> EditResult:
    op = {"op": "set", "target": "flow", "path": ["tests"], "value": rows or None}
    edit = Edit(id=uuid4(), base=found.revision, ops=[op], source="try")
    return apply_edit(key=found.flow.key, person=person, edit=edit, now=now)

"""Runs a flow's test cases in memory and says in sentences what came out otherwise. Sends and stores nothing."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic
from typing import Any, ClassVar

from flows.definition.model import JSON, FlowDefinition
from flows.definition.test_cases import Expectation, FlowTest, read_flow_tests
from flows.engine.simulation.books import WrittenBook
from flows.engine.simulation.doors import Doors, make_free_doors
from flows.engine.simulation.session import simulate
from flows.engine.simulation.shapes import MAX_SECONDS, Limits, Simulated, Trial
from integrator.lib.redaction import cap_text

FIXED_NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
RUN_ID = uuid.UUID("00000000-0000-4000-8000-000000000001")
MOST_DIFFERENCES = 20
SHOWN_CHARS = 120
ONE = Limits()
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True, kw_only=True)
class TestResult:
    """What came of one test case; ``differences`` are sentences, none when it is as expected."""

    __test__: ClassVar[bool] = False  # not one of pytest's

    test: FlowTest
    simulated: Simulated
    differences: tuple[str, ...]
    took_s: float

    @property
    def is_ok(self) -> bool:
        """Whether all came as expected."""
        return not self.differences


def run_tests(
    definition: FlowDefinition, *, doors: Doors | None = None, seconds: float | None = None
) -> list[TestResult]:
    """Every test case that can be read, in the order of the file. Without ``doors`` no database is asked.

    What is left after so many ``seconds`` in all (None: any number) is ended at once, and so is not as expected.
    """
    tests, _ = read_flow_tests(definition.tests)
    ends_at_s = None if seconds is None else monotonic() + seconds
    return [run_test(definition, test, doors=doors, limits=_limit(ends_at_s)) for test in tests]


def _limit(ends_at_s: float | None) -> Limits:
    return Limits() if ends_at_s is None else Limits(seconds=max(0.0, min(MAX_SECONDS, ends_at_s - monotonic())))


def run_test(
    definition: FlowDefinition, test: FlowTest, *, doors: Doors | None = None, limits: Limits = ONE
) -> TestResult:
    """One test case."""
    began_s = monotonic()
    trial = Trial(
        trigger=test.trigger,
        book=WrittenBook(test.answers),
        now=test.now or FIXED_NOW,
        doors=doors or make_free_doors(definition),
        run_id=RUN_ID,
        limits=limits,
    )
    simulated = simulate(definition, trial)
    differences = tuple(list_differences(test.expect, simulated)[:MOST_DIFFERENCES])
    return TestResult(test=test, simulated=simulated, differences=differences, took_s=monotonic() - began_s)


def list_differences(expect: Expectation, simulated: Simulated) -> list[str]:
    """Sentences of what came otherwise than expected."""
    found: list[str] = []
    if simulated.status != expect.status:
        why = f": {simulated.ended_by.message}" if simulated.ended_by.message else ""
        at = f" at '{simulated.ended_by.step}'" if simulated.ended_by.step else ""
        found.append(f"It ended as {simulated.status}{at}, and {expect.status} was expected{why.removesuffix('.')}.")
    if expect.path is not None and expect.path != simulated.path:
        found.append(_say_path(expect.path, simulated.path))
    for name, expected in expect.others.items():
        found += _compare(expected, _pick(name, expected, simulated), name)
    return found


def accept(test: FlowTest, simulated: Simulated) -> FlowTest:
    """The test case that expects what came of it now, in the members that it looks at already."""
    fresh = make_expectation(simulated)
    others = {
        name: _narrow(expected, _pick(name, expected, simulated)) for name, expected in test.expect.others.items()
    }
    path = fresh.path if test.expect.path is not None else None
    return replace(test, expect=Expectation(status=fresh.status, path=path, others=others))


def make_expectation(simulated: Simulated) -> Expectation:
    """What a new test case expects: status, path, the output, the answer and the calls, ids left out."""
    others: dict[str, JSON] = {}
    if simulated.output is not None and _is_steady(simulated.output):
        others["output"] = simulated.output
    if simulated.response is not None and _is_steady(simulated.response):
        others["response"] = dict(simulated.response)
    calls = [_as_call(faked.step, faked.request) for faked in simulated.faked]
    if calls:
        others["calls"] = calls
    return Expectation(status=simulated.status, path=simulated.path, others=others)


def _as_call(step: str, request: Mapping[str, JSON]) -> dict[str, JSON]:
    call: dict[str, JSON] = {"step": step, "method": request.get("method"), "url": request.get("url")}
    body = _read_body(request.get("body"))
    if body is not None:
        call["body"] = body
    return {name: value for name, value in call.items() if _is_steady(value)}


def _read_body(body: JSON) -> JSON:
    try:
        return json.loads(body) if isinstance(body, str) else body
    except ValueError:
        return body


def _pick(name: str, expected: JSON, simulated: Simulated) -> JSON:
    """What came of what a member of ``expect`` looks at."""
    if name == "output":
        return simulated.output
    if name == "response":
        return simulated.response
    if name == "outputs":
        return {step: simulated.get_output(step) for step in (expected if isinstance(expected, dict) else {})}
    return [
        {"step": faked.step, **faked.request, "body": _read_body(faked.request.get("body"))}
        for faked in simulated.faked
    ]


def _narrow(expected: JSON, came: JSON) -> JSON:
    """What came, with no more members than were expected."""
    if isinstance(expected, dict) and isinstance(came, dict):
        return {name: _narrow(expected[name], came[name]) for name in expected if name in came}
    if isinstance(expected, list) and isinstance(came, list):
        shape = expected[-1] if expected else None
        rows = [*expected, *[shape] * len(came)][: len(came)]
        return [_narrow(row, one) for row, one in zip(rows, came, strict=True)]
    return came


def _compare(expected: JSON, came: JSON, at: str) -> list[str]:
    if isinstance(expected, dict) and isinstance(came, dict):
        found: list[str] = []
        for name, value in expected.items():
            if name in came:
                found += _compare(value, came[name], f"{at}.{name}")
            else:
                found.append(f"'{at}.{name}' is missing, and {_show(value)} was expected.")
        return found
    if isinstance(expected, list) and isinstance(came, list):
        if len(expected) != len(came):
            return [f"'{at}' has {len(came)} entries, and {len(expected)} were expected."]
        pairs = enumerate(zip(expected, came, strict=True))
        return [said for index, (one, other) in pairs for said in _compare(one, other, f"{at}[{index}]")]
    if _same(expected, came):
        return []
    return [f"'{at}' is {_show(came)}, and {_show(expected)} was expected."]


def _same(one: Any, other: Any) -> bool:
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _say_path(expected: Sequence[str], came: Sequence[str]) -> str:
    pairs = zip([*expected, None], [*came, None], strict=False)
    at = next(index for index, (one, other) in enumerate(pairs) if one != other)
    is_over = at >= len(came)
    there = "It ended" if is_over else f"It went to '{came[at]}'"
    before = f" after '{came[at - 1]}'" if at else " at first"
    wanted = f"'{expected[at]}'" if at < len(expected) else "the end"
    return f"{there}{before}, and {wanted} was expected (step {at + 1} of the path)."


def _show(value: JSON) -> str:
    return cap_text(json.dumps(value, ensure_ascii=False), SHOWN_CHARS)


def _is_steady(value: JSON) -> bool:
    return not _UUID.search(json.dumps(value).replace(str(RUN_ID), ""))

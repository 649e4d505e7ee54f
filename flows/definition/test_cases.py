"""Test cases of a flow, as its file has them under ``tests:``: a trigger, the answers, what is to come of it. Pure.

    tests:
      - name: Approved by Legal
        trigger: {body: {request_id: R-1}}
        answers: {review: {outcome: approved}}
        expect: {status: completed, path: [open_case, review, close]}

Reads and writes them, and judges their shape; ``flows.engine.simulation.testing`` runs them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flows.definition.model import JSON
from flows.definition.places import Fault, Path
from flows.definition.words import did_you_mean, join_words, type_words
from integrator.lib.clock import ClockError, parse_instant, to_rfc3339

FIELDS = ("name", "trigger", "answers", "now", "expect")
EXPECT_FIELDS = ("status", "path", "output", "outputs", "response", "calls")
STATUSES = ("completed", "failed", "incident", "waiting", "refused")
MAX_TESTS = 200


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """What is to come of it; None and absent members are not looked at.

    ``output`` is what ``stop`` gives, ``outputs`` those of steps, ``response`` what the caller gets, ``calls`` those
    that would be made (``{step, method, url, body}``, each as far as it is given). Mappings may have more members.
    """

    status: str = "completed"
    path: tuple[str, ...] | None = None
    others: Mapping[str, JSON] = field(default_factory=dict)  # output, outputs, response, calls, as far as given


@dataclass(frozen=True, kw_only=True)
class FlowTest:
    """One test case. ``now`` is the time at which it starts, None for the same fixed one each time."""

    name: str
    trigger: JSON = None
    answers: Mapping[str, JSON] = field(default_factory=dict)
    now: datetime | None = None
    expect: Expectation = field(default_factory=Expectation)


def read_flow_tests(tests: JSON) -> tuple[list[FlowTest], list[Fault]]:
    """The test cases that can be read, and a sentence with its path for every fault of the others."""
    if tests is None:
        return [], []
    if not isinstance(tests, list) or len(tests) > MAX_TESTS:
        return [], [(f"'tests' must be a list of at most {MAX_TESTS} test cases, each with a 'name'.", ("tests",))]
    found: list[FlowTest] = []
    faults: list[Fault] = []
    names: set[str] = set()
    for index, row in enumerate(tests):
        path: Path = ("tests", index)
        own = list(_judge(row, path))
        if not own and row["name"] in names:
            own = [(f"There are two test cases called '{row['name']}'. Give each a name of its own.", path)]
        faults += own
        if not own:
            names.add(row["name"])
            found.append(_read(row))
    return found, faults


def flow_test_to_data(test: FlowTest) -> dict[str, JSON]:
    """The test case as the file has it."""
    expect: dict[str, JSON] = {"status": test.expect.status}
    if test.expect.path is not None:
        expect["path"] = list(test.expect.path)
    expect |= {name: test.expect.others[name] for name in EXPECT_FIELDS if name in test.expect.others}
    data: dict[str, JSON] = {"name": test.name, "trigger": test.trigger}
    if test.answers:
        data["answers"] = dict(test.answers)
    if test.now is not None:
        data["now"] = to_rfc3339(test.now)
    return {**data, "expect": expect}


def list_named_steps(test: FlowTest) -> Iterator[tuple[str, Path]]:
    """Every step that a test case names, with the path of the naming below the test case."""
    for step in test.answers:
        yield step, ("answers", step)
    for index, step in enumerate(test.expect.path or ()):
        yield step, ("expect", "path", index)
    outputs = test.expect.others.get("outputs")
    for step in outputs if isinstance(outputs, dict) else ():
        yield step, ("expect", "outputs", step)
    calls = test.expect.others.get("calls")
    for index, call in enumerate(calls if isinstance(calls, list) else ()):
        if "step" in call:
            yield str(call["step"]), ("expect", "calls", index, "step")


def rename_in_tests(tests: list[JSON], names: Mapping[str, str]) -> list[JSON]:
    """The test cases as they stand in the file with steps called by new names; what is no test case stays as it is."""
    return [_rename(row, names) for row in tests]


def _rename(row: JSON, names: Mapping[str, str]) -> JSON:
    if not isinstance(row, dict):
        return row
    renamed = dict(row)
    if isinstance(row.get("answers"), dict):
        renamed["answers"] = {names.get(step, step): answer for step, answer in row["answers"].items()}
    expect = row.get("expect")
    if isinstance(expect, dict):
        renamed["expect"] = {word: _rename_in_expect(word, value, names) for word, value in expect.items()}
    return renamed


def _rename_in_expect(word: str, value: JSON, names: Mapping[str, str]) -> JSON:
    if word == "path" and isinstance(value, list):
        return [names.get(step, step) if isinstance(step, str) else step for step in value]
    if word == "outputs" and isinstance(value, dict):
        return {names.get(step, step): output for step, output in value.items()}
    if word == "calls" and isinstance(value, list):
        return [
            {**call, "step": names.get(call["step"], call["step"])}
            if isinstance(call, dict) and isinstance(call.get("step"), str)
            else call
            for call in value
        ]
    return value


def _read(row: Mapping[str, Any]) -> FlowTest:
    expect = row.get("expect") or {}
    path = expect.get("path")
    return FlowTest(
        name=row["name"],
        trigger=row.get("trigger"),
        answers=row.get("answers") or {},
        now=parse_instant(row["now"]) if row.get("now") else None,
        expect=Expectation(
            status=expect.get("status", "completed"),
            path=tuple(path) if path is not None else None,
            others={name: expect[name] for name in EXPECT_FIELDS[2:] if name in expect},
        ),
    )


def _judge(row: JSON, path: Path) -> Iterator[Fault]:
    if not isinstance(row, dict):
        yield f"A test case is a mapping with 'name', 'trigger' and 'expect', but this is {type_words(row)}.", path
        return
    yield from _refuse_unknown(row, FIELDS, path, "a test case")
    name = row.get("name")
    if not isinstance(name, str) or not name.strip():
        yield "A test case needs a name. Add 'name:' with a few words that say what it shows.", path
    yield from _judge_answers(row.get("answers"), (*path, "answers"))
    now = row.get("now")
    if now is not None and not _is_instant(now):
        yield "'now' is the time of the test case with its zone, such as 2026-05-01T09:00:00Z.", (*path, "now")
    yield from _judge_expect(row.get("expect"), (*path, "expect"))


def _judge_answers(answers: JSON, path: Path) -> Iterator[Fault]:
    if answers is None:
        return
    if not isinstance(answers, dict):
        yield f"'answers' is a mapping of steps to their answers, but is {type_words(answers)}.", path
        return
    for step, answer in answers.items():
        rows = answer if isinstance(answer, list) else [answer]
        if not all(isinstance(each, dict) for each in rows):
            yield (
                f"The answer of '{step}' is a mapping such as {{outcome: approved}}, or a list of them.",
                (*path, step),
            )


def _judge_expect(expect: JSON, path: Path) -> Iterator[Fault]:
    if expect is None:
        return
    if not isinstance(expect, dict):
        yield f"'expect' is a mapping such as {{status: completed}}, but is {type_words(expect)}.", path
        return
    yield from _refuse_unknown(expect, EXPECT_FIELDS, path, "'expect'")
    status = expect.get("status", "completed")
    if status not in STATUSES:
        yield f"'status' is {join_words(STATUSES, 'or')}, not {status!r:.60}.", (*path, "status")
    steps = expect.get("path")
    if steps is not None and (not isinstance(steps, list) or not all(isinstance(step, str) for step in steps)):
        yield "'path' is the list of the steps in the order they are entered.", (*path, "path")
    if not isinstance(expect.get("outputs", {}), dict):
        yield "'outputs' is a mapping of steps to what they are to give.", (*path, "outputs")
    calls = expect.get("calls", [])
    if not isinstance(calls, list) or not all(isinstance(call, dict) for call in calls):
        yield "'calls' is a list of mappings with 'step', 'method', 'url' and 'body'.", (*path, "calls")


def _refuse_unknown(data: Mapping[str, Any], known: tuple[str, ...], path: Path, what: str) -> Iterator[Fault]:
    for name in data:
        if name not in known:
            yield f"'{name}' is not a field of {what}.{did_you_mean(name, known, what='Fields')}", (*path, name)


def _is_instant(value: JSON) -> bool:
    try:
        return isinstance(value, str) and parse_instant(value) is not None
    except ClockError:
        return False

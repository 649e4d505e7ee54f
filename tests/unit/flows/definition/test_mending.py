"""What would mend a finding: each mend, applied, takes the finding away."""

from __future__ import annotations

import pytest

from flows.definition.editing import apply_ops
from flows.definition.flow_file import definition_from_data, definition_to_data, parse_flow_file
from flows.definition.kind import Finding
from flows.definition.mending import Mend, mend_of
from flows.definition.validation import validate
from flows.registry import kind_specs, trigger_specs

HEAD = """\
format: 1
flow: x
name: X
team: marketing
trigger: {kind: webhook, path: x, auth: {kind: none}}
start: first
steps:
"""
CASES = {
    "link to a step that is spelt otherwise": (
        "  first: {kind: set, with: {a: 1}, next: las}\n  last: {kind: stop}\n",
        "definition.dangling_link",
        "Lead to Last",
    ),
    "link to a step that never was": (
        "  first: {kind: set, with: {a: 1}, next: qqqq}\n",
        "definition.dangling_link",
        "Remove the link",
    ),
    "port that is spelt otherwise": (
        "  first: {kind: task.approve, with: {title: T, approvers: [team:legal]}, on: {aproved: last}}\n"
        "  last: {kind: stop}\n",
        "definition.port",
        "Use approved",
    ),
    "link of a step that ends the run": (
        "  first: {kind: stop, next: last}\n  last: {kind: stop}\n",
        "definition.port",
        "Remove the link",
    ),
    "step that nothing leads to": (
        "  first: {kind: stop}\n  last: {kind: stop}\n",
        "definition.unreachable",
        "Delete the step",
    ),
    "setting that is spelt otherwise": (
        "  first: {kind: stop, with: {mesage: Hi}}\n",
        "definition.unknown_setting",
        "Use message",
    ),
    "setting that never was": ("  first: {kind: stop, with: {zzz: 1}}\n", "definition.unknown_setting", "Remove zzz"),
    "retry that does nothing": (
        "  first: {kind: set, with: {a: 1}, retry: {max_attempts: 3}}\n",
        "definition.idle_retry",
        "Try once only",
    ),
    "repeat that nobody called safe": (
        "  first: {kind: http.request, with: {method: POST, url: 'https://a.example'}, retry: {max_attempts: 3}}\n",
        "definition.unsafe_retry",
        "Ask a person first",
    ),
    "step that an expression spells otherwise": (
        "  first: {kind: set, with: {a: 1}, next: last}\n  last: {kind: stop, with: {output: '= steps.firs.a'}}\n",
        "expression.invalid",
        "Use first",
    ),
}


def find(steps: str, code: str) -> tuple[Finding, Mend | None]:
    definition = parse_flow_file(HEAD + steps)
    finding = next(one for one in validate(definition, kind_specs(), trigger_specs()) if one.code == code)
    return finding, mend_of(finding, definition, kind_specs())


class TestMendOf:
    @pytest.mark.parametrize("case", CASES)
    def test_its_edit_takes_the_finding_away(self, case: str) -> None:
        steps, code, label = CASES[case]
        finding, mend = find(steps, code)
        assert mend is not None
        assert mend.label == label
        document = definition_to_data(parse_flow_file(HEAD + steps))
        mended = definition_from_data(apply_ops(document, mend.ops, kind_specs()).document)
        left = validate(mended, kind_specs(), trigger_specs())
        assert [one for one in left if (one.code, one.step, one.field) == (code, finding.step, finding.field)] == []

    def test_leaves_to_people_what_they_have_to_decide(self) -> None:
        _, mend = find("  first: {kind: task.assign, with: {title: T}}\n", "definition.missing_setting")
        assert mend is None

    def test_guesses_no_step_for_an_expression_that_names_nothing_like_one(self) -> None:
        _, mend = find("  first: {kind: set, with: {a: '= steps.qqqqqq.a'}}\n", "expression.invalid")
        assert mend is None

"""Each mistake an analyst can make, and the sentence that says what to do, with its line, step and field."""

from __future__ import annotations

from typing import Any

import pytest

from flows.definition.flow_file import read_flow_file
from flows.definition.kind import Finding
from flows.definition.places import with_lines
from flows.definition.validation import has_errors, validate
from tests.unit.flows.definition.validation.mistakes import (
    APPROVE,
    ASSIGN,
    CHOOSE,
    FLOW_MISTAKES,
    HTTP,
    STEP_MISTAKES,
    TRIGGER_MISTAKES,
)
from tests.unit.flows.samples import APPROVAL, KINDS, TRIGGERS, make_flow, make_retry, make_step

HEAD = "format: 1\nflow: sample\nname: Sample\nteam: operations\n"
TRIGGER = "trigger: {kind: webhook, path: sample, auth: {kind: none}}\n"


def findings_of(text: str) -> list[Finding]:
    """The findings of a file that has the right shape, with their lines."""
    result = read_flow_file(text)
    assert result.definition is not None, result.findings
    return with_lines(validate(result.definition, KINDS, TRIGGERS), result.lines)


def step_findings(body: str) -> list[Finding]:
    """The findings of a flow whose step ``a`` (line 7) has this body from line 8 on; ``z`` follows it."""
    lines = "\n".join(f"    {line}" for line in body.strip("\n").split("\n"))
    links = "" if "\nnext:" in body or "\non:" in body else "\n    on: {error: z}"
    return findings_of(f"{HEAD}{TRIGGER}steps:\n  a:\n{lines}{links}\n  z: {{kind: set, with: {{x: 1}}}}\n")


def trigger_findings(trigger: str) -> list[Finding]:
    """The findings of a flow with this trigger from line 5 on."""
    return findings_of(f"{HEAD}{trigger}\nsteps:\n  a: {{kind: set, with: {{x: 1}}}}\n")


class TestValidate:
    def test_finds_nothing_wrong_with_the_contracts_own_example(self) -> None:
        assert findings_of(APPROVAL) == []

    @pytest.mark.parametrize(("body", "line", "field", "words"), STEP_MISTAKES)
    def test_says_what_to_do_about_a_step(self, body: str, line: int, field: str, words: str) -> None:
        findings = [found for found in step_findings(body) if words in found.message]
        assert len(findings) == 1, step_findings(body)
        found = findings[0]
        assert (found.step, found.line, found.field, found.severity) == ("a", line, field, "error")
        assert found.message.endswith((".", "?"))

    @pytest.mark.parametrize(("trigger", "severity", "field", "words"), TRIGGER_MISTAKES)
    def test_says_what_to_do_about_the_trigger(self, trigger: str, severity: str, field: str, words: str) -> None:
        findings = [found for found in trigger_findings(trigger) if words in found.message]
        assert len(findings) == 1, trigger_findings(trigger)
        found = findings[0]
        assert (found.step, found.field, found.severity) == (None, field, severity)
        assert found.line == (1 if field == "trigger" and "trigger:" not in trigger else 5)
        assert found.message.endswith((".", "?"))

    @pytest.mark.parametrize(("text", "line", "field", "words"), FLOW_MISTAKES)
    def test_says_what_to_do_about_the_flow(self, text: str, line: int, field: str, words: str) -> None:
        findings = [found for found in findings_of(text) if words in found.message]
        assert len(findings) == 1, findings_of(text)
        assert (findings[0].line, findings[0].step, findings[0].field) == (line, None, field)

    @pytest.mark.parametrize(
        "body",
        [
            HTTP,
            HTTP.replace("https://partner.example/", "'= trigger.body.url'"),
            HTTP.replace("https://partner.example/", "/orders\n  connection: erp"),
            HTTP + "  headers: {X-A: '= trigger.body.a'}\n  query: {a: [1, 2]}\n  timeout_s: 5\n  follow_redirects: 3",
            APPROVE + "  rule: {quorum: 2}\n  order: serial\n  due_in: P2D",
            APPROVE.replace("team:brand", "{who: each:team:brand, veto: true}, '= trigger.body.boss'") + "  rule: veto",
            APPROVE.replace("[team:legal, team:brand]", "'= trigger.body.approvers'") + "  rule: {quorum: 9}",
            APPROVE.replace("team:brand", "each:team:brand") + "  rule: {quorum: 9}",
            ASSIGN + "  outcomes: [mended, give_up]\non: {mended: z, give_up: z, error: z}",
            ASSIGN + "on: {done: z}",
            ASSIGN
            + "  form:\n    type: object\n    required: [n]\n    properties:\n      n: {type: integer, minimum: 1}\n"
            "      t: {type: string, title: T}\n      d: {type: string, format: date}\n      c: {enum: [a, b]}\n"
            "      y: {type: boolean, default: false}",
            CHOOSE + "    - {when: '= trigger.body.amount > 5', port: big}\non: {big: z, default: z}",
            "kind: validate\nwith: {value: null, schema: {type: object}}\non: {next: z, invalid: z}",
            "kind: wait\nwith: {until: '= trigger.body.at'}",
            "kind: wait\nwith: {for: PT0S}",
            "kind: stop\nwith: {failed: '= trigger.body.bad', output: {a: [1]}}\non: {error: z}",
            "kind: set\nwith: {anything: '== not an expression', at all: 1}",
            "kind: case.close",
            "kind: parallel\non: {legal: z, brand: z}",
        ],
    )
    def test_accepts_what_is_right(self, body: str) -> None:
        assert step_findings(body) == []

    @pytest.mark.parametrize(
        "auth",
        [
            "{kind: none}", "{kind: bearer, secret: s}", "{kind: basic, user: u, secret: s}",
            "{kind: api_key, header: X-Api-Key, secret: s}", "{kind: api_key, query: key, secret: s}",
            "{kind: hmac, preset: github, secret: s}", "{kind: standard_webhooks, secret: demo-content}",
            "{kind: hmac, header: X-Sig, algorithm: sha512, encoding: base64, prefix: v1=, secret: s}",
            "{kind: hmac, header: X-Sig, timestamp_header: X-Time, secret: s}",
        ],
    )  # fmt: skip
    def test_accepts_every_way_to_prove(self, auth: str) -> None:
        assert trigger_findings(f"trigger: {{kind: webhook, path: a, auth: {auth}}}") == []

    def test_finds_steps_that_no_way_leads_to(self) -> None:
        findings = validate(make_flow(make_step("a"), make_step("b", links={"next": "a"})), KINDS, TRIGGERS)
        assert [(found.step, found.code) for found in findings] == [("b", "definition.unreachable")]

    @pytest.mark.parametrize("key", ["A", "1a", "a-b", "_a", "a b", "é", "a" * 101])
    def test_refuses_keys_that_expressions_cannot_name(self, key: str) -> None:
        findings = validate(make_flow(make_step(key)), KINDS, TRIGGERS)
        assert [found.step for found in findings] == [key]
        assert has_errors(findings)

    @pytest.mark.parametrize(
        ("retry", "field", "words"),
        [
            ({"max_attempts": 0}, "retry.max_attempts", "'max_attempts' must lie between 1 and 100, but is 0."),
            ({"max_attempts": 101}, "retry.max_attempts", "but is 101."),
            ({"first_delay_s": -1.0}, "retry.first_delay_s", "between 0 and"),
            ({"max_delay_s": -1.0}, "retry.max_delay_s", "between 0 and"),
            ({"factor": 0.5}, "retry.factor", "'factor' must be 1 or more"),
            ({"factor": float("inf")}, "retry.factor", "'factor' must be 1 or more"),
        ],
    )
    def test_holds_a_retry_rule_to_its_limits(self, retry: dict[str, Any], field: str, words: str) -> None:
        findings = validate(make_flow(make_step("a", retry=make_retry(**retry))), KINDS, TRIGGERS)
        assert [(found.step, found.field) for found in findings] == [("a", field)]
        assert words in findings[0].message

    @pytest.mark.parametrize(
        ("method", "repeat", "warned"),
        [
            ("POST", None, True),
            ("PATCH", None, True),
            ("POST", "safe", False),
            ("POST", "ask", False),
            ("PUT", None, False),
        ],
    )
    def test_warns_about_a_post_that_is_tried_again(self, method: str, repeat: str | None, warned: bool) -> None:
        settings = {"method": method, "url": "https://x.example/", "repeat": repeat}
        findings = validate(
            make_flow(make_step("a", "http.request", settings=settings, retry=make_retry())), KINDS, TRIGGERS
        )
        expected = [("definition.unsafe_retry", "warning", "retry")] if warned else []
        assert [(found.code, found.severity, found.field) for found in findings] == expected
        assert not has_errors(findings)


class TestOrderWarnings:
    def test_warns_about_a_step_that_cannot_have_run_before(self) -> None:
        flow = make_flow(make_step("a", settings={"x": "= steps.b.x"}, links={"next": "b"}), make_step("b"))
        findings = validate(flow, KINDS, TRIGGERS)
        assert [(found.step, found.field, found.severity) for found in findings] == [("a", "with.x", "warning")]
        assert "'b' cannot have run before 'a'" in findings[0].message

    def test_keeps_quiet_about_a_loop(self) -> None:
        flow = make_flow(
            make_step("a", settings={"x": "= $exists(steps.b) ? steps.b.x : 0"}, links={"next": "b"}),
            make_step("b", links={"next": "a"}),
        )
        assert validate(flow, KINDS, TRIGGERS) == []

    def test_warns_about_a_step_inside_branches_that_have_met(self) -> None:
        flow = make_flow(
            make_step("p", "parallel", links={"one": "a", "two": "b"}),
            make_step("a", links={"next": "j"}),
            make_step("b", links={"next": "j"}),
            make_step("j", "join", links={"next": "z"}),
            make_step("z", settings={"x": "= steps.a.x", "y": "= steps.j.a.x"}),
        )
        findings = validate(flow, KINDS, TRIGGERS)
        assert [(found.step, found.field, found.severity) for found in findings] == [("z", "with.x", "warning")]
        assert "Write 'steps.j.a' after the join" in findings[0].message

    def test_warns_about_a_sister_branch(self) -> None:
        flow = make_flow(
            make_step("p", "parallel", links={"one": "a", "two": "b"}),
            make_step("a", settings={"x": "= steps.b.x"}),
            make_step("b"),
        )
        assert [(found.step, found.code) for found in validate(flow, KINDS, TRIGGERS)] == [("a", "definition.order")]

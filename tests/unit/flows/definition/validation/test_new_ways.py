"""Mistakes with ``on_error``, ``respond``, ``subflow`` and ``retry:``, and flows that are right."""

from __future__ import annotations

import pytest

from flows.definition.flow_file import parse_flow_file
from flows.definition.kind import Finding
from flows.definition.validation import validate
from flows.registry import kind_specs, trigger_specs

HEAD = "format: 1\nflow: f\nname: F\nteam: t\ntrigger: {kind: webhook, path: f, auth: {kind: none}}\n"
WAITING = HEAD.replace("auth: {kind: none}", "auth: {kind: none}, respond: true")
BRANCHES = """steps:
  both: {kind: parallel, on: {a: one, b: two}}
  one: {kind: set, with: {x: 1}, next: meet}
  two: {kind: set, with: {x: 1}, next: meet}
  meet: {kind: join}
"""


def findings_of(text: str) -> list[Finding]:
    return validate(parse_flow_file(text), kind_specs(), trigger_specs())


class TestOnError:
    def test_counts_as_a_way_to_its_step(self) -> None:
        text = (
            HEAD
            + "steps:\n  a: {kind: set, with: {x: 1}}\n  b: {kind: set, with: {y: = run.error.code}}\non_error: b\n"
        )
        assert findings_of(text) == []

    def test_may_read_the_error_of_a_step_in_branches_but_nothing_else_of_it(self) -> None:
        text = (
            HEAD
            + BRANCHES
            + "  tell: {kind: set, with: {e: = steps.one.error.code, x: = steps.two.x}}\non_error: tell\n"
        )
        (finding,) = findings_of(text)
        assert finding.field == "with.x"
        assert "'two' is inside the branches of 'both'" in finding.message

    @pytest.mark.parametrize(
        ("text", "field", "words"),
        [
            (
                BRANCHES + "on_error: one\n",
                "on_error",
                "'one' lies in the branches of 'both', but a failure leaves all",
            ),
            (BRANCHES + "  lost: {kind: join}\non_error: lost\n", "kind", "'lost' joins nothing"),
            ("steps:\n  a: {kind: set, with: {x: = run.error.code}}\n", "with.x", "this flow names no such step"),
        ],
    )
    def test_refuses_what_cannot_be(self, text: str, field: str, words: str) -> None:
        (finding,) = findings_of(HEAD + text)
        assert (finding.field, finding.severity) == (field, "error")
        assert words in finding.message


class TestRespond:
    def test_is_right_with_both_ends(self) -> None:
        assert findings_of(WAITING + "steps:\n  a: {kind: respond, with: {status: 201, json: {ok: true}}}\n") == []

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            (WAITING + "steps:\n  a: {kind: stop}\n", "The caller waits for an answer, but no step gives one."),
            (HEAD + "steps:\n  a: {kind: respond}\n", "Add 'respond: true' to the trigger."),
            (HEAD.rpartition("trigger")[0] + "steps:\n  a: {kind: respond}\n", "Only a webhook has one."),
        ],
    )
    def test_warns_of_one_end_without_the_other(self, text: str, words: str) -> None:
        (finding,) = [each for each in findings_of(text) if each.code != "definition.no_trigger"]
        assert finding.severity == "warning"
        assert words in finding.message

    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            ("status: 99", "'status' must be a whole number from 200 to 599"),
            ("status: '200'", "'status' must be a number"),
            ("status: 204, json: {a: 1}", "An answer with status 204 has no content."),
        ],
    )
    def test_refuses_a_status_that_http_does_not_have(self, settings: str, words: str) -> None:
        (finding,) = findings_of(WAITING + f"steps:\n  a: {{kind: respond, with: {{{settings}}}}}\n")
        assert words in finding.message


class TestSubflow:
    @pytest.mark.parametrize("version", ["latest", "3"])
    def test_takes_a_version(self, version: str) -> None:
        assert findings_of(HEAD + f"steps:\n  a: {{kind: subflow, with: {{flow: g, version: {version}}}}}\n") == []

    @pytest.mark.parametrize("version", ["newest", "0", "1.5", "true"])
    def test_refuses_what_is_no_version(self, version: str) -> None:
        (finding,) = findings_of(HEAD + f"steps:\n  a: {{kind: subflow, with: {{flow: g, version: {version}}}}}\n")
        assert "'version' must be latest, or the number" in finding.message

    def test_refuses_a_flow_that_is_worked_out(self) -> None:
        (finding,) = findings_of(HEAD + "steps:\n  a: {kind: subflow, with: {flow: = trigger.body.flow}}\n")
        assert "cannot be an expression" in finding.message


class TestRetry:
    @pytest.mark.parametrize(
        ("step", "warned"),
        [
            ("kind: set, with: {x: 1}", True),
            ("kind: wait, with: {for: P1D}", True),
            ("kind: subflow, with: {flow: g}", False),
            ("kind: http.request, with: {method: GET, url: 'https://example.com'}", False),
        ],
    )
    def test_warns_where_a_failure_never_passes(self, step: str, warned: bool) -> None:
        text = f"steps:\n  a: {{{step}, retry: {{max_attempts: 3}}}}\n"
        assert [finding.code for finding in findings_of(HEAD + text)] == ["definition.idle_retry"] * warned

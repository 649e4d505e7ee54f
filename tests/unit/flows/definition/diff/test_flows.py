"""Two states of a flow compared: what is told, and what is not."""

from __future__ import annotations

from typing import Any

import pytest

from flows.definition.diff import FlowDiff, diff_flows
from flows.definition.diff.values import say_value
from flows.definition.flow_file import parse_flow_file
from flows.registry import kind_specs, trigger_specs

FLOW = """\
format: 1
flow: approval
name: Approval
team: marketing
trigger:
  kind: webhook
  path: approval
  auth: {kind: none}
  schema: {type: object, properties: {iban: {type: string, x-sensitive: true}, title: {type: string}}}
sensitive: [steps.review.comments]
steps:
  review:
    kind: task.approve
    name: Review it
    with: {title: "= trigger.body.title", approvers: [team:legal, team:brand], rule: all, due_in: P2D}
    on: {approved: close, rejected: reply}
  reply:
    kind: http.request
    with: {method: POST, url: "https://a.example/x", repeat: safe, json: {decision: "= steps.review.outcome", n: 1}}
    retry: {max_attempts: 3}
    next: close
  close: {kind: case.close, with: {status: "= steps.review.outcome"}}
"""


def diff(*replacements: tuple[str, str], old: str = FLOW) -> FlowDiff:
    new = FLOW
    for text, instead in replacements:
        assert text in new
        new = new.replace(text, instead)
    return diff_flows(parse_flow_file(old), parse_flow_file(new), kinds=kind_specs(), triggers=trigger_specs())


def told(found: FlowDiff) -> list[str]:
    steps = [f"{step.key}: {change.text}" for step in found.steps for change in step.changes]
    return steps + [change.text for change in (*found.trigger, *found.flow, *found.sensitive, *found.tests)]


class TestDiffFlows:
    def test_finds_nothing_between_equals(self) -> None:
        found = diff()
        assert found.is_empty
        assert found.summary == "nothing differs"

    def test_takes_the_order_of_steps_for_nothing(self) -> None:
        lines = FLOW.splitlines(keepends=True)
        close = lines.pop()
        at = lines.index("  reply:\n")
        moved = "".join([*lines[:at], close, *lines[at:]])
        assert diff(old=moved).is_empty

    @pytest.mark.parametrize(
        ("text", "instead", "sentence"),
        [
            ("due_in: P2D", "due_in: P3D", "review: Time to answer is 3 days instead of 2 days."),
            ("rule: all, ", "", "review: Rule is not set any more; it was “all”."),
            ("[team:legal, team:brand]", "[ana]", "review: Who is asked is ana instead of team Legal and team Brand."),
            ("n: 1}}", "n: 2}}", "reply: JSON body › n is 2 instead of 1."),
            ("n: 1}}", "n: true}}", "reply: JSON body › n is yes instead of 1."),
            ("rejected: reply", "rejected: close", "review: “rejected” goes to “Close” instead of “Reply”."),
            (": reply}", ": reply, error: close}", "review: On error it goes to “Close”; before, it led nowhere."),
            ("    next: close\n", "", "reply: Then it leads nowhere any more; it went to “Close”."),
            ("max_attempts: 3", "max_attempts: 5", "reply: Tries is 5 instead of 3."),
            ("    retry: {max_attempts: 3}\n", "", "reply: It is tried once now; before, up to 3 times."),
            ("name: Review it", "name: Look at it", "review: Name is “Look at it” instead of “Review it”."),
            ("path: approval", "path: other", "Address is “other” instead of “approval”."),
            ("name: Approval", "name: Consent", "Name is “Consent” instead of “Approval”."),
            ("steps:\n", "start: reply\nsteps:\n", "The first step is “Reply” instead of “Review it”."),
            ("steps:\n", "vars: {limit: 5}\nsteps:\n", "Variables › limit is 5; it was not set before."),
            ("steps:\n", "tests: [{name: good}]\nsteps:\n", "The test “good” is new."),
            (
                "close: {kind", "close: {name: End, kind", "close: Name is “End” instead of “Close”.",
            ),
        ],
    )  # fmt: skip
    def test_tells_one_change_in_a_sentence(self, text: str, instead: str, sentence: str) -> None:
        assert sentence in told(diff((text, instead)))

    def test_tells_steps_that_come_and_go(self) -> None:
        found = diff(
            ("    next: close\n", "    next: wait_a_day\n  wait_a_day: {kind: wait, with: {for: P1D}, next: close}\n")
        )
        assert [(step.key, step.sort) for step in found.steps] == [("reply", "changed"), ("wait_a_day", "added")]
        assert found.steps[1].says == "Wait 1 day."
        assert found.summary == "1 step added, 1 step changed"
        back = diff_flows(*reversed(_pair(found)), kinds=kind_specs(), triggers=trigger_specs())
        assert [(step.key, step.sort) for step in back.steps] == [("reply", "changed"), ("wait_a_day", "removed")]

    def test_knows_a_step_that_was_only_renamed(self) -> None:
        found = diff(
            ("  review:\n", "  approval:\n"),
            ("steps.review.outcome", "steps.approval.outcome"),
            ("steps.review.comments", "steps.approval.comments"),
        )
        assert [(step.key, step.old_key, step.sort) for step in found.steps] == [("approval", "review", "renamed")]
        assert [change.text for change in found.steps[0].changes] == ["Key is “approval” instead of “review”."]
        assert not found.flow
        assert not found.sensitive

    def test_leaves_notes_and_places_out(self) -> None:
        found = diff(("steps:\n", "notes: {n1: {text: Hello}}\nlayout: {steps: {review: [1, 2]}}\nsteps:\n"))
        assert (found.is_empty, found.looks_differ) == (True, True)
        assert found.summary == "only notes or places on the canvas differ"

    def test_marks_what_differs_for_the_canvas(self) -> None:
        found = diff(("rejected: reply", "rejected: close"), ("path: approval", "path: other"))
        assert found.overlay() == {
            "name": "diff",
            "steps": {
                "review": {"state": "changed", "label": "Changed"},
                "trigger": {"state": "changed", "label": "Changed"},
            },
            "links": [["review", "rejected"]],
        }


class TestSayValue:
    @pytest.mark.parametrize(
        ("value", "words"),
        [
            ([{"name": "fine", "label": "Fine"}, {"name": "wrong"}], "(name: fine, label: Fine), name: wrong"),
            (
                {"to": ["a", 1], "urgent": True, "none": None, "of": {}},
                "to: (a, 1), urgent: yes, none: nothing, of: nothing",
            ),
            ([["a", "b"], []], "(a, b), nothing"),
            (False, "no"),
        ],
    )
    def test_says_nested_values_without_brackets_of_json(self, value: Any, words: str) -> None:
        assert say_value(value) == words

    def test_ends_where_it_is_too_deep_or_too_long(self) -> None:
        deep: Any = "x"
        for _ in range(50):
            deep = [deep, deep] if len(str(deep)) < 200 else {"a": deep}
        assert len(say_value(deep)) <= 600


class TestSensitive:
    def test_is_loud_when_a_field_becomes_plain(self) -> None:
        found = diff((", x-sensitive: true", ""))
        assert [change.label for change in found.loud] == ["trigger.body.iban"]
        assert "plain text" in found.loud[0].text

    def test_is_loud_when_a_path_is_taken_out(self) -> None:
        assert [change.label for change in diff(("sensitive: [steps.review.comments]\n", "")).loud] == [
            "steps.review.comments"
        ]

    def test_is_quiet_when_it_is_covered_otherwise(self) -> None:
        found = diff((", x-sensitive: true", ""), ("[steps.review.comments]", "[steps.review, trigger.body.iban]"))
        assert not found.loud

    def test_tells_what_is_covered_from_now_on(self) -> None:
        found = diff(("[steps.review.comments]", "[steps.review.comments, trigger.body.title]"))
        assert [change.text for change in found.sensitive] == ["trigger.body.title is covered from now on."]
        assert not found.loud


class TestTrigger:
    def test_tells_another_kind_in_both_words(self) -> None:
        start, end = FLOW.index("trigger:"), FLOW.index("sensitive: [")
        found = diff((FLOW[start:end], "trigger: {kind: manual}\n"))
        (change,) = found.trigger
        assert change.label == "What starts it"
        assert change.before is not None
        assert "/hooks/approval" in change.before


def _pair(found: FlowDiff) -> list[Any]:
    added = "    next: wait_a_day\n  wait_a_day: {kind: wait, with: {for: P1D}, next: close}\n"
    assert found.steps
    return [parse_flow_file(FLOW), parse_flow_file(FLOW.replace("    next: close\n", added))]

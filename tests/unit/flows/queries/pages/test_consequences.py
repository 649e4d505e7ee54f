"""Where an answer leads, said before it is given."""

from __future__ import annotations

import pytest

from cases.approval_rules import Rule
from cases.queries import CoAsker
from flows.definition.flow_file import parse_flow_file
from flows.definition.model import FlowDefinition
from flows.queries.pages.consequences import say_approval, say_way
from flows.registry import kind_specs

FLOW = """\
format: 1
flow: approval
name: Approval
team: marketing
trigger: {kind: webhook, path: approval, auth: {kind: none}}
steps:
  review:
    kind: task.approve
    with: {title: It, approvers: [team:legal]}
    on: {approved: tell, rejected: again}
  tell:
    kind: http.request
    with: {method: POST, url: "https://hub.example.org/answers", json: {decision: "= steps.review.outcome"}}
    next: mark
  mark: {kind: case.update, with: {milestone: Answered}, next: close}
  close: {kind: case.close, with: {status: "= steps.review.outcome"}}
  again:
    kind: task.assign
    with: {title: Mend it, to: team:finance}
    on: {done: review}
"""


def entry(label: str, *, answer: str | None = None, is_this: bool = False, veto: bool = False) -> CoAsker:
    state = "answered" if answer else "open"
    return CoAsker(label=label, state=state, sentence="", is_this=is_this, veto=veto, outcome=answer)  # type: ignore[arg-type]


MINE = entry("Legal", is_this=True)


class TestSayApproval:
    @pytest.mark.parametrize(
        ("rule", "others", "answer", "words", "outcome"),
        [
            ("all", [entry("Brand", answer="approved")], "approved", "all have answered, it is approved.", "approved"),
            ("all", [entry("Brand")], "approved", "your answer is kept, Brand has still to answer.", None),
            ("all", [entry("Brand")], "rejected", "it is rejected, Brand needs not answer any more.", "rejected"),
            (
                "any",
                [entry("Brand"), entry("HR")],
                "rejected",
                "your answer is kept, Brand and HR have still to answer.",
                None,
            ),
            ("any", [entry("Brand")], "approved", "it is approved, Brand needs not answer any more.", "approved"),
            ("all", [], "approved", "it is approved.", "approved"),
        ],
    )
    def test_follows_the_rule(
        self, rule: str, others: list[CoAsker], answer: str, words: str, outcome: str | None
    ) -> None:
        said = say_approval(Rule(kind=rule), [MINE, *others], answer)  # type: ignore[arg-type]
        assert said == (words, outcome)


class TestSayWay:
    @pytest.fixture
    def definition(self) -> FlowDefinition:
        return parse_flow_file(FLOW)

    def test_tells_each_step_to_the_end(self, definition: FlowDefinition) -> None:
        assert say_way(definition, kind_specs(), step="review", port="approved") == [
            "hub.example.org is told the decision.",
            "The case reaches “Answered”.",
            "The case closes as approved.",
        ]

    def test_stops_where_people_are_asked(self, definition: FlowDefinition) -> None:
        assert say_way(definition, kind_specs(), step="review", port="rejected") == [
            "Ask any one of Finance to do “Mend it”."
        ]

    @pytest.mark.parametrize("step", ["close", "nowhere"])
    def test_says_that_the_flow_ends(self, definition: FlowDefinition, step: str) -> None:
        assert say_way(definition, kind_specs(), step=step, port="next") == ["The flow ends."]

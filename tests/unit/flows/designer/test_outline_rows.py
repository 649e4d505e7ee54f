"""The draft as rows: sentences to open, problems with their mends, what starts it, notes and groups."""

from __future__ import annotations

import dataclasses
import json

from flows.definition.flow_file import parse_flow_file
from flows.definition.model import FlowDefinition
from flows.definition.validation import validate
from flows.designer.drawn_rows import draw_rows
from flows.designer.outline_rows import FLOW, Around, OutlinePage, Remark, Row, make_page
from flows.registry import kind_specs, trigger_specs
from tests.support.large_flows import write_large_flow

FLOW_FILE = """\
format: 1
flow: reply
name: Reply
team: marketing
trigger: {kind: webhook, path: reply, auth: {kind: none}}
steps:
  review:
    kind: task.approve
    with: {title: "= trigger.body.title", approvers: [team:legal, team:brand], rule: all, due_in: P2D}
    on: {approved: answer, rejected: answer}
  answer:
    kind: http.request
    with: {method: POST, url: "https://partner.example/", repeat: safe, json: {said: "= steps.revew.outcome"}}
    retry: {max_attempts: 5, first_delay_s: 1, factor: 2, max_delay_s: 300}
notes: {n1: {text: "Agreed with Legal"}}
layout: {groups: {g1: {title: Decide, steps: [review]}}}
"""
BLANK = FlowDefinition(key="x", name="X", team="marketing", start="", steps={})


def page_of(definition: FlowDefinition) -> OutlinePage:
    findings = validate(definition, kind_specs(), trigger_specs())
    return make_page(definition, findings, kind_specs(), trigger_specs(), Around(published={"review"}))


def row_of(key: str, definition: FlowDefinition | None = None) -> Row:
    return next(row for row in page_of(definition or parse_flow_file(FLOW_FILE)).rows if row.key == key)


class TestMakePage:
    def test_tells_what_starts_it_first_then_the_steps(self) -> None:
        page = page_of(parse_flow_file(FLOW_FILE))
        assert [row.key for row in page.rows] == ["trigger", "review", "answer"]
        assert page.summary.startswith("2 steps · ")
        assert page.notes == (("n1", "Agreed with Legal"),)

    def test_gives_few_values_as_options_and_opens_a_field_for_the_rest(self) -> None:
        pieces = {piece.setting: piece for piece in row_of("review").pieces if piece.setting}
        assert pieces["rule"].options[0]["words"] == "both must agree"
        assert pieces["title"].options == []
        assert pieces["title"].id == "choice-review-title"
        assert json.loads(pieces["rule"].path_json) == ["with", "rule"]

    def test_says_how_often_a_call_is_tried_and_offers_other_numbers(self) -> None:
        retry = next(piece for piece in row_of("answer").pieces if piece.setting == "retry")
        assert retry.text == "up to 5 times, waiting 1 second and then double"
        assert json.loads(retry.path_json) == ["retry"]
        assert json.loads(retry.value_json) in [option["value"] for option in json.loads(retry.options_json)]

    def test_hold_what_they_would_repeat_once(self) -> None:
        page = make_page(parse_flow_file(write_large_flow(60)), [], kind_specs(), trigger_specs())
        approvals = [row for row in page.rows if row.kind == "task.approve"]
        [named] = {piece.options_id for row in approvals for piece in row.pieces if piece.setting == "rule"}
        assert [option["value"] for option in page.shared["options"][named]][:2] == ["all", "any"]
        assert len(page.shared["options"]) < 10
        assert page.shared["settings"]["task.approve"]["form"] == "Form"
        assert {row.also for row in approvals} == {"show order levels amount currency form fill undo_s"}
        drawn = draw_rows(page.rows)
        assert sum(map(len, drawn)) < 2_200 * len(drawn)

    def test_marks_the_words_a_problem_is_about_and_offers_its_mend(self) -> None:
        row = row_of("answer")
        assert [piece.text for piece in row.pieces if piece.is_wrong] == ["said"]
        (problem,) = [remark for remark in row.remarks if remark.tone]
        assert problem.mend is not None
        assert problem.mend.label == "Use review"
        (op,) = problem.mend.ops
        assert (op["path"], op["value"]) == (["with", "json", "said"], "= steps.review.outcome")

    def test_offers_what_the_sentence_does_not_say(self) -> None:
        unsaid = [setting.name for setting in row_of("review").unsaid]
        assert unsaid == ["show", "levels", "amount", "currency", "form", "fill", "undo_s"]

    def test_knows_which_steps_are_published(self) -> None:
        assert not row_of("review").is_new
        assert row_of("answer").is_new

    def test_heads_a_group_at_its_first_step(self) -> None:
        assert (row_of("review").group, row_of("answer").group) == ("Decide", "")

    def test_speaks_a_whole_row(self) -> None:
        spoken = row_of("review").spoken
        assert spoken.startswith("Review, Approval. ask any one of Legal and of Brand")
        assert spoken.endswith("approved or rejected: go on with Answer")

    def test_a_flow_without_steps_asks_what_starts_it(self) -> None:
        (row,) = page_of(BLANK).rows
        assert [piece.text for piece in row.pieces] == ["Nothing starts this flow yet"]
        assert row.exits == (("next", "then"),)

    def test_a_parallel_step_names_its_own_ports(self) -> None:
        definition = parse_flow_file(FLOW_FILE)
        step = dataclasses.replace(definition.steps["review"], kind="parallel", settings={}, links={"a": "answer"})
        changed = dataclasses.replace(definition, steps={**definition.steps, "review": step})
        assert row_of("review", changed).names_ports == "free"
        assert row_of("answer", changed).depth == 1

    def test_facts_stand_beside_their_step(self) -> None:
        fact = Remark(icon="clock", text="Half are done within 5 min")
        definition = parse_flow_file(FLOW_FILE)
        page = make_page(definition, [], kind_specs(), trigger_specs(), Around(facts={"review": [fact]}))
        assert fact in page.rows[1].remarks

    def test_a_finding_about_no_step_stands_above(self) -> None:
        definition = dataclasses.replace(parse_flow_file(FLOW_FILE), on_error="nobody")
        assert [remark.tone for remark in page_of(definition).remarks] == ["is-incident"]
        assert FLOW == "flow"

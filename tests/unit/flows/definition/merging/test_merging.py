"""Two people's work on one flow comes together: nothing is lost, and what both changed is theirs to decide."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flows.definition.diff.renames import find_renames
from flows.definition.editing import apply_ops, changed_paths, make_delta, open_document
from flows.definition.flow_file import definition_from_data, definition_to_data, parse_flow_file
from flows.definition.merging import Merged, merge
from flows.registry import kind_specs
from tests.support.edits import PATIENT, edit_all, edits

TEXT = """\
format: 1
flow: chain
name: Chain
team: marketing
trigger: {kind: webhook, path: chain, auth: {kind: none}}
sensitive: [trigger.body.iban]
steps:
  ask:
    kind: task.approve
    with: {title: "= trigger.body.title", approvers: [team:legal], rule: all, due_in: P2D}
    on: {approved: tell, rejected: tell}
  tell:
    kind: set
    with: {words: "= steps.ask.outcome", more: {a: 1, b: 2}}
    next: done
  done: {kind: stop, with: {output: "= steps.tell.words"}}
tests:
  - {name: good, body: {amount: 1}}
"""
BASE = definition_to_data(parse_flow_file(TEXT))


def edit(*ops: dict[str, Any], base: dict[str, Any] = BASE) -> dict[str, Any]:
    return apply_ops(base, ops, kind_specs()).document


def put(step: str, *path: Any, value: Any) -> dict[str, Any]:
    return {"op": "set", "target": f"steps/{step}", "path": list(path), "value": value}


def put_flow(*path: Any, value: Any) -> dict[str, Any]:
    return {"op": "set", "target": "flow", "path": list(path), "value": value}


def bring(mine: dict[str, Any], theirs: dict[str, Any], **more: Any) -> Merged:
    return merge(BASE, mine, theirs, kind_specs(), **more)


def steps(merged: Merged) -> dict[str, Any]:
    return open_document(merged.document)["steps"]


def delete(*keys: str) -> dict[str, Any]:
    return {"op": "delete_steps", "keys": list(keys)}


def add(key: str, after: str, port: str = "next") -> dict[str, Any]:
    return {"op": "add_step", "key": key, "kind": "set", "with": {"x": 1}, "after": {"step": after, "port": port}}


class TestMerge:
    def test_takes_settings_of_one_step_from_both(self) -> None:
        merged = bring(edit(put("ask", "with", "rule", value="any")), edit(put("ask", "with", "due_in", value="P5D")))
        assert (steps(merged)["ask"]["with"]["rule"], steps(merged)["ask"]["with"]["due_in"]) == ("any", "P5D")
        assert not merged.conflicts
        assert [(change.side, change.text) for change in merged.changes] == [
            ("mine", "“Ask”: Rule was changed."),
            ("theirs", "“Ask”: Time to answer was changed."),
        ]

    def test_asks_about_a_setting_that_both_changed(self) -> None:
        mine, theirs = edit(put("ask", "with", "rule", value="any")), edit(put("ask", "with", "rule", value="veto"))
        (conflict,) = bring(mine, theirs).conflicts
        assert (conflict.key, conflict.base, conflict.mine, conflict.theirs) == (
            "steps/ask/with/rule",
            "all",
            "any",
            "veto",
        )
        assert (conflict.step, conflict.step_title, conflict.label) == ("ask", "Ask", "Rule")
        for side, value in (("mine", "any"), ("theirs", "veto")):
            decided = bring(mine, theirs, choices={conflict.key: side})
            assert (steps(decided)["ask"]["with"]["rule"], decided.conflicts) == (value, ())

    def test_merges_inside_a_mapping(self) -> None:
        mine = edit(put("tell", "with", "more", "a", value=7))
        theirs = edit(put("tell", "with", "more", "c", value=3))
        assert steps(bring(mine, theirs))["tell"]["with"]["more"] == {"a": 7, "b": 2, "c": 3}

    def test_keeps_steps_that_each_added_elsewhere(self) -> None:
        merged = bring(edit(add("mine", "tell")), edit(add("theirs", "ask", "approved")))
        assert list(steps(merged)) == ["ask", "theirs", "tell", "mine", "done"]
        assert (steps(merged)["ask"]["on"]["approved"], steps(merged)["tell"]["next"]) == ("theirs", "mine")
        assert not merged.conflicts

    def test_asks_where_both_added_on_one_link(self) -> None:
        merged = bring(edit(add("mine", "tell")), edit(add("theirs", "tell")))
        assert [conflict.key for conflict in merged.conflicts] == ["steps/tell/next"]
        assert {"mine", "theirs"} <= set(steps(merged))

    def test_asks_about_a_step_that_one_deleted_and_the_other_changed(self) -> None:
        mine, theirs = edit(delete("tell")), edit(put("tell", "with", "words", value="new"))
        (conflict,) = bring(mine, theirs).conflicts
        assert (conflict.key, conflict.mine, conflict.theirs["with"]["words"]) == ("steps/tell", None, "new")
        assert conflict.label == "The step"

    def test_compares_a_step_that_both_added_setting_by_setting(self) -> None:
        began = {**BASE, "steps": {key: step for key, step in BASE["steps"].items() if key != "tell"}}
        theirs = edit(put("tell", "with", "words", value="Read it"), put("tell", "with", "loud", value=True))
        merged = merge(began, BASE, theirs, kind_specs())
        assert [(one.key, one.label) for one in merged.conflicts] == [("steps/tell/with/words", "Words")]
        assert steps(merged)["tell"]["with"]["loud"] is True
        assert [one.text for one in merged.changes if one.side == "both"] == ["“Tell” was added."]
        other = {**theirs, "steps": {**theirs["steps"], "tell": {"kind": "wait", "with": {"for": "P1D"}}}}
        assert [one.key for one in merge(began, BASE, other, kind_specs()).conflicts] == ["steps/tell"]

    def test_leads_on_what_leads_to_a_step_that_the_other_deleted(self) -> None:
        mine = edit({"op": "add_step", "key": "extra", "kind": "set", "on": {"next": "tell"}})
        merged = bring(mine, edit(delete("tell")))
        assert (steps(merged)["extra"]["next"], merged.conflicts) == ("done", ())

    def test_follows_a_step_that_one_renamed(self) -> None:
        mine = edit({"op": "rename_step", "key": "ask", "to": "check"})
        theirs = edit(put("ask", "with", "rule", value="any"), put("tell", "with", "by", value="= steps.ask.comments"))
        for merged in (bring(mine, theirs), bring(theirs, mine)):
            assert steps(merged)["check"]["with"]["rule"] == "any"
            assert steps(merged)["tell"]["with"]["words"] == "= steps.check.outcome"
            assert steps(merged)["tell"]["with"]["by"] == "= steps.check.comments"
            assert ("ask" in steps(merged), merged.conflicts) == (False, ())

    def test_asks_about_a_step_that_one_renamed_and_the_other_deleted(self) -> None:
        mine = edit({"op": "rename_step", "key": "tell", "to": "say"})
        assert [conflict.key for conflict in bring(mine, edit(delete("tell"))).conflicts] == ["steps/say"]

    def test_asks_about_two_new_keys_of_one_step(self) -> None:
        mine = edit({"op": "rename_step", "key": "tell", "to": "say"}, put("ask", "with", "rule", value="any"))
        theirs = edit({"op": "rename_step", "key": "tell", "to": "speak"})
        (conflict,) = bring(mine, theirs).conflicts
        assert (conflict.key, conflict.mine, conflict.theirs) == ("steps/tell/key", "say", "speak")
        assert (conflict.step, conflict.label) == ("say", "Key")
        for side, key in (("mine", "say"), ("theirs", "speak")):
            decided = bring(mine, theirs, choices={conflict.key: side})
            assert list(steps(decided)) == ["ask", key, "done"]
            assert steps(decided)["done"]["with"]["output"] == f"= steps.{key}.words"

    def test_takes_one_new_key_from_both(self) -> None:
        rename = {"op": "rename_step", "key": "tell", "to": "say"}
        merged = bring(edit(rename, put("ask", "with", "rule", value="any")), edit(rename))
        assert (list(steps(merged)), merged.conflicts) == (["ask", "say", "done"], ())

    def test_asks_when_a_step_became_of_another_kind(self) -> None:
        mine = edit({"op": "change_kind", "key": "tell", "kind": "validate"})
        theirs = edit(put("tell", "with", "words", value="new"))
        assert [conflict.key for conflict in bring(mine, theirs).conflicts] == ["steps/tell"]

    def test_asks_about_two_starts(self) -> None:
        mine = edit({"op": "connect", "source": "trigger", "target": "tell"})
        theirs = edit({"op": "connect", "source": "trigger", "target": "done"})
        (conflict,) = bring(mine, theirs).conflicts
        assert (conflict.key, conflict.label, conflict.step) == ("start", "First step", None)

    def test_asks_about_two_triggers(self) -> None:
        mine = edit({"op": "set_trigger", "kind": "manual"})
        theirs = edit({"op": "set", "target": "trigger", "path": ["path"], "value": "other"})
        (conflict,) = bring(mine, theirs).conflicts
        assert (conflict.key, conflict.mine["kind"], conflict.theirs["path"]) == ("trigger", "manual", "other")

    def test_joins_what_each_covered_and_named(self) -> None:
        mine = edit(
            put_flow("sensitive", value=["trigger.body.iban", "steps.ask.comments"]), put_flow("vars", "a", value=1)
        )
        theirs = edit(put_flow("sensitive", value=["trigger.body.phone"]), put_flow("vars", "b", value=2))
        document = open_document(bring(mine, theirs).document)
        assert document["sensitive"] == ["steps.ask.comments", "trigger.body.phone"]
        assert document["vars"] == {"a": 1, "b": 2}

    def test_joins_test_cases_by_name(self) -> None:
        good = {"name": "good", "body": {"amount": 1}}
        mine = edit(put_flow("tests", value=[good, {"name": "mine"}]))
        theirs = edit(put_flow("tests", value=[{**good, "body": {"amount": 2}}, {"name": "theirs"}]))
        merged = bring(mine, theirs)
        assert [test["name"] for test in open_document(merged.document)["tests"]] == ["good", "mine", "theirs"]
        assert not merged.conflicts

    def test_asks_nothing_about_where_things_are_drawn(self) -> None:
        mine = edit({"op": "move", "positions": {"ask": [1, 1]}})
        theirs = edit({"op": "move", "positions": {"ask": [2, 2], "tell": [3, 3]}})
        merged = bring(mine, theirs)
        assert open_document(merged.document)["layout"]["steps"] == {"ask": [1, 1], "tell": [3, 3]}
        assert (merged.conflicts, merged.changes) == ((), ())

    def test_takes_notes_that_are_plain_text(self) -> None:
        mine = json.loads(json.dumps({**BASE, "notes": "why"}))
        merged = merge(BASE, mine, edit({"op": "put_note", "id": "n1", "text": "x"}), kind_specs())
        assert [conflict.key for conflict in merged.conflicts] == ["notes"]

    @pytest.mark.parametrize("blank", [True, False])
    def test_brings_a_blank_flow_and_a_full_one_together(self, blank: bool) -> None:
        empty = edit(delete("ask", "tell", "done"))
        assert merge(empty, BASE if blank else empty, empty if blank else BASE, kind_specs()).document == BASE


histories = st.lists(edits, max_size=4)


def grow(history: list[list[dict[str, Any]]]) -> dict[str, Any]:
    return edit_all(BASE, history)[-1]


def exact(document: dict[str, Any]) -> str:
    return json.dumps(document)


class TestLawsOfMerging:
    @settings(max_examples=60, deadline=None, suppress_health_check=PATIENT)
    @given(histories)
    def test_what_one_side_did_alone_comes_out_as_it_is(self, history: list[Any]) -> None:
        changed = grow(history)
        for mine, theirs in ((changed, BASE), (BASE, changed), (changed, changed)):
            merged = bring(mine, theirs)
            assert exact(merged.document) == exact(changed)
            assert not merged.conflicts

    @settings(max_examples=60, deadline=None, suppress_health_check=PATIENT)
    @given(histories, histories)
    def test_both_ways_round_give_the_same(self, left: list[Any], right: list[Any]) -> None:
        one, other = grow(left), grow(right)
        there, back = bring(one, other), bring(other, one)
        assert {conflict.key for conflict in there.conflicts} == {conflict.key for conflict in back.conflicts}
        if not there.conflicts:
            first, second = open_document(there.document), open_document(back.document)
            assert {**first, "layout": None} == {**second, "layout": None}

    @settings(max_examples=60, deadline=None, suppress_health_check=PATIENT)
    @given(histories, histories)
    def test_no_place_that_both_changed_is_decided_in_silence(self, left: list[Any], right: list[Any]) -> None:
        one, other = grow(left), grow(right)
        assume(not any(find_renames(definition_from_data(BASE), definition_from_data(side)) for side in (one, other)))
        merged = bring(one, other)
        told = {conflict.path for conflict in merged.conflicts}
        opened = [spread(document) for document in (BASE, one, other)]
        mine, theirs = (set(changed_paths(make_delta(opened[0], side))) for side in opened[1:])
        for path in mine & theirs:
            if path[0] in ("layout", "sensitive") or (path[0] == "steps" and path[1] not in ("ask", "tell", "done")):
                continue
            values = [_value(side, path) for side in opened[1:]]
            if exact(values[0]) != exact(values[1]) and _is_still(opened, path):  # type: ignore[arg-type]
                assert any(path[: len(place)] == place or place[: len(path)] == path for place in told), path

    @settings(max_examples=40, deadline=None, suppress_health_check=PATIENT)
    @given(histories, histories, st.sampled_from(["mine", "theirs"]))
    def test_a_decision_for_each_conflict_leaves_none(self, left: list[Any], right: list[Any], side: Any) -> None:
        one, other = grow(left), grow(right)
        merged = bring(one, other)
        choices = {conflict.key: side for conflict in merged.conflicts}
        assert bring(one, other, choices=choices).conflicts == ()


def spread(document: dict[str, Any]) -> dict[str, Any]:
    """The data of a document with its empty mappings, so that what each side put there has a path of its own."""
    data = open_document(document)
    steps = {key: {"with": {}, "on": {}, **step} for key, step in data["steps"].items()}
    return {"notes": {}, "vars": {}, **data, "steps": steps}


def _value(data: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _is_still(opened: list[dict[str, Any]], path: tuple[str, ...]) -> bool:
    """Whether the step of the path goes by one key on all sides, so that its paths can be compared."""
    return path[0] != "steps" or all(path[1] in side["steps"] for side in opened)

"""What a design names outside itself, and a copy of it with other names."""

from __future__ import annotations

from flows.definition.flow_file import parse_flow_file, write_flow_file
from flows.definition.references import Placement, Reference, find_references, list_people, name_people, place_copy
from flows.registry import kind_specs, trigger_specs

FLOW = """\
format: 1
flow: intake
name: Intake
team: marketing
trigger:
  kind: webhook
  path: intake
  auth: {kind: bearer, secret: portal}
steps:
  ask:
    kind: task.approve
    with: {title: Look, approvers: [team:legal, "each:team:brand", {who: lee, veto: true}, "= trigger.body.who"]}
    on: {approved: send, rejected: again}
  send:
    kind: http.request
    with: {method: POST, url: /orders, connection: erp, repeat: safe}
    next: rules
  rules: {kind: decision_table, with: {table: triage, input: {a: 1}}, next: other}
  other: {kind: subflow, with: {flow: helper}}
  again: {kind: subflow, with: {flow: intake}}
"""


def references(text: str = FLOW) -> list[Reference]:
    return find_references(parse_flow_file(text), kind_specs(), trigger_specs())


class TestFindReferences:
    def test_gives_each_name_once_with_its_places(self) -> None:
        assert [(row.sort, row.name) for row in references()] == [
            ("connection", "erp"),
            ("secret", "portal"),
            ("table", "triage"),
            ("flow", "helper"),
            ("team", "brand"),
            ("team", "legal"),
            ("person", "lee"),
        ]
        assert references()[0].places == ("step “Send”",)
        assert references()[1].places == ("what starts it",)

    def test_leaves_out_what_expressions_compute(self) -> None:
        assert "trigger.body.who" not in str(references())


class TestPlaceCopy:
    def copy(self, **names: str) -> str:
        sorts = {(row.sort, row.name): names[row.name] for row in references() if row.name in names}
        to = Placement(team="finance", key="intake-2", name="Intake of Finance", names=sorts)
        return write_flow_file(place_copy(parse_flow_file(FLOW), to, kind_specs(), trigger_specs()))

    def test_names_what_was_picked_and_keeps_the_rest(self) -> None:
        text = self.copy(erp="sap", portal="door", legal="finance", lee="fin", triage="rules")
        for part in ("sap", "door", "team:finance", "each:team:brand", "who: fin", "table: rules", "flow: helper"):
            assert part in text
        assert "erp" not in text

    def test_gets_its_own_key_address_and_calls_itself(self) -> None:
        copy = parse_flow_file(self.copy())
        assert (copy.key, copy.team, copy.name) == ("intake-2", "finance", "Intake of Finance")
        assert copy.trigger is not None
        assert copy.trigger.settings["path"] == "intake-2"
        assert copy.steps["again"].settings["flow"] == "intake-2"

    def test_stays_the_same_where_nothing_is_picked(self) -> None:
        definition = parse_flow_file(FLOW)
        to = Placement(team="marketing", key="intake", name="Intake", names={})
        assert place_copy(definition, to, kind_specs(), trigger_specs()) == definition

    def test_renames_who_contributes_to_a_case(self) -> None:
        asked = "{a: team:legal, b: {from: lee, title: B}, c: http:support, d: http, e: '= trigger.body.who'}"
        text = f"""\
format: 1
flow: open
name: Open
team: marketing
steps:
  one: {{kind: case.open, with: {{type: x, title: X, contributions: {asked}}}, next: two}}
  two: {{kind: case.update, with: {{contributions: [{{key: a, from: http:team:legal}}, {{key: b}}]}}}}
"""
        found = references(text)
        assert [(row.sort, row.name) for row in found if row.sort in ("team", "person")] == [
            ("team", "legal"),
            ("team", "support"),
            ("person", "lee"),
        ]
        sorts = {("team", "legal"): "law", ("team", "support"): "help", ("person", "lee"): "leo"}
        to = Placement(team="marketing", key="open", name="Open", names=sorts)
        steps = place_copy(parse_flow_file(text), to, kind_specs(), trigger_specs()).steps
        assert steps["one"].settings["contributions"] == {
            "a": "team:law",
            "b": {"from": "leo", "title": "B"},
            "c": "http:help",
            "d": "http",
            "e": "= trigger.body.who",
        }
        assert steps["two"].settings["contributions"] == [{"key": "a", "from": "http:team:law"}, {"key": "b"}]


class TestNamePeople:
    def test_names_those_that_are_known_and_nothing_else(self) -> None:
        definition = parse_flow_file(FLOW)
        named = name_people(definition, {"lee": "Lee Young", "legal": "No", "trigger.body.who": "No"}, kind_specs())
        assert named.steps["ask"].settings["approvers"] == [
            "team:legal",
            "each:team:brand",
            {"who": "Lee Young", "veto": True},
            "= trigger.body.who",
        ]
        assert named.steps["send"] == definition.steps["send"]
        assert name_people(definition, {}, kind_specs()) is definition

    def test_lists_people_alone(self) -> None:
        assert list_people(parse_flow_file(FLOW), kind_specs(), trigger_specs()) == {"lee"}

"""Made-up data of whole flows."""

from __future__ import annotations

import pytest

from flows.definition.flow_file import parse_flow_file
from flows.definition.sampling import Samples, sample_trigger, sample_visits
from flows.definition.scopes import compute_scopes
from flows.registry import kind_specs, trigger_specs

ORDERS = """
format: 1
flow: orders
name: Orders
team: operations
trigger:
  kind: webhook
  path: orders
  auth: {kind: none}
  schema:
    type: object
    properties:
      title: {type: string, examples: [Ridgeline]}
      lines: {type: array, items: {type: object, properties: {sku: {type: string, const: J-1}}}}
steps:
  open: {kind: case.open, with: {type: order, title: "= 'Order ' & trigger.body.title"}, next: each}
  each: {kind: for_each, with: {items: "= trigger.body.lines", as: line}, on: {each: note}, next: both}
  note: {kind: set, with: {code: "= line.sku", same: "= item.sku"}}
  both: {kind: parallel, on: {a: left, b: right}}
  left: {kind: set, with: {seen: "= steps.each.results[0].code"}, next: meet}
  right:
    {kind: task.assign, on: {done: meet}, with: {title: Look, to: [ana], form: {properties: {ok: {type: boolean}}}}}
  meet: {kind: join, next: last}
  last: {kind: set, with: {number: "= case.number", left: "= steps.meet.left.seen", wrong: "= steps.nothing.x"}}
"""


def make() -> Samples:
    definition = parse_flow_file(ORDERS)
    return sample_visits(definition, kind_specs(), Samples(trigger=sample_trigger(definition, trigger_specs())))


class TestSampleVisits:
    def test_works_every_step_out_with_those_before_it(self) -> None:
        values = {key: sample.value for key, sample in make().steps.items()}
        assert values["open"]["title"] == "Order Ridgeline"
        assert values["note"] == {"code": "J-1", "same": "J-1"}
        assert values["each"] == {"results": [values["note"]], "errors": {}}
        assert values["meet"]["right"]["data"] == {"ok": True}
        assert values["last"] == {"number": "C-2026-000123", "left": "J-1", "wrong": None}

    def test_says_that_all_of_it_is_made_up(self) -> None:
        samples = make()
        assert samples.trigger.said == "made from the schema"
        assert all(sample.is_made_up for sample in (samples.trigger, *samples.steps.values()))

    def test_keeps_what_is_known(self) -> None:
        definition, samples = parse_flow_file(ORDERS), make()
        known = Samples(trigger=samples.trigger, steps={"open": samples.steps["note"]})
        assert sample_visits(definition, kind_specs(), known).steps["open"] is samples.steps["note"]


class TestMakeRoots:
    def test_holds_only_what_the_step_sees(self) -> None:
        definition, samples = parse_flow_file(ORDERS), make()
        scopes = compute_scopes(definition, kind_specs())
        inside, outside = (samples.make_roots(definition, key, scopes) for key in ("note", "last"))
        assert inside["item"] == inside["line"] == {"sku": "J-1"}
        assert "item" not in outside
        assert "left" not in outside["steps"]
        assert set(outside["steps"]) == {"open", "each", "both", "meet"}


class TestSampleTrigger:
    @pytest.mark.parametrize(
        ("trigger", "part"),
        [
            ("{kind: event, event: case.closed}", {"name": "case.closed"}),
            (
                "{kind: schedule, every: PT1H, input: {region: north}}",
                {"region": "north", "planned_at": "2026-03-14T09:30:00Z"},
            ),
            ("{kind: manual, schema: {type: object, properties: {amount: {type: integer}}}}", {"amount": 100}),
        ],
    )
    def test_knows_what_each_trigger_hands_over(self, trigger: str, part: dict[str, object]) -> None:
        definition = parse_flow_file(
            f"format: 1\nflow: x\nname: X\nteam: it\ntrigger: {trigger}\nsteps:\n  a: {{kind: set, with: {{}}}}\n"
        )
        body = sample_trigger(definition, trigger_specs()).value["body"]
        assert part.items() <= body.items()

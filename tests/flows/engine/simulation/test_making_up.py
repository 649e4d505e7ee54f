"""Made-up data have what the steps read, by guesses from the names, and leave alone what is there."""

from __future__ import annotations

from flows.definition.flow_file import parse_flow_file
from flows.engine.simulation import complete_trigger, make_up_answer
from flows.engine.simulation.drafts import compile_draft

FLOW = """
format: 1
flow: f
name: F
team: t
steps:
  ask: {kind: http.request, with: {url: "= trigger.body.callback_url"}, next: use}
  use:
    kind: set
    with: {a: "= steps.ask.body.order.id", b: "= steps.ask.body.amount", c: "= trigger.body.who.email",
           d: "= trigger.query.page"}
"""


class TestMakingUp:
    def test_an_answer_has_every_member_that_is_read(self) -> None:
        steps = compile_draft(parse_flow_file(FLOW))[0].steps
        assert make_up_answer("ask", steps) == {
            "status": 200,
            "headers": {},
            "body": {"order": {"id": "sample-1"}, "amount": 1},
        }

    def test_a_trigger_gets_what_its_schema_does_not_name(self) -> None:
        steps = compile_draft(parse_flow_file(FLOW))[0].steps
        assert complete_trigger({"body": {"who": "Lee"}, "query": {}}, steps) == {
            "body": {"who": "Lee", "callback_url": "https://example.com/sample"},
            "query": {"page": 1},
        }
        assert complete_trigger({"body": None}, steps)["body"]["who"] == {"email": "somebody@example.org"}
        assert complete_trigger({"body": [1]}, steps)["body"] == [1]

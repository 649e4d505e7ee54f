"""A flow goes through memory as it would go through the engine, and asks for what it is not told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flows.definition.flow_file import parse_flow_file
from flows.engine.simulation import Given, Limits, Simulated, Trial, WrittenBook, make_free_doors, simulate

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HEAD = "format: 1\nflow: tried\nname: Tried\nteam: marketing\nsteps:\n"


def run(text: str, body: Any = None, answers: dict[str, Any] | None = None, **more: Any) -> Simulated:
    definition = parse_flow_file(text if text.startswith("format") else HEAD + text)
    samples = more.pop("samples", {})
    trial = Trial(
        trigger={"body": body},
        book=WrittenBook(answers or {}, samples=samples),
        now=NOW,
        doors=make_free_doors(definition),
        **more,
    )
    return simulate(definition, trial)


CALL = """
  ask:
    {kind: http.request, with: {method: POST, url: 'https://erp.example/orders', json: {n: '= trigger.body.n'}},
     RETRY on: {next: done, error: sorry}}
  done: {kind: stop, with: {output: '= steps.ask.body'}}
  sorry: {kind: stop, with: {output: '= steps.ask.error.code'}}
"""
TASK = """
  mend:
    kind: task.assign
    with:
      {title: Mend, to: [lee], outcomes: [mended, hopeless],
       form: {type: object, required: [cost], properties: {cost: {type: number}}}}
    on: {mended: done, hopeless: sorry}
  done: {kind: stop, with: {output: '= steps.mend.data.cost'}}
  sorry: {kind: stop, with: {output: none}}
"""


class TestCalls:
    def test_shows_what_would_be_sent_and_takes_the_written_answer(self) -> None:
        done = run(CALL.replace("RETRY", ""), {"n": 7}, {"ask": {"status": 201, "body": {"id": "o-1"}}})
        assert (done.status, done.path, done.output) == ("completed", ("ask", "done"), {"id": "o-1"})
        [faked] = done.faked
        assert faked.request["url"] == "https://erp.example/orders"
        assert '"n": 7' in str(faked.request["body"])

    def test_waits_for_an_answer_that_nobody_wrote(self) -> None:
        waiting = run(CALL.replace("RETRY", ""), {"n": 7})
        assert waiting.status == "waiting"
        assert [(each.step, each.kind) for each in waiting.missing] == [("ask", "effect")]
        assert waiting.missing[0].request is not None

    def test_leaves_by_the_error_exit_as_the_sender_would(self) -> None:
        done = run(CALL.replace("RETRY", ""), {"n": 7}, {"ask": {"status": 503}})
        assert (done.path, done.output) == (("ask", "sorry"), "http.status")

    def test_tries_again_by_the_retry_rule_and_puts_the_clock_forward(self) -> None:
        retry = "retry: {max_attempts: 3, first_delay_s: 10},"
        answers = {"ask": [{"status": 503}, {"status": 429, "headers": {"retry-after": "60"}}, {"body": {"id": 1}}]}
        done = run(CALL.replace("RETRY", retry), {"n": 7}, answers)
        assert done.path == ("ask", "done")
        assert [faked.attempt for faked in done.faked] == [1, 2, 3]
        assert done.now is not None
        assert (done.now - NOW).total_seconds() == 70

    def test_an_unknown_outcome_needs_a_person(self) -> None:
        text = CALL.replace("RETRY", "").replace("on: {next: done, error: sorry}", "next: done")
        text = text.replace("  sorry: {kind: stop, with: {output: '= steps.ask.error.code'}}\n", "")
        error = {"code": "outbound.timeout", "message": "No answer in 30 s.", "retryable": True}
        stuck = run(text, {"n": 7}, {"ask": {"error": error, "unknown": True}})
        assert (stuck.status, stuck.ended_by.code, stuck.ended_by.step) == ("incident", "effect.unknown", "ask")


class TestPeople:
    def test_ask_with_their_form_and_outcomes(self) -> None:
        asked = run(TASK).missing[0]
        assert asked.kind == "task"
        assert asked.question is not None
        assert asked.question.outcomes == ("mended", "hopeless")
        assert asked.question.people == ("lee",)
        assert asked.question.form["required"] == ["cost"]

    def test_go_on_with_their_answer(self) -> None:
        done = run(TASK, None, {"mend": {"outcome": "mended", "data": {"cost": 12}}})
        assert (done.path, done.output) == (("mend", "done"), 12)

    def test_an_answer_that_does_not_fit_the_form_is_asked_again(self) -> None:
        waiting = run(TASK, None, {"mend": {"outcome": "mended", "data": {}}})
        assert waiting.status == "waiting"
        assert "cost" in waiting.missing[0].fault

    def test_a_quorum_is_counted_by_the_rules_of_approvals(self) -> None:
        text = """
  ok:
    {kind: task.approve, with: {title: Ok, approvers: [a, b, c], rule: {quorum: 2}},
     on: {approved: yes_, rejected: no_}}
  yes_: {kind: stop, with: {output: '= $count(steps.ok.decisions)'}}
  no_: {kind: stop, with: {output: '= steps.ok.comments[0].comment'}}
"""
        assert run(text, None, {"ok": {"outcome": "approved"}}).output == 2
        decisions = [
            {"approver": "b", "outcome": "rejected", "comment": "Too dear."},
            {"approver": "c", "outcome": "rejected", "comment": "No."},
        ]
        assert run(text, None, {"ok": {"decisions": decisions}}).output == "Too dear."
        half = run(text, None, {"ok": {"decisions": decisions[:1]}})
        assert half.status == "waiting"
        assert "next one" in half.missing[0].fault


class TestWaiting:
    def test_time_does_not_pass(self) -> None:
        done = run(
            "  rest: {kind: wait, with: {for: P2D}, next: done}\n  done: {kind: stop, with: {output: '= $now()'}}\n"
        )
        assert done.output == "2026-03-04T09:00:00.000Z"
        assert done.visits[0].note == "The clock was put forward"

    def test_a_message_comes_or_the_time_is_up(self) -> None:
        text = """
  paid:
    {kind: wait_for, with: {message: payment, key: '= trigger.body.order', timeout: P2D},
     on: {next: done, timeout: late}}
  done: {kind: stop, with: {output: '= steps.paid'}}
  late: {kind: stop, with: {output: late}}
"""
        assert [each.kind for each in run(text, {"order": 4711}).missing] == ["message"]
        paid = run(text, {"order": 4711}, {"paid": {"data": {"eur": 5}, "id": "m1"}})
        assert paid.output == {"name": "payment", "key": "4711", "data": {"eur": 5}, "id": "m1"}
        assert run(text, {"order": 4711}, {"paid": {"timeout": True}}).output == "late"

    def test_another_flow_is_answered(self) -> None:
        text = """
  book: {kind: subflow, with: {flow: booking}, next: done}
  done: {kind: stop, with: {output: '= steps.book.no'}}
"""
        assert run(text, None, {"book": {"output": {"no": 3}}}).output == 3
        failed = run(text, None, {"book": {"error": {"code": "x", "message": "No stock."}}})
        assert failed.status == "incident"
        assert "No stock" in failed.ended_by.message


class TestBounds:
    def test_a_loop_without_end_is_ended(self) -> None:
        text = "  a: {kind: set, with: {n: 1}, next: b}\n  b: {kind: set, with: {n: 2}, next: a}\n"
        endless = run(text, limits=Limits(visits=500))
        assert endless.status == "endless"
        assert len(endless.visits) <= 501

    def test_a_long_list_goes_through(self) -> None:
        text = """
  each_one: {kind: for_each, with: {items: '= [1..600]'}, on: {each: double, next: done}}
  double: {kind: set, with: {n: '= item * 2'}, next: meet}
  meet: {kind: join}
  done: {kind: stop, with: {output: '= $sum(steps.each_one.results.n)'}}
"""
        assert run(text, limits=Limits(visits=5_000)).output == 600 * 601


class TestPart:
    TEXT = """
  first: {kind: set, with: {n: '= trigger.body.n + 1'}, next: loop}
  loop: {kind: for_each, with: {items: '= trigger.body.rows', as: row}, on: {each: second, next: third}}
  second: {kind: set, with: {m: '= row.v * steps.first.n'}, next: meet}
  meet: {kind: join}
  third: {kind: stop, with: {output: '= steps.loop.results'}}
"""

    def test_goes_as_far_as_a_step(self) -> None:
        part = run(self.TEXT, {"n": 1, "rows": [{"v": 1}, {"v": 2}]}, stop_after="second")
        assert (part.status, part.path) == ("stopped", ("first", "loop", "second"))

    def test_one_step_inside_a_loop_sees_its_item_and_what_came_before(self) -> None:
        part = run(self.TEXT, {}, start_at="second", stop_after="second", outputs={"first": {"n": 5}}, item={"v": 3})
        assert (part.status, part.path, part.get_output("second")) == ("stopped", ("second",), {"m": 15})

    def test_a_step_with_a_fault_stops_it_there_and_not_before(self) -> None:
        text = (
            "  a: {kind: set, with: {n: 1}, next: b}\n  b: {kind: http.request, with: {}, next: c}\n  c: {kind: stop}\n"
        )
        part = run(text)
        assert (part.status, part.path, part.ended_by.step) == ("not_ready", ("a", "b"), "b")
        assert "address" in part.ended_by.message
        assert run(text, start_at="c").status == "completed"

    def test_samples_answer_calls_and_say_so(self) -> None:
        done = run(CALL.replace("RETRY", ""), {"n": 1}, samples={"ask": Given(value={"body": 9}, origin="pinned")})
        assert done.output == 9
        assert done.visits[0].origin == "pinned"


class TestStart:
    TEXT = (
        "format: 1\nflow: tried\nname: Tried\nteam: marketing\n"
        "trigger: {kind: webhook, path: tried, auth: {kind: none}, schema: {type: object, required: [id]},"
        " business_key: '= body.id'}\n"
        "steps:\n  a: {kind: stop, with: {output: '= run.business_key'}}\n"
    )

    def test_is_refused_as_the_door_would(self) -> None:
        refused = run(self.TEXT, {})
        assert refused.status == "refused"
        assert "id" in refused.ended_by.message

    def test_knows_its_business_key(self) -> None:
        assert run(self.TEXT, {"id": 12}).output == "12"

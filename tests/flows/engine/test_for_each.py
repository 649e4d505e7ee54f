"""Loops over lists: order, places at once, what fails, what is kept, and that a list may be long."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from cases.models import Task
from cases.operations import complete_task
from flows.models import Incident, LoopItems, LoopResult, Run, StepVisit
from flows.operations.runs import answer_incident, cancel_run
from integrator.files.facts import describe_file
from integrator.files.operations import Subject, hang_in
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.flows.engine.test_waiting import make_person
from tests.support.files import make_file
from tests.support.flows import make_run, make_version, run_to_rest, settle, visits

pytestmark = pytest.mark.django_db(transaction=True)

HEAD = "format: 1\nflow: loops\nname: Loops\nteam: marketing\nsteps:\n"
DOUBLE = (
    HEAD
    + """
  loop: {kind: for_each, with: {items: ITEMS}, on: {each: double, next: done}}
  double: {kind: set, with: {n: "= item * 2"}, next: meet}
  meet: {kind: join}
  done: {kind: stop, with: {output: "= steps.loop"}}
"""
)
DIVIDE = (
    HEAD
    + """
  loop: {kind: for_each, with: {items: "= trigger.body", on_error: MODE, parallel: 2}, on: {LINKS}}
  halve: {kind: set, with: {n: "= 10 / item"}, next: meet}
  meet: {kind: join}
  done: {kind: stop, with: {output: "= steps.loop"}}
  sorry: {kind: stop, with: {output: "= steps.loop.error"}}
"""
)


def output_of(run: Run) -> Any:
    return json.loads(run.output)


def answer(person: Person, run: Run, word: str, **data: Any) -> None:
    incident = Incident.objects.get(run=run, closed_at=None)
    answer_incident(incident_id=incident.id, person=person, answer=word, data=data, now=datetime.now(UTC))
    settle()
    run.refresh_from_db()


@pytest.fixture
def operator() -> Person:
    return make_person("ops", "marketing", Role.OPERATOR)


class TestItems:
    @pytest.mark.parametrize(
        ("items", "results"),
        [
            ("[1, 2, 3]", [{"n": 2}, {"n": 4}, {"n": 6}]),
            ('"= [1..4]"', [{"n": 2}, {"n": 4}, {"n": 6}, {"n": 8}]),
            ('"= trigger.body.one"', [{"n": 14}]),
            ('"= trigger.body.none"', []),
            ('"= trigger.body.many[$ > 100]"', []),
            ('"= [1..trigger.body.one]"', [{"n": n * 2} for n in range(1, 8)]),
            ('"= [5..1]"', []),
        ],
    )
    def test_are_gone_through_in_order(self, items: str, results: list[Any]) -> None:
        run = run_to_rest(make_version(DOUBLE.replace("ITEMS", items)), {"one": 7, "none": [], "many": [1, 2]})
        assert run.status == "completed"
        output = output_of(run)
        assert (output["results"], output["errors"]) == (results, {})
        assert (output["total"], output["done"], output["failed"]) == (len(results), len(results), 0)

    @pytest.mark.parametrize(
        ("items", "words"),
        [
            ('"= trigger.body.missing"', "trigger.body.missing is missing"),
            ('"= trigger.body.nothing"', "$default(…, [])"),
            ('"= [1..trigger.body.word]"', "whole number"),
            ('"= [1..20000000]"', "at most 10,000,000"),
        ],
    )
    def test_that_are_no_list_want_a_person_who_is_told_what_to_do(self, items: str, words: str) -> None:
        run = run_to_rest(make_version(DOUBLE.replace("ITEMS", items)), {"nothing": None, "word": "x"})
        assert words in Incident.objects.get(run=run).message

    def test_may_be_given_by_the_person_who_mends_the_step(self, operator: Person) -> None:
        run = run_to_rest(make_version(DOUBLE.replace("ITEMS", '"= trigger.body.missing"')), {})
        answer(operator, run, "retry_edited", settings={"items": [4, 5]})
        assert output_of(run)["results"] == [{"n": 8}, {"n": 10}]

    def test_give_their_index_to_the_visits_of_their_body(self) -> None:
        run = run_to_rest(make_version(DOUBLE.replace("ITEMS", "[5, 6]")))
        rows = run.visits.order_by("sequence").values_list("key", "visit", "index", "status")
        assert list(rows) == [
            ("loop", 1, None, "succeeded"),
            ("double", 1, 0, "succeeded"),
            ("double", 2, 1, "succeeded"),
            ("meet", 1, None, "succeeded"),
            ("done", 1, None, "succeeded"),
        ]

    def test_over_more_than_one_burst_stay_in_rows_until_the_end(self) -> None:
        body = {"many": [{"number": n, "text": "x" * 20} for n in range(700)]}
        text = DOUBLE.replace("ITEMS", '"= trigger.body.many"').replace("item * 2", "item.number")
        run = run_to_rest(make_version(text), body)
        assert [row["n"] for row in output_of(run)["results"]] == list(range(700))
        assert (LoopItems.objects.count(), LoopResult.objects.count()) == (0, 0)

    def test_whose_results_are_too_much_for_an_output_leave_them_in_rows(self) -> None:
        text = DOUBLE.replace("ITEMS", '"= [1..1200]"').replace('"= item * 2"', "\"= $pad('x', 900, 'x') & item\"")
        run = run_to_rest(make_version(text))
        output = output_of(run)
        loop = run.visits.get(key="loop")
        assert output == {
            "total": 1200,
            "done": 1200,
            "failed": 0,
            "results_at": f"/api/v1/runs/{run.id}/visits/{loop.id}/results",
        }
        kept = LoopResult.objects.filter(loop_id=loop.id).order_by("index")
        assert [json.loads(row.value)["n"].lstrip("x") for row in kept] == [str(n) for n in range(1, 1201)]


class TestNames:
    def test_of_items_reach_into_bodies_inside_bodies(self) -> None:
        text = (
            HEAD
            + """
  orders: {kind: for_each, with: {items: "= trigger.body", as: order}, on: {each: lines, next: done}}
  lines: {kind: for_each, with: {items: "= item.lines", as: line}, on: {each: tell, next: outer}}
  tell: {kind: set, with: {said: "= order.name & '-' & line & '-' & item"}, next: inner}
  inner: {kind: join}
  outer: {kind: join}
  done: {kind: stop, with: {output: "= steps.orders.results.results.said"}}
"""
        )
        body = [{"name": "A", "lines": [1, 2]}, {"name": "B", "lines": []}, {"name": "C", "lines": [3]}]
        run = run_to_rest(make_version(text), body)
        assert output_of(run) == ["A-1-1", "A-2-2", "C-3-3"]
        assert list(run.visits.filter(key="tell").order_by("sequence").values_list("index", flat=True)) == [0, 1, 0]


class TestWaysOut:
    @pytest.mark.parametrize(
        "links",
        [
            "each: one} }\n  one: {kind: set, with: {a: 1}, next: meet}\n  meet: {kind: join, next: done}",
            "each: one, next: done} }\n  one: {kind: set, with: {a: 1}, next: meet}\n  meet: {kind: join}",
            "each: one, next: done} }\n  one: {kind: set, with: {a: 1}, next: meet}\n  meet: {kind: join, next: done}",
            "each: one, next: done} }\n  one: {kind: set, with: {a: 1}}",
        ],
    )
    @pytest.mark.parametrize("items", ["[]", "[1, 2]"])
    def test_are_taken_once(self, links: str, items: str) -> None:
        loop = f"  loop: {{kind: for_each, with: {{items: {items}}}, on: {{{links}\n"
        text = f"{HEAD}{loop}  done: {{kind: set, with: {{b: 2}}}}\n"
        run = run_to_rest(make_version(text))
        assert run.status == "completed"
        assert run.visits.filter(key="done").count() == 1
        results = [{"a": 1}] * len(json.loads(items))
        assert json.loads(run.visits.get(key="loop").output)["results"] == results

    def test_are_taken_also_when_bodies_end_before_the_join(self) -> None:
        text = (
            HEAD
            + """
  loop: {kind: for_each, with: {items: [1, 2, 3]}, on: {each: pick, next: done}}
  pick: {kind: choose, with: {cases: [{when: "= item = 2", port: two}]}, on: {two: keep}}
  keep: {kind: set, with: {n: "= item"}, next: meet}
  meet: {kind: join}
  done: {kind: stop, with: {output: "= steps.meet"}}
"""
        )
        output = output_of(run_to_rest(make_version(text)))
        assert output == {"results": [None, {"n": 2}, None], "errors": {}, "total": 3, "done": 1, "failed": 0}


def divided(mode: str, links: str) -> str:
    return DIVIDE.replace("MODE", mode).replace("LINKS", links)


class TestFailing:
    def test_items_are_collected_by_index(self) -> None:
        run = run_to_rest(make_version(divided("collect", "each: halve, next: done, error: sorry")), [1, 0, 5, 0])
        output = output_of(run)
        assert output["results"] == [{"n": 10}, None, {"n": 2}, None]
        assert sorted(output["errors"]) == ["1", "3"]
        assert output["errors"]["1"]["code"] == "expression.failed"
        assert (output["total"], output["done"], output["failed"]) == (4, 2, 2)
        assert Incident.objects.count() == 0

    def test_items_stop_a_loop_with_an_error_port(self) -> None:
        run = run_to_rest(make_version(divided("stop", "each: halve, next: done, error: sorry")), [1, 0, 5, 0])
        error = output_of(run)
        assert (error["code"], error["details"]["index"], error["details"]["step"]) == ("expression.failed", 1, "halve")
        assert run.visits.get(key="loop").status == "failed"
        assert run.visits.filter(key="halve").count() <= 3
        assert LoopItems.objects.count() == 0

    def test_items_stop_a_loop_whose_join_has_an_error_port(self) -> None:
        text = divided("stop", "each: halve, next: done").replace(
            "meet: {kind: join}", "meet: {kind: join, on: {error: sorry}}"
        )
        text = text.replace("steps.loop.error", "steps.meet.error")
        assert output_of(run_to_rest(make_version(text), [1, 0]))["details"]["index"] == 1

    def test_items_want_a_person_where_nothing_takes_errors_and_no_other_begins(self, operator: Person) -> None:
        version = make_version(divided("stop", "each: halve, next: done").partition("  sorry")[0])
        run = run_to_rest(version, [1, 0, 5, 2])
        assert visits(run)[-1][0] == "halve"
        assert run.visits.filter(key="halve").count() == 3
        assert Incident.objects.get(run=run).step_key == "halve"
        answer(operator, run, "skip", output={"n": 0})
        assert output_of(run)["results"] == [{"n": 10}, {"n": 0}, {"n": 2}, {"n": 5}]

    def test_bodies_in_an_outer_loop_fail_there(self) -> None:
        text = (
            HEAD
            + """
  outer: {kind: for_each, with: {items: "= trigger.body", on_error: collect}, on: {each: inner, next: done}}
  inner: {kind: for_each, with: {items: "= item", parallel: 3}, on: {each: halve, next: out}}
  halve: {kind: set, with: {n: "= 10 / item"}, next: in}
  in: {kind: join}
  out: {kind: join}
  done: {kind: stop, with: {output: "= steps.out"}}
"""
        )
        run = run_to_rest(make_version(text), [[1], [2, 0, 5], [5]])
        output = output_of(run)
        assert list(output["errors"]) == ["1"]
        assert [row and row["results"] for row in output["results"]] == [[{"n": 10}], None, [{"n": 2}]]
        assert list(run.visits.filter(key="inner").order_by("sequence").values_list("status", flat=True)) == [
            "succeeded",
            "cancelled",
            "succeeded",
        ]


class TestPlaces:
    TASKS = (
        HEAD
        + """
  loop: {kind: for_each, with: {items: [a, b, c, d], parallel: 2}, on: {each: ask, next: done}}
  ask: {kind: task.assign, with: {title: "= item", to: [team:legal], outcomes: [done]}, on: {done: meet}}
  meet: {kind: join, with: {mode: MODE}}
  done: {kind: stop, with: {output: "= steps.meet"}}
"""
    )

    def do(self, person: Person, title: str) -> None:
        complete_task(
            task_id=Task.objects.get(title=title).id,
            person=person,
            outcome="done",
            data={},
            comment="",
            idempotency_key="",
            now=datetime.now(UTC),
        )
        settle()

    def test_are_filled_as_they_get_free(self) -> None:
        lee = make_person("lee", "legal", Role.APPROVER)
        run = run_to_rest(make_version(self.TASKS.replace("MODE", "all")))
        assert set(Task.objects.filter(status="open").values_list("title", flat=True)) == {"a", "b"}
        self.do(lee, "b")
        assert set(Task.objects.filter(status="open").values_list("title", flat=True)) == {"a", "c"}
        for title in "acd":
            self.do(lee, title)
        run.refresh_from_db()
        assert [row["outcome"] for row in output_of(run)["results"]] == ["done"] * 4

    @pytest.mark.parametrize(("mode", "first"), [("any", "b"), ("2", "ab")])
    def test_are_cleared_once_the_join_has_enough(self, mode: str, first: str) -> None:
        lee = make_person("lee", "legal", Role.APPROVER)
        run = run_to_rest(make_version(self.TASKS.replace("MODE", mode)))
        for title in first:
            self.do(lee, title)
        run.refresh_from_db()
        assert run.status == "completed"
        output = output_of(run)
        assert output["done"] == len(first)
        assert output["total"] == 4
        assert not Task.objects.filter(status="open").exists()
        assert Task.objects.filter(status="withdrawn").exists()
        assert not StepVisit.objects.filter(run=run, ended_at=None).exists()

    def test_are_cleared_when_the_run_is_cancelled(self, operator: Person) -> None:
        run = run_to_rest(make_version(self.TASKS.replace("MODE", "all")))
        cancel_run(run_id=run.id, person=operator, reason="", now=datetime.now(UTC))
        settle()
        assert not Task.objects.filter(status="open").exists()
        assert not StepVisit.objects.filter(run=run, ended_at=None).exists()
        assert run.visits.get(key="loop").status == "cancelled"


class TestRunaway:
    def test_a_long_loop_is_none(self) -> None:
        run = run_to_rest(make_version(DOUBLE.replace("ITEMS", '"= [1..12000]"')))
        assert run.status == "completed"

    def test_a_body_that_never_ends_is_one(self) -> None:
        text = (
            HEAD
            + """
  loop: {kind: for_each, with: {items: [1, 2]}, on: {each: a, next: done}}
  a: {kind: set, with: {n: 1}, next: b}
  b: {kind: set, with: {n: 1}, next: a}
  done: {kind: stop}
"""
        )
        run_to_rest(make_version(text))
        assert Incident.objects.get().code == "run.runaway"

    def test_a_way_round_a_loop_is_one(self) -> None:
        text = (
            HEAD
            + """
  loop: {kind: for_each, with: {items: [1]}, on: {each: a, next: again}}
  a: {kind: set, with: {n: 1}, next: meet}
  meet: {kind: join}
  again: {kind: set, with: {n: 1}, next: loop}
"""
        )
        run_to_rest(make_version(text))
        assert Incident.objects.get().code == "run.runaway"


@pytest.mark.usefixtures("own_store")
class TestFile:
    TEXT = (
        HEAD
        + """
  loop: {kind: for_each, with: {items: "= trigger.body.file"}, on: {each: pick, next: done}}
  pick: {kind: set, with: {n: "= item.n"}, next: meet}
  meet: {kind: join}
  done: {kind: stop, with: {output: "= steps.loop"}}
"""
    )

    def start(self, name: str, data: bytes, *, is_mine: bool = True) -> Run:
        file = make_file(data, name)
        run = make_run(make_version(self.TEXT), {"file": describe_file(file)})
        if is_mine:
            with transaction.atomic():
                hang_in([file], [Subject("run", str(run.id))], now=datetime.now(UTC))
        settle()
        run.refresh_from_db()
        return run

    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("rows.json", json.dumps([{"n": str(n)} for n in range(900)]).encode()),
            ("rows.jsonl", "\n".join(json.dumps({"n": str(n)}) for n in range(900)).encode()),
            ("rows.csv", ("n;m\n" + "".join(f"{n};x\n" for n in range(900))).encode()),
        ],
    )
    def test_is_gone_through_item_by_item(self, name: str, data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("flows.engine.stored.PART_BYTES", 2_000)
        run = self.start(name, data)
        assert [row["n"] for row in output_of(run)["results"]] == [str(n) for n in range(900)]
        assert LoopItems.objects.count() == 0

    def test_of_another_run_is_not_there(self) -> None:
        run = self.start("rows.json", b"[1]", is_mine=False)
        assert Incident.objects.get(run=run).code == "file.not_found"

    def test_that_breaks_off_says_where(self) -> None:
        run = self.start("rows.json", b'[{"n": 1}, {"n": 2}')
        incident = Incident.objects.get(run=run)
        assert (incident.code, incident.step_key) == ("for_each.unreadable", "loop")
        assert "After item 2" in incident.message

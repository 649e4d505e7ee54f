"""The tab Try-out: runs a draft without sending a byte, asks, pins, keeps test cases, goes for real."""

from __future__ import annotations

import json
import os
import socket
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from cases.models import Case, Task
from flows.models import Draft, DraftTry, Effect, Flow, FlowVersion, Run, StepSample
from flows.operations.trying import forget_tries
from integrator.events.models import Event
from integrator.files.facts import describe_file
from integrator.files.models import FileUse
from integrator.files.operations import Subject
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.connections import make_place
from tests.support.drafts import edit_draft, set_op
from tests.support.files import make_file
from tests.support.flows import make_run, make_team, make_version, settle
from tests.support.loopback import answer, serve
from tests.support.personas import make_person, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
ORDERS = """\
format: 1
flow: orders
name: Orders
team: marketing
trigger:
  kind: webhook
  path: orders
  auth: {kind: none}
  schema: {type: object, required: [n], properties: {n: {type: integer}, iban: {type: string, x-sensitive: true}}}
steps:
  open: {kind: case.open, with: {type: order, title: "= 'Order ' & $string(trigger.body.n)"}, next: ok}
  ok:
    kind: task.assign
    with:
      title: Ok?
      to: [ana]
      outcomes: [good, bad]
      form: {type: object, required: [cost], properties: {cost: {type: number}}}
    on: {good: book, bad: end}
  book:
    kind: http.request
    with: {method: POST, url: "http://erp.example/orders", json: {n: "= trigger.body.n", cost: "= steps.ok.data.cost"}}
    next: close
  close: {kind: case.close, with: {status: "= steps.book.body.state"}, next: end}
  end: {kind: stop, with: {output: "= steps.ok.outcome"}}
"""
TRY = "/flows/orders/draft/try/"
LOCAL = ("localhost", "127.0.0.1", "::1")


@pytest.fixture
def ana(transactional_db: None) -> Person:
    make_version(ORDERS)
    return make_person("ana", (make_team("marketing"), Role.ANALYST))


@pytest.fixture
def web(ana: Person) -> Client:
    return sign_in(ana)


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every name that is looked up and every socket that is connected outward meanwhile."""
    asked: list[Any] = []
    resolve, connect = socket.getaddrinfo, socket.socket.connect

    def spy_resolve(*args: Any, **more: Any) -> Any:
        asked.append(args[0])
        return resolve(*args, **more)

    def spy_connect(own: socket.socket, address: Any) -> Any:
        if own.family in (socket.AF_INET, socket.AF_INET6):
            asked.append(address)
        return connect(own, address)

    monkeypatch.setattr(socket, "getaddrinfo", spy_resolve)
    monkeypatch.setattr(socket.socket, "connect", spy_connect)
    return asked


def overlay_of(response: Any) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(response["HX-Trigger"])["designer:overlay"]
    return told


def page_of(response: Any) -> str:
    return str(response.content.decode())


class TestTrying:
    def test_goes_on_as_people_and_systems_are_answered_for(self, web: Client) -> None:
        assert "Nothing is sent" in page_of(web.get(TRY))
        begun = web.post(f"{TRY}begin/", {"reach": "all"})
        assert "Needs an answer" in page_of(begun)
        assert overlay_of(begun)["steps"]["ok"]["state"] == "waiting"
        assert 'name="outcome" value="bad"' in page_of(begun)
        wrong = web.post(f"{TRY}answer/", {"step": "ok", "outcome": "good", "field-0": "dear"})
        assert wrong.status_code == 400
        assert "cost" in page_of(wrong)
        done = web.post(f"{TRY}answer/", {"step": "ok", "outcome": "good", "field-0": "12", "by": "lee"})
        assert "5 steps" in page_of(done)
        assert "made-up answer" in page_of(done)
        assert "http://erp.example/orders" in page_of(done)
        assert overlay_of(done)["steps"]["book"]["label"] == "Done · made up"
        assert ["ok", "good"] in overlay_of(done)["links"]
        assert "In the last try" in page_of(web.get(f"{TRY}steps/book/"))
        assert page_of(web.get(f"{TRY}steps/gone/")).strip() == ""
        again = web.get(TRY)
        assert "5 steps" in page_of(again)
        assert overlay_of(web.post(f"{TRY}clear/"))["name"] is None

    def test_an_answer_may_be_given_for_a_call(self, web: Client) -> None:
        web.post(f"{TRY}begin/", {"reach": "all"})
        web.post(f"{TRY}answer/", {"step": "ok", "outcome": "good", "field-0": "12"})
        failed = web.post(f"{TRY}answer/", {"step": "book", "way": "call", "value": '{"status": 503}'})
        assert "Would need a person" in page_of(failed)
        assert overlay_of(failed)["steps"]["book"]["state"] == "incident"
        refused = web.post(f"{TRY}answer/", {"step": "book", "way": "call", "value": "[1"})
        assert refused.status_code == 400
        assert "This is no JSON" in page_of(refused)

    def test_goes_up_to_a_step_or_through_one_alone(self, web: Client) -> None:
        assert "Done so far" in page_of(web.post(f"{TRY}begin/", {"reach": "to", "step": "open"}))
        alone = web.post(f"{TRY}begin/", {"reach": "step", "step": "close"})
        assert list(overlay_of(alone)["steps"]) == ["close"]
        assert web.post(f"{TRY}begin/", {"reach": "to", "step": "gone"}).status_code == 400

    def test_sends_nothing_and_stores_nothing_but_the_try(self, web: Client, silent: list[Any]) -> None:
        before = (Case.objects.count(), Task.objects.count(), Effect.objects.count(), Run.objects.count())
        events = Event.objects.count()
        web.post(f"{TRY}begin/", {"reach": "all"})
        web.post(f"{TRY}answer/", {"step": "ok", "outcome": "good", "field-0": "12"})
        own = {urlsplit(os.environ.get(name, "")).hostname for name in ("DATABASE_URL", "REDIS_URL")}
        outward = [each for each in silent if (each[0] if isinstance(each, tuple) else each) not in {*own, *LOCAL}]
        assert outward == []
        after = (Case.objects.count(), Task.objects.count(), Effect.objects.count(), Run.objects.count())
        assert after == before
        assert Event.objects.count() == events

    def test_covers_what_is_sensitive(self, web: Client, ana: Person) -> None:
        edit_draft(ana, {"op": "set", "target": "flow", "path": ["description"], "value": "x"}, key="orders")
        web.post("/flows/orders/draft/try/begin/", {"reach": "all"})
        row = DraftTry.objects.get()
        given = json.loads(row.given)
        given["trigger"]["body"] = {"n": 7, "iban": "DE02120300000000202051"}
        row.given = json.dumps(given)
        row.save()
        assert "DE02120300000000202051" not in page_of(web.get(TRY))

    def test_a_pinned_answer_is_taken_until_it_is_let_go(self, web: Client) -> None:
        web.post(f"{TRY}begin/", {"reach": "all"})
        web.post(f"{TRY}answer/", {"step": "ok", "outcome": "good", "field-0": "12"})
        web.post(
            f"{TRY}answer/", {"step": "book", "way": "call", "value": '{"status": 201, "body": {"state": "booked"}}'}
        )
        assert "Unpin" in page_of(web.post(f"{TRY}pin/", {"step": "book"}))
        assert json.loads(StepSample.objects.get().output)["body"] == {"state": "booked"}
        web.post(f"{TRY}begin/", {"reach": "all"})
        done = web.post(f"{TRY}answer/", {"step": "ok", "outcome": "good", "field-0": "12"})
        assert "pinned answer" in page_of(done)
        web.post(f"{TRY}pin/", {"step": "book", "pinned": "no"})
        assert not StepSample.objects.exists()

    def test_a_step_that_is_not_ready_says_what_to_mend(self, web: Client, ana: Person) -> None:
        edit_draft(ana, set_op("book", "url", None), key="orders")
        web.post(f"{TRY}begin/", {"reach": "all"})
        stuck = web.post(f"{TRY}answer/", {"step": "ok", "outcome": "good", "field-0": "12"})
        assert "Not ready yet" in page_of(stuck)
        assert overlay_of(stuck)["steps"]["book"]["state"] == "incident"


CHILD = """\
format: 1
flow: stock
name: Stock
team: marketing
steps:
  ask: {kind: http.request, name: Ask, with: {method: GET, url: "http://stock.example/left"}, next: out}
  out: {kind: stop, with: {output: {left: "= steps.ask.body.left"}}}
"""
LINES = """\
format: 1
flow: lines
name: Lines
team: marketing
trigger: {kind: webhook, path: lines, auth: {kind: none}}
steps:
  lines: {kind: for_each, with: {items: [a, b], on_error: collect}, on: {each: check}, next: end}
  check: {kind: subflow, name: In stock?, with: {flow: stock}, next: book}
  book: {kind: set, with: {n: "= steps.check.left"}}
  end: {kind: stop}
"""
ROWS = "/flows/lines/draft/try/"


class TestOtherFlows:
    @pytest.fixture(autouse=True)
    def flows(self, transactional_db: None) -> None:
        make_version(CHILD)
        make_version(LINES)

    def test_are_answered_for_item_by_item_with_what_is_read_of_them_as_a_proposal(self, web: Client) -> None:
        begun = page_of(web.post(f"{ROWS}begin/", {"reach": "all"}))
        assert begun.count("What the other flow gives") == 1
        assert "item 1</span>" in begun
        assert "&quot;left&quot;: &quot;sample left&quot;" in begun
        second = page_of(web.post(f"{ROWS}answer/", {"step": "check", "way": "output", "value": '{"left": 1}'}))
        assert "item 2</span>" in second
        done = web.post(f"{ROWS}answer/", {"step": "check", "way": "output", "value": "{}"})
        assert overlay_of(done)["steps"]["lines"]["label"] == "1 of 2 failed"
        assert ["lines", "each"] in overlay_of(done)["links"]

    def test_give_what_is_pinned_until_they_are_answered_for_otherwise(self, web: Client) -> None:
        web.post("/flows/lines/draft/data/steps/check/", {"source": "pasted", "text": '{"left": 7}'})
        done = page_of(web.post(f"{ROWS}begin/", {"reach": "all"}))
        assert "try-ask" not in done
        assert "pinned answer" in done
        other = page_of(web.post(f"{ROWS}answer/", {"step": "check", "way": "output_again", "value": '{"left": 8}'}))
        assert "answered by you" in other

    def test_are_looked_into_before_a_draft_runs_for_real(self, web: Client) -> None:
        warning = page_of(web.get(f"{ROWS}real/"))
        assert "starts a test run of stock" in warning
        assert "by its step “Ask” GET to stock.example" in warning


FILES = """\
format: 1
flow: sheets
name: Sheets
team: marketing
trigger: {kind: webhook, path: sheets, auth: {kind: none}}
steps:
  rows: {kind: for_each, name: Each row, with: {items: "= trigger.files[0]"}, on: {each: take}, next: end}
  take: {kind: set, with: {n: "= item.n"}}
  end: {kind: stop, with: {output: "= steps.rows.results.n"}}
"""
SHEETS = "/flows/sheets/draft/try/"


class TestFiles:
    def test_are_asked_for_and_stay_for_the_next_try(self, web: Client, silent: list[Any]) -> None:
        make_version(FILES)
        begun = page_of(web.post(f"{SHEETS}begin/", {"reach": "all"}))
        assert "What the file holds" in begun
        wrong = web.post(f"{SHEETS}answer/", {"step": "rows", "way": "rows", "value": "n,m\r\n1\r\n"})
        assert wrong.status_code == 400
        assert "its header has 2" in page_of(wrong)
        sheet = "n\r\n" + "".join(f"{n}\r\n" for n in range(30))
        done = page_of(web.post(f"{SHEETS}answer/", {"step": "rows", "way": "rows", "value": sheet}))
        assert "the first 20 rows given by you" in done
        assert "Completed" in done
        again = page_of(web.post(f"{SHEETS}begin/", {"reach": "all"}))
        assert "the first 20 rows given by you" in again
        assert page_of(web.post(f"{SHEETS}tests/keep/", {"name": "Twenty"})).count("1 passed") == 1
        web.post(f"{SHEETS}clear/")
        assert "What the file holds" in page_of(web.post(f"{SHEETS}begin/", {"reach": "all"}))

    def test_of_a_sample_are_read_by_those_who_may_see_them(self, web: Client, ana: Person) -> None:
        version = make_version(FILES)
        text = b"n\n" + b"".join(b"%d\n" % n for n in range(25))
        kept = make_file(text, "orders.csv", on=[Subject("run", str(make_run(version).id))])
        edit_draft(ana, {"op": "set", "target": "flow", "path": ["description"], "value": "x"}, key="sheets")
        web.post(f"{SHEETS}begin/", {"reach": "all"})
        row = DraftTry.objects.get()
        given = json.loads(row.given)
        given["trigger"]["files"] = [describe_file(kept)]
        row.given = json.dumps(given)
        row.save()
        assert "the first 20 rows of orders.csv" in page_of(web.get(SHEETS))
        FileUse.objects.all().delete()
        assert "What the file holds" in page_of(web.get(SHEETS))


class TestKept:
    def test_a_try_becomes_a_test_case_that_tells_when_the_flow_changes(self, web: Client, ana: Person) -> None:
        web.post(f"{TRY}begin/", {"reach": "all"})
        web.post(f"{TRY}answer/", {"step": "ok", "outcome": "bad", "field-0": "12"})
        assert "No test cases yet" in page_of(web.get(f"{TRY}tests/"))
        kept = web.post(f"{TRY}tests/keep/", {"name": "Not good"})
        assert "1 passed" in page_of(kept)
        assert json.loads(kept["HX-Trigger"])["designer:changed"]["revision"] == 1
        [row] = Draft.objects.get().document["tests"]
        assert row["expect"]["path"] == ["open", "ok", "end"]
        assert "name of its own" in page_of(web.post(f"{TRY}tests/keep/", {"name": "Not good"}))
        edit_draft(ana, {"op": "connect", "source": "ok", "port": "bad", "target": "close"}, base=1, key="orders")
        failed = page_of(web.get(f"{TRY}tests/"))
        assert "1 of 1 failed" in failed
        assert "It went to &#x27;close&#x27; after &#x27;ok&#x27;" in failed
        assert "1 passed" in page_of(web.post(f"{TRY}tests/take/", {"name": "Not good"}))
        web.post(f"{TRY}tests/drop/", {"name": "Not good"})
        assert "tests" not in Draft.objects.get().document
        assert web.post(f"{TRY}tests/drop/", {"name": "Not good"}).status_code == 400


class TestForReal:
    def test_names_what_it_touches_then_runs_the_draft_as_a_test(self, web: Client, ana: Person, settings: Any) -> None:
        settings.OUTBOUND_ALLOW = ["127.0.0.0/8"]
        with serve(lambda connection, _: connection.sendall(answer(b'{"state": "booked"}'))) as target:
            make_place("none", base_url=target.url, name="test")
            edit_draft(ana, set_op("book", "url", "/orders"), key="orders")
            edit_draft(ana, set_op("book", "connection", "erp"), base=1, key="orders")
            edit_draft(ana, set_op("ok", "to", ["ana"]), base=2, key="orders")
            warning = page_of(web.get(f"{TRY}real/"))
            assert f"POST to {target.address}" in warning
            assert "asks" in warning
            assert Run.objects.count() == 0
            started = web.post(f"{TRY}real/")
            run = Run.objects.get()
            settle()
        assert str(run.pk) in page_of(started)
        assert run.is_test
        assert (run.version.number, run.version.is_try) == (0, True)
        assert Task.objects.get().title == "Ok?"
        flow = Flow.objects.get(key="orders")
        assert list(flow.versions.values_list("number", flat=True)) == [1]
        assert flow.live_version is not None
        assert flow.live_version.number == 1
        assert "draft" in page_of(web.get(f"/runs/{run.pk}/"))
        assert web.get(f"{TRY}real/{run.pk}/").status_code == 200

    def test_is_shown_until_it_is_over_and_cancelled_by_who_began_it(self, web: Client, ana: Person) -> None:
        web.post(f"{TRY}begin/", {"reach": "to", "step": "open"})
        web.post(f"{TRY}real/")
        settle()
        run = Run.objects.get()
        again = page_of(web.get(TRY))
        assert "Waiting for" in again
        assert f"/inbox/{Task.objects.get().id}/" in again
        assert "HX-Trigger" not in web.get(TRY).headers
        assert "Done so far" in page_of(web.get(f"{TRY}?show=memory"))
        lee = sign_in(make_person("lee", (make_team("marketing"), Role.ANALYST)))
        assert lee.post(f"{TRY}real/{run.pk}/cancel/").status_code == 403  # neither an operator nor who began it
        assert "is being cancelled" in page_of(web.post(f"{TRY}real/{run.pk}/cancel/"))
        settle()
        over = page_of(web.get(TRY))
        assert "Cancelled" in over
        assert "For real again" in over
        assert Task.objects.get().status == "withdrawn"
        assert web.post(f"{TRY}real/{run.pk}/cancel/").status_code == 400
        assert "For real again" in page_of(web.get(f"{TRY}real/{run.pk}/"))

    def test_of_others_is_cancelled_by_operators_alone(self, web: Client, ana: Person) -> None:
        run = make_run(make_version(ORDERS), {"n": 1}, started_by=ana)  # hers, but no try
        settle()
        assert web.post(f"/runs/{run.pk}/cancel/").status_code == 403
        assert "Cancel the run" not in page_of(web.get(f"/runs/{run.pk}/"))

    def test_a_draft_with_faults_is_not_started(self, web: Client, ana: Person) -> None:
        edit_draft(ana, set_op("book", "url", None), key="orders")
        assert "Mend what" in page_of(web.get(f"{TRY}real/"))
        assert web.post(f"{TRY}real/").status_code == 400
        assert not Run.objects.exists()

    def test_what_no_run_is_left_of_is_forgotten(self, web: Client, ana: Person) -> None:
        web.post(f"{TRY}real/")
        later = datetime.now(UTC) + timedelta(hours=2)
        assert forget_tries(later) == 0
        flow = Flow.objects.get(key="orders")
        FlowVersion.with_tries.create(
            flow=flow, number=0, is_try=True, document={}, digest="x", published_at=datetime.now(UTC)
        )
        with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
            FlowVersion.with_tries.filter(is_try=True).update(note="changed")
        with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
            FlowVersion.with_tries.filter(is_try=False)._raw_delete("default")
        assert forget_tries(later) == 1
        assert FlowVersion.objects.count() == 1

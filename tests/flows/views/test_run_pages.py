"""The pages of runs: the list, the story of one, its news, and the orders given there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from flows import registry
from flows.definition.effect import EffectAnswer
from flows.models import Run, Signal, StepVisit
from integrator.people.roles import Role
from tests.support import scripted
from tests.support.flow_files import APPROVAL
from tests.support.flows import make_team, make_version, run_to_rest, settle
from tests.support.personas import make_person
from tests.support.run_pages import (
    HTMX,
    incident_of,
    make_sending_run,
    make_sum_run,
    person_with,
    store_request,
    text_of,
)
from tests.support.scripted import CUT_OFF, FAILED_503, ScriptedConnector

pytestmark = pytest.mark.django_db(transaction=True)
OK = EffectAnswer(output={"status": 200}, exchange={"request": {"method": "POST"}, "answer": {"status": 200}})


@pytest.fixture(autouse=True)
def connector(monkeypatch: pytest.MonkeyPatch) -> ScriptedConnector:
    connector = ScriptedConnector()
    monkeypatch.setattr(scripted, "CONNECTOR", connector)
    monkeypatch.setitem(registry.KINDS, "test.send", "tests.support.scripted:SEND")
    monkeypatch.setitem(registry.CONNECTORS, "scripted", "tests.support.scripted:CONNECTOR")
    return connector


@pytest.fixture
def ops(transactional_db: None) -> Client:
    return person_with(Role.OPERATOR)[1]


def read_pulse(page: str) -> str:
    """The address that the page asks for news."""
    found = re.search(r'id="pulse" hx-get="([^"]+)"', page)
    assert found is not None
    return found[1].replace("&amp;", "&")


class TestList:
    def test_says_in_a_sentence_what_matters(self, ops: Client) -> None:
        make_sum_run()
        make_sum_run({"a": 1, "b": 2})
        assert "1 run goes on. 1 needs a person." in text_of(ops.get("/runs/"))

    @pytest.mark.parametrize(
        ("query", "is_found"),
        [
            ("status=incident", True),
            ("status=completed", False),
            ("flow=sum", True),
            ("flow=other", False),
            ("q=order-7", True),
            ("q=order", False),
            ("status=nonsense", True),
            ("cursor=nonsense", True),
        ],
    )
    def test_narrows_to_what_the_address_says(self, ops: Client, query: str, is_found: bool) -> None:
        run = make_sum_run(business_key="order-7")
        page = text_of(ops.get(f"/runs/?{query}"))
        assert (f"/runs/{run.id}/" in page) is is_found
        assert is_found or "No run is like this" in page

    def test_has_a_fragment_of_the_list_alone(self, ops: Client) -> None:
        make_sum_run()
        fragment = ops.get("/runs/", headers=HTMX).content.decode().strip()
        assert fragment.startswith('<div id="runs-list">')
        assert "<html" not in fragment

    def test_says_what_a_run_is_when_there_is_none(self, ops: Client) -> None:
        assert "No run yet" in text_of(ops.get("/runs/"))

    def test_takes_as_many_queries_for_many_as_for_one(self, ops: Client, django_assert_max_num_queries: Any) -> None:
        for _ in range(4):
            make_sum_run()
        with django_assert_max_num_queries(12):
            ops.get("/runs/")


class TestStory:
    def test_tells_each_visit_on_the_outline(self, ops: Client) -> None:
        run = make_sum_run({"a": 1, "b": 2}, business_key="order-7")
        page = text_of(ops.get(f"/runs/{run.id}/"))
        assert '<h1 class="wrap">order-7</h1>' in page
        assert page.index("<h3>Start</h3>") < page.index("<h3>Add</h3>") < page.index("<h3>Done</h3>")
        assert "total: 3" in page
        assert "Still to come" in page
        assert "not reached yet" not in page

    def test_shows_what_may_still_come(self, ops: Client) -> None:
        page = text_of(ops.get(f"/runs/{make_sum_run().id}/"))
        assert "not reached yet" in page.partition('id="visits-next"')[2]

    def test_names_those_who_are_asked_and_what_they_said(self, ops: Client) -> None:
        for slug in ("legal", "brand"):
            make_person(f"{slug}-head", (make_team(slug), Role.APPROVER))
        run = run_to_rest(make_version(APPROVAL), {"title": "Banner"})
        page = text_of(ops.get(f"/runs/{run.id}/"))
        assert "Waiting for Legal, Brand" in page
        assert "Waiting for people" in page
        assert run.case_number in page

    def test_shows_each_try_with_its_exchange(self, ops: Client, connector: ScriptedConnector) -> None:
        run = make_sending_run(connector, FAILED_503)
        for path in ("", "outside/"):
            page = text_of(ops.get(f"/runs/{run.id}/{path}"))
            assert "hub.example answered 503." in page
            assert "One key for all tries" in page

    def test_lists_the_events(self, ops: Client) -> None:
        page = text_of(ops.get(f"/runs/{make_sum_run().id}/events/"))
        assert "An incident was opened at add" in page
        assert "The run started with version 1 of sum" in page

    def test_shows_text_of_others_as_text(self, ops: Client) -> None:
        nasty = "<img src=x hx-get='/runs/' onerror=alert(1)>"
        run = make_sum_run({"a": nasty, "b": 2}, business_key=nasty)
        for path in (f"/runs/{run.id}/", f"/runs/{run.id}/events/", "/runs/", "/incidents/"):
            page = ops.get(path).content.decode()
            assert "<img" not in page

    def test_says_why_a_run_failed(self, ops: Client) -> None:
        run = make_sum_run()
        ops.post(f"/incidents/{incident_of(run).id}/", {"answer": "give_up"})
        settle()
        page = text_of(ops.get(f"/runs/{run.id}/"))
        assert "The run failed." in page
        assert "answered “Give up”" in page

    def test_leads_to_the_request_that_began_it(self, ops: Client) -> None:
        run = make_sum_run()
        asker = store_request(run.version, outcome="accepted", status=202, reason="", errors=[], run_id=run.id)
        assert f"/requests/{asker.id}/" in text_of(ops.get(f"/runs/{run.id}/"))

    def test_shows_a_long_run_by_pages(self, ops: Client) -> None:
        run = make_sum_run({"a": 1, "b": 2})
        StepVisit.objects.bulk_create(
            StepVisit(
                run=run, sequence=n, key="add", visit=n, kind="set", status="succeeded", started_at=run.started_at
            )
            for n in range(3, 251)
        )
        newest = text_of(ops.get(f"/runs/{run.id}/"))
        assert "from step 151 of 250" in newest
        assert newest.count('<li class="visit ') == 100
        earlier = text_of(ops.get(f"/runs/{run.id}/?from=50"))
        assert 'href="?from=150"' in earlier
        assert "<h3>Start</h3>" not in earlier

    def test_unfolds_the_visit_of_the_address(self, ops: Client) -> None:
        run = make_sum_run({"a": 1, "b": 2})
        visit = run.visits.get(key="add")
        assert f'data-keeps="visit-{visit.id}" open' in text_of(ops.get(f"/runs/{run.id}/?visit={visit.id}"))

    def test_stays_within_its_budget(
        self, ops: Client, connector: ScriptedConnector, django_assert_max_num_queries: Any
    ) -> None:
        run = make_sending_run(connector, FAILED_503)
        with django_assert_max_num_queries(26):
            ops.get(f"/runs/{run.id}/")


class TestNews:
    def test_are_none_while_nothing_changed(self, ops: Client) -> None:
        run = make_sum_run()
        address = read_pulse(ops.get(f"/runs/{run.id}/").content.decode())
        answer = ops.get(address, headers=HTMX)
        assert (answer.status_code, answer.content) == (204, b"")

    def test_bring_only_the_visits_that_changed(self, ops: Client, connector: ScriptedConnector) -> None:
        run = make_sending_run(connector, CUT_OFF)
        address = read_pulse(ops.get(f"/runs/{run.id}/").content.decode())
        connector.answers = [OK]
        ops.post(f"/incidents/{incident_of(run).id}/", {"answer": "retry"})
        settle()
        answer = ops.get(address, headers=HTMX)
        news = answer.content.decode()
        sent, done = run.visits.get(key="send"), run.visits.get(key="done")
        assert f'id="visit-{sent.id}" hx-swap-oob="true"' in news
        assert "visit-start" not in news
        assert f'id="visit-{done.id}"' in news.partition('hx-swap-oob="beforeend:#visits"')[2]
        assert 'id="run-state" role="status" hx-swap-oob="true"' in news
        assert "hx-trigger" not in news  # it has ended: nobody asks again
        assert '"toast"' in answer.headers["HX-Trigger"]

    def test_tell_that_somebody_answered_before_the_run_takes_it_up(self, ops: Client) -> None:
        run = make_sum_run()
        address = read_pulse(ops.get(f"/runs/{run.id}/").content.decode())
        ops.post(f"/incidents/{incident_of(run).id}/", {"answer": "retry"})
        news = text_of(ops.get(address, headers=HTMX))
        assert "The run takes it up." in news
        assert 'value="give_up"' not in news

    def test_bring_everything_to_a_page_that_saw_nothing(self, ops: Client) -> None:
        run = make_sum_run()
        news = ops.get(f"/runs/{run.id}/news/").content.decode()
        assert news.count('<li class="visit ') == 2  # the visit, and the one still to come

    def test_are_not_asked_for_once_the_run_has_ended(self, ops: Client) -> None:
        page = ops.get(f"/runs/{make_sum_run({'a': 1, 'b': 2}).id}/").content.decode()
        assert '<div id="pulse"></div>' in page

    def test_cost_little_when_there_are_none(self, ops: Client, django_assert_max_num_queries: Any) -> None:
        address = read_pulse(ops.get(f"/runs/{make_sum_run().id}/").content.decode())
        with django_assert_max_num_queries(8):
            ops.get(address, headers=HTMX)


class TestCancel:
    def test_orders_the_end_with_its_reason(self, ops: Client) -> None:
        run = make_sum_run()
        answer = ops.post(f"/runs/{run.id}/cancel/", {"comment": "Sent twice"}, follow=True)
        assert "The run is being cancelled." in text_of(answer)
        settle()
        run.refresh_from_db()
        assert run.status == "cancelled"
        assert "Sent twice" in text_of(ops.get(f"/runs/{run.id}/events/"))

    def test_says_that_a_run_has_ended(self, ops: Client) -> None:
        run = make_sum_run({"a": 1, "b": 2})
        answer = ops.post(f"/runs/{run.id}/cancel/", follow=True)
        assert "The run is completed already; nothing was changed." in text_of(answer)
        assert not Signal.objects.filter(run=run, kind="cancel").exists()


class TestRunAgain:
    def test_leads_to_a_new_run_from_the_step(self, ops: Client) -> None:
        run = make_sum_run({"a": 1, "b": 2})
        assert "Run again from here" in text_of(ops.get(f"/runs/{run.id}/"))
        answer = ops.post(f"/runs/{run.id}/again/", {"step": "done"})
        made = Run.objects.get(repeats=run)
        assert answer.headers["Location"] == f"/runs/{made.id}/"
        settle()
        assert [visit.key for visit in made.visits.order_by("sequence")] == ["done"]
        assert "an earlier run" in text_of(ops.get(f"/runs/{made.id}/"))
        assert f"/runs/{made.id}/" in text_of(ops.get(f"/runs/{run.id}/"))

    def test_is_not_offered_while_the_run_goes_on(self, ops: Client) -> None:
        run = make_sum_run()
        assert "Run again" not in text_of(ops.get(f"/runs/{run.id}/"))
        assert "The run goes on still." in text_of(ops.post(f"/runs/{run.id}/again/", {"step": "add"}, follow=True))


class TestHeldRun:
    def test_offers_its_answers_above_the_visits(self, ops: Client) -> None:
        run = make_sum_run()
        held = incident_of(run)
        held.visit_id, held.step_key, held.code, held.message = (
            None,
            "",
            "run.quarantined",
            "Three workers ended on it.",
        )
        held.save()
        page = text_of(ops.get(f"/runs/{run.id}/"))
        assert "Three workers ended on it." in page
        assert [word for word in ("retry", "give_up", "skip") if f'value="{word}"' in page] == ["retry", "give_up"]

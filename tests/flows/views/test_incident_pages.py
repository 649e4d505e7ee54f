"""The pages of incidents: by cause, and each answer with what it needs."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from flows import registry
from flows.definition.effect import EffectAnswer
from flows.models import Effect, Run
from flows.queries.lateness import MAX_LATE
from integrator.people.roles import Role
from integrator.timers.models import Timer
from tests.support import scripted
from tests.support.flows import make_team, make_version, run_to_rest, settle
from tests.support.run_pages import incident_of, make_sending_run, make_sum_run, person_with, text_of
from tests.support.scripted import CUT_OFF, FAILED_400, FAILED_503, ScriptedConnector

pytestmark = pytest.mark.django_db(transaction=True)
OK = EffectAnswer(output={"status": 200})
CHOOSING = """
format: 1
flow: choosing
name: Choosing
team: marketing
trigger: {kind: webhook, path: choosing, auth: {kind: none}}
steps:
  way:
    kind: choose
    with: {cases: [{when: "= trigger.body.amount > 5", port: large}]}
    on: {large: big, default: small}
  big: {kind: stop, with: {output: big}}
  small: {kind: stop, with: {output: small}}
"""


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


def answer(client: Client, run: Run, word: str, **typed: str) -> Any:
    return client.post(f"/incidents/{incident_of(run).id}/", {"answer": word, **typed})


def settled(run: Run) -> Run:
    settle()
    run.refresh_from_db()
    return run


class TestList:
    def test_puts_one_cause_together(self, ops: Client, connector: ScriptedConnector) -> None:
        for _ in range(2):
            make_sum_run()
        make_sending_run(connector, FAILED_503)
        page = text_of(ops.get("/incidents/"))
        assert "3 runs need a person, for 2 causes." in page
        assert page.count('<section class="section"') == 2
        assert "2 runs since" in page
        assert page.index("2 runs since") < page.index("hub.example answered 503.")

    def test_counts_in_the_menu_what_one_may_answer(self, ops: Client) -> None:
        make_sum_run()
        assert '<span class="count count--hot" data-count="/incidents/">1</span>' in text_of(ops.get("/incidents/"))
        other = text_of(person_with(Role.ANALYST)[1].get("/incidents/"))
        assert '<span class="count count--hot" data-count="/incidents/" hidden></span>' in other

    def test_says_that_all_is_well(self, ops: Client) -> None:
        assert "Nothing needs a person" in text_of(ops.get("/incidents/"))

    def test_shows_those_of_one_flow(self, ops: Client) -> None:
        run = make_sum_run()
        assert str(run.id) in text_of(ops.get("/incidents/?flow=sum"))
        assert "Nothing of this flow needs a person" in text_of(ops.get("/incidents/?flow=other"))

    def test_offers_no_try_again_where_nobody_knows_what_happened(
        self, ops: Client, connector: ScriptedConnector
    ) -> None:
        make_sending_run(connector, CUT_OFF)
        page = text_of(ops.get("/incidents/"))
        assert "Answers…" in page
        assert "Try again" not in page

    def test_takes_as_many_queries_for_many_as_for_one(self, ops: Client, django_assert_max_num_queries: Any) -> None:
        for _ in range(4):
            make_sum_run()
        with django_assert_max_num_queries(12):
            ops.get("/incidents/")


class TestLate:
    def test_shows_operators_what_nobody_took(self, ops: Client, connector: ScriptedConnector) -> None:
        run = make_sum_run(business_key="order-7")
        long_ago = datetime.now(UTC) - timedelta(minutes=5)
        sending = make_sending_run(connector, FAILED_503, business_key="order-8")
        Timer.objects.create(due_at=long_ago, handler="flows.wait", subject=uuid.uuid4(), context=run.id)
        Effect.objects.filter(run=sending).update(status="planned", due_at=long_ago)
        page = text_of(ops.get("/incidents/")).partition("due, and no worker took it")[2]
        assert page.index("order-7") < page.index("order-8")
        assert "a wait should have ended" in page
        assert "a call should have left" in page
        assert "no worker took it" not in text_of(person_with(Role.ANALYST)[1].get("/incidents/"))
        assert "no worker took it" not in text_of(person_with(Role.OPERATOR, make_team("hr"))[1].get("/incidents/"))

    def test_is_held_up_by_no_late_timer_that_is_of_no_run(self, ops: Client) -> None:
        long_ago, longer_ago = (datetime.now(UTC) - timedelta(minutes=minutes) for minutes in (5, 9))
        Timer.objects.bulk_create(
            Timer(due_at=longer_ago, handler="flows.trigger", subject=uuid.uuid4(), context=uuid.uuid4())
            for _ in range(MAX_LATE)
        )
        run = make_sum_run(business_key="order-7")
        Timer.objects.create(due_at=long_ago, handler="flows.wait", subject=uuid.uuid4(), context=run.id)
        assert "order-7" in text_of(ops.get("/incidents/")).partition("due, and no worker took it")[2]

    def test_is_silent_about_what_is_just_due(self, ops: Client) -> None:
        now = datetime.now(UTC)
        Timer.objects.create(due_at=now, handler="flows.wait", subject=uuid.uuid4(), context=make_sum_run().id)
        assert "no worker took it" not in text_of(ops.get("/incidents/"))


class TestRetryAll:
    def test_tries_every_named_one_and_leaves_the_answered_alone(
        self, ops: Client, connector: ScriptedConnector
    ) -> None:
        runs = [make_sending_run(connector, FAILED_503) for _ in range(3)]
        assert "Try all 3 again…" in text_of(ops.get("/incidents/"))
        ids = [str(incident_of(run).id) for run in runs]
        answer(ops, runs[0], "give_up")
        connector.answers = [OK]
        page = text_of(ops.post("/incidents/retry/", {"incident": [*ids, "nonsense"]}, follow=True))
        assert "2 runs are tried again." in page
        assert "1 could not be answered" in page
        assert [settled(run).status for run in runs] == ["failed", "completed", "completed"]

    def test_is_for_those_who_may_answer(self, connector: ScriptedConnector) -> None:
        run = make_sending_run(connector, FAILED_503)
        person_with(Role.OPERATOR, make_team("hr"))[1].post("/incidents/retry/", {"incident": str(incident_of(run).id)})
        assert incident_of(run).answer == ""
        assert person_with(Role.ANALYST)[1].post("/incidents/retry/").status_code == 404


class TestAnswers:
    def test_stand_beside_their_consequences(self, ops: Client, connector: ScriptedConnector) -> None:
        run = make_sending_run(connector, FAILED_503)
        page = text_of(ops.get(f"/runs/{run.id}/"))
        for words in (
            "Sends the same again under the same key.",
            "Before and after are both kept.",
            "Goes on with “Finish”, without a result of this step. hub.example is not told.",
            "Ends the run as failed.",
        ):
            assert words in page

    def test_ask_first_whether_it_happened_when_nobody_knows(self, ops: Client, connector: ScriptedConnector) -> None:
        page = text_of(ops.get(f"/runs/{make_sending_run(connector, CUT_OFF).id}/"))
        assert page.index("It happened…") < page.index("It did not: send again")
        assert "Try again" not in page

    def test_try_again(self, ops: Client, connector: ScriptedConnector) -> None:
        run = make_sending_run(connector, FAILED_503)
        connector.answers = [OK]
        assert answer(ops, run, "retry").headers["Location"] == f"/runs/{run.id}/"
        assert settled(run).status == "completed"

    def test_change_and_try(self, ops: Client, connector: ScriptedConnector) -> None:
        run = make_sending_run(connector, FAILED_400)
        form = text_of(ops.get(f"/incidents/{incident_of(run).id}/?answer=retry_edited"))
        assert 'name="with-value" value="Banner"' in form
        connector.answers = [OK]
        answer(ops, run, "retry_edited", **{"with-value": "Poster", "with-repeat": "ask"})
        assert settled(run).status == "completed"
        assert connector.calls[-1].request == {"value": "Poster"}

    def test_change_what_could_not_be_worked_out(self, ops: Client) -> None:
        run = make_sum_run()
        form = text_of(ops.get(f"/incidents/{incident_of(run).id}/?answer=retry_edited"))
        assert "= trigger.body.a + trigger.body.b" in form
        answer(ops, run, "retry_edited", **{"with-total": "5"})
        assert json.loads(settled(run).output) == 5

    def test_keep_what_was_typed_when_it_cannot_be_read(self, ops: Client) -> None:
        run = make_sum_run()
        refused = answer(ops, run, "retry_edited", **{"with-total": "five"})
        assert refused.status_code == 400
        page = text_of(refused)
        assert "five</textarea>" in page
        assert 'aria-invalid="true"' in page
        assert incident_of(run).answer == ""

    def test_skip_with_a_result(self, ops: Client) -> None:
        run = make_sum_run()
        answer(ops, run, "skip", output='{"total": 9}')
        assert json.loads(settled(run).output) == 9

    def test_skip_by_the_chosen_way(self, ops: Client) -> None:
        run = run_to_rest(make_version(CHOOSING), {})
        page = text_of(ops.get(f"/incidents/{incident_of(run).id}/?answer=skip"))
        assert "you choose the way: large or default." in page
        assert "Goes on with “Big”" in page
        answer(ops, run, "skip", port="large")
        assert json.loads(settled(run).output) == "big"

    def test_refuse_a_way_that_is_none(self, ops: Client) -> None:
        run = run_to_rest(make_version(CHOOSING), {})
        refused = answer(ops, run, "skip", port="elsewhere")
        assert (refused.status_code, "has no exit" in text_of(refused)) == (400, True)

    def test_offer_no_change_of_conditions(self, ops: Client) -> None:
        run = run_to_rest(make_version(CHOOSING), {})
        assert "Change and try" not in text_of(ops.get(f"/runs/{run.id}/"))

    def test_it_happened_with_its_result(self, ops: Client, connector: ScriptedConnector) -> None:
        run = make_sending_run(connector, CUT_OFF)
        assert "Nothing is sent." in text_of(ops.get(f"/incidents/{incident_of(run).id}/?answer=happened"))
        assert answer(ops, run, "happened", output="yes it did").status_code == 400
        answer(ops, run, "happened", output='{"status": 201}')
        assert json.loads(settled(run).output) == {"status": 201}
        assert len(connector.calls) == 1

    def test_give_up(self, ops: Client) -> None:
        run = make_sum_run()
        answer(ops, run, "give_up")
        assert settled(run).status == "failed"

    @pytest.mark.parametrize("word", ["", "nonsense", "happened"])
    def test_refuse_what_does_not_fit(self, ops: Client, word: str) -> None:
        run = make_sum_run()
        refused = answer(ops, run, word, output="1")
        assert (refused.status_code, incident_of(run).answer) == (400, "")
        assert "This incident can be answered with" in text_of(refused)

    def test_of_the_second_say_who_was_first(self, ops: Client) -> None:
        run = make_sum_run()
        address = f"/incidents/{incident_of(run).id}/"
        answer(ops, run, "skip")
        page = text_of(ops.post(address, {"answer": "give_up"}, follow=True))
        assert "has answered this incident already; nothing was changed." in page
        settle()
        page = text_of(ops.get(address))
        assert "It is dealt with." in page
        assert 'name="answer"' not in page

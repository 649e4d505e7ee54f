"""Flows drawn to be read, and the states that a run lays over its drawing."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from flows import registry
from flows.definition.effect import EffectAnswer
from flows.designer.overlay import tell_run_overlay
from flows.engine.runner import advance_batch
from flows.models import Run
from flows.queries.overlay import get_run_progress
from integrator.people.roles import Role
from tests.support import scripted
from tests.support.flow_files import HALVES
from tests.support.flows import make_run, make_version
from tests.support.run_pages import incident_of, make_sending_run, make_sum_run, person_with
from tests.support.scripted import FAILED_503, ScriptedConnector

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operator(transactional_db: None) -> Client:
    return person_with(Role.OPERATOR)[1]


@pytest.fixture
def connector(monkeypatch: pytest.MonkeyPatch) -> ScriptedConnector:
    connector = ScriptedConnector()
    monkeypatch.setattr(scripted, "CONNECTOR", connector)
    monkeypatch.setitem(registry.KINDS, "test.send", "tests.support.scripted:SEND")
    monkeypatch.setitem(registry.CONNECTORS, "scripted", "tests.support.scripted:CONNECTOR")
    return connector


def read_json(page: HttpResponse, name: str) -> Any:
    """What the page holds for its script under this id."""
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', page.content.decode())
    assert found is not None
    return json.loads(found[1])


class TestRunProgress:
    def test_tells_steps_by_their_last_state_and_the_ways_taken(self) -> None:
        progress = get_run_progress(make_sum_run({"a": 1, "b": 2}))
        assert {step.status for step in progress.steps.values()} == {"succeeded"}
        assert all(step.ended_at and step.visits == 1 and step.failed == 0 for step in progress.steps.values())
        assert ("add", "next") in progress.links

    def test_puts_what_needs_a_person_first(self) -> None:
        run = make_sum_run()
        progress = get_run_progress(run)
        stuck = progress.steps[incident_of(run).step_key]
        assert (stuck.status, stuck.ended_at) == ("incident", None)

    def test_counts_the_visits_of_a_loop_while_it_goes_on(self) -> None:
        run = make_run(make_version(HALVES), [1, 0, *range(2, 500)])
        assert advance_batch() == 1
        run.refresh_from_db()
        progress = get_run_progress(run)
        loop, body = progress.steps["loop"], progress.steps["halve"]
        assert loop.loop is not None
        assert (loop.loop.total, loop.loop.failed) == (500, 1)
        assert (body.visits, body.failed) == (loop.loop.done + loop.loop.failed, 1)
        told = tell_run_overlay(run, now=timezone.now())["steps"]
        assert told["loop"]["label"].startswith("198 of 500 items done, 1 failed")
        assert told["halve"]["label"].endswith(f"{body.visits} times · 1 failed")

    def test_says_what_came_of_the_items_when_a_loop_is_over_and_draws_the_way_into_its_body(self) -> None:
        run = make_run(make_version(HALVES), [1, 0, 2])
        while advance_batch():
            pass
        run.refresh_from_db()
        told = tell_run_overlay(run, now=timezone.now())
        assert told["steps"]["loop"]["label"] == "1 of 3 failed"
        assert ["loop", "each"] in told["links"]

    def test_counts_the_tries_of_a_change_outside(self, connector: ScriptedConnector) -> None:
        run = make_sending_run(connector, FAILED_503, EffectAnswer(output={"status": 200}, exchange={}), repeat="safe")
        sent = get_run_progress(run).steps["send"]
        assert sent.attempts == run.effects.get().attempt

    def test_asks_no_more_for_a_long_run(self, django_assert_max_num_queries: Any) -> None:
        run = make_run(make_version(HALVES), list(range(1, 500)))
        advance_batch()
        run.refresh_from_db()
        with django_assert_max_num_queries(3):
            get_run_progress(run)


class TestOverlay:
    def test_says_states_in_words_with_their_time(self) -> None:
        run = make_sum_run({"a": 1, "b": 2})
        told = tell_run_overlay(run, now=timezone.now())
        assert told["steps"]["trigger"]["label"] == "Started"
        assert told["steps"]["add"] == {**told["steps"]["add"], "state": "completed", "label": "Done"}
        assert told["steps"]["add"]["time"].endswith("s")
        assert told["links"][0] == ["trigger", "next"]

    def test_counts_on_while_a_step_waits(self) -> None:
        run = make_sum_run()
        key = incident_of(run).step_key
        later = run.visits.get(key=key).started_at + timedelta(hours=2, minutes=10)
        told = tell_run_overlay(run, now=later)["steps"][key]
        assert (told["state"], told["label"], told["time"]) == ("incident", "Needs a person", "2 h 10 min")


class TestPages:
    def test_draw_the_live_version(self, operator: Client) -> None:
        run: Run = make_sum_run()
        page = operator.get(f"/flows/{run.flow.key}/canvas/")
        drawn = read_json(page, "canvas-state")
        assert drawn["may"] == {"edit": False, "publish": False}
        assert set(drawn["document"]["steps"]) == set(drawn["nodes"]) == set(run.version.document["steps"])
        assert 'data-mode="read"' in page.content.decode()

    def test_draw_one_version_beside_its_outline(self, operator: Client) -> None:
        run = make_sum_run()
        page = operator.get(f"/flows/{run.flow.key}/versions/1/canvas/").content.decode()
        assert f'href="/flows/{run.flow.key}/versions/1/"' in page
        outline = operator.get(f"/flows/{run.flow.key}/versions/1/").content.decode()
        assert f'href="/flows/{run.flow.key}/versions/1/canvas/"' in outline
        assert operator.get(f"/flows/{run.flow.key}/versions/9/canvas/").status_code == 404

    def test_lay_a_run_over_its_version(self, operator: Client) -> None:
        run = make_sum_run({"a": 1, "b": 2})
        overlay = read_json(operator.get(f"/runs/{run.id}/canvas/"), "canvas-overlay")
        assert (overlay["over"], overlay["steps"]["add"]["state"]) == (True, "completed")

    def test_give_the_states_again_only_when_they_changed(self, operator: Client) -> None:
        run = make_sum_run()
        first = operator.get(f"/runs/{run.id}/canvas/states/")
        assert first.json()["over"] is False
        again = operator.get(f"/runs/{run.id}/canvas/states/", {"seen": first.json()["revision"]})
        assert (again.status_code, again.content) == (204, b"")

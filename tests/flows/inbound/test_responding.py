"""Flows that answer their caller: the answer, late, never, twice, and for a run that failed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from flows.inbound import callers, responding
from flows.inbound.callers import WaitingRoom
from flows.models import Run, RunAnswer
from integrator.events.models import Event
from tests.support.flows import make_version, run_to_rest, settle
from tests.support.hooks import listen_to, post
from tests.support.processes import wait_for

pytestmark = pytest.mark.django_db(transaction=True)

FLOW = """\
format: 1
flow: ask
name: Ask
team: marketing
trigger: {kind: webhook, path: ask, auth: {kind: none}, respond: true}
steps:
STEPS
"""
ANSWERING = '  say: {kind: respond, with: {status: 201, json: {sum: "= trigger.body.a + 1"}}}'
LATE = """\
  pause: {kind: wait, with: {for: PT1H}, next: say}
  say: {kind: respond}"""
FAILING = """\
  route: {kind: choose, with: {cases: [{when: true, port: bad}]}, on: {bad: bad, default: say}}
  bad: {kind: stop, with: {failed: true, message: No money}}
  say: {kind: respond}"""
SILENT = """\
  route: {kind: choose, with: {cases: [{when: "= trigger.body.a = 0", port: yes}]}, on: {yes: say}}
  say: {kind: respond}"""
TWICE = """\
  one: {kind: respond, with: {json: first}, next: two}
  two: {kind: respond, with: {json: second}, next: end}
  end: {kind: stop, with: {output: "= steps.two"}}"""


def flow(steps: str) -> str:
    return FLOW.replace("STEPS", steps)


def answer_of(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(response.content)
    return found


@pytest.fixture(autouse=True)
def _room(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A room whose thread, and its connection, is gone when the test ends."""
    room = WaitingRoom()
    monkeypatch.setattr(callers, "IDLE_S", 0.05)
    monkeypatch.setattr(responding, "ROOM", room)
    yield
    if room._thread is not None:
        room._thread.join(10)


@pytest.fixture
def worker() -> Iterator[None]:
    """A worker beside the caller, until the test ends."""
    ended = threading.Event()

    def work() -> None:
        while not ended.wait(0.01):
            settle()
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    ended.set()
    thread.join(30)
    assert not thread.is_alive()


@pytest.mark.usefixtures("worker")
class TestWaitForAnswer:
    def test_gives_what_the_flow_says(self) -> None:
        listen_to(flow(ANSWERING))
        response = post("ask", {"a": 2})
        assert (response.status_code, answer_of(response)) == (201, {"sum": 3})
        assert response["Content-Type"] == "application/json"
        run = Run.objects.get()
        assert Event.objects.filter(name="run.responded", correlation=str(run.id)).count() == 1

    def test_sends_no_content_where_the_status_has_none(self) -> None:
        listen_to(flow("  say: {kind: respond, with: {status: 204}}"))
        response = post("ask")
        assert (response.status_code, response.content) == (204, b"")

    def test_names_the_run_that_failed_first(self) -> None:
        listen_to(flow(FAILING))
        response = post("ask")
        problem = answer_of(response)
        assert (response.status_code, problem["code"]) == (502, "intake.run_failed")
        assert problem["run"] == str(Run.objects.get().id)
        assert problem["errors"] == []

    def test_answers_once(self) -> None:
        listen_to(flow(TWICE))
        assert answer_of(post("ask")) == "first"
        run = Run.objects.get()
        assert RunAnswer.objects.get(run=run).body == '"first"'

    def test_gives_a_repeat_the_same_answer(self) -> None:
        listen_to(flow(ANSWERING).replace("respond: true", 'respond: true, dedupe: "= body.id"'))
        first, again = post("ask", {"a": 2, "id": "X"}), post("ask", {"a": 9, "id": "X"})
        assert (first.status_code, first.content) == (again.status_code, again.content)
        assert Run.objects.count() == 1

    def test_accepts_a_run_that_ends_without_a_word_at_once(self) -> None:
        listen_to(flow(SILENT))
        response = post("ask", {"a": 1})
        assert response.status_code == 202
        assert Run.objects.get().status == "completed"

    def test_accepts_when_the_flow_takes_too_long(self, settings: Any) -> None:
        settings.RESPOND_WITHIN_S = 0.2
        listen_to(flow(LATE))
        response = post("ask")
        assert response.status_code == 202
        assert answer_of(response).keys() == {"run", "case", "status_url"}

    def test_gives_nobody_the_answer_of_another_callers_run(self) -> None:
        text = flow(f"{ANSWERING[:-1]}, next: hear}}\n  hear: {{kind: wait_for, with: {{message: more, key: k}}}}")
        listen_to(text.replace("respond: true", 'respond: true, correlate: {message: more, key: "= body.key"}'))
        assert post("ask", {"a": 2, "key": "k"}).status_code == 201
        wait_for(lambda: Run.objects.get().status == "waiting", within_s=60, what="the run to wait for the message")
        second = post("ask", {"a": 5, "key": "k"})
        assert (second.status_code, answer_of(second)["run"]) == (202, str(Run.objects.get().id))

    def test_accepts_when_too_many_wait_already(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(responding, "count_places", lambda: 0)
        listen_to(flow(LATE))
        assert post("ask").status_code == 202


class TestRespond:
    def test_ignores_a_second_answer_and_says_so(self) -> None:
        run = run_to_rest(make_version(flow(TWICE)), {})
        assert run.status == "completed"
        ignored = Event.objects.get(name="run.respond_ignored", correlation=str(run.id))
        assert "an answer already" in ignored.payload.payload

    def test_answers_nobody_in_a_run_that_another_flow_started(self) -> None:
        make_version(flow(ANSWERING))
        caller = flow("  call: {kind: subflow, with: {flow: ask, input: {a: 1}}}").replace("flow: ask\n", "flow: top\n")
        run = run_to_rest(make_version(caller.replace("path: ask", "path: top")), {})
        assert run.status == "completed"
        assert not RunAnswer.objects.exists()
        assert Event.objects.filter(name="run.respond_ignored").count() == 1

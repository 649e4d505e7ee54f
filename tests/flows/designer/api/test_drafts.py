"""The calls of the designer's pages: state, edits, undo, redo, pulse and kinds, as JSON."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from flows.models import Draft, DraftPresence, FlowVersion
from flows.operations.drafts import forget_presences
from flows.registry import kind_specs, trigger_specs
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.drafts import add_op, set_op
from tests.support.flows import make_team
from tests.support.personas import make_person, sign_in

HOME = "/flows/chain/draft/"


def post(browser: Client, part: str, body: Any) -> HttpResponse:
    return browser.post(f"{HOME}{part}/", json.dumps(body), content_type="application/json")


def send(browser: Client, *ops: dict[str, Any], base: int = 0, **more: Any) -> HttpResponse:
    return post(browser, "edits", {"id": str(uuid.uuid4()), "base": base, "ops": ops, "source": "canvas", **more})


class TestState:
    def test_shows_what_a_draft_would_begin_with(self, browser: Client) -> None:
        state = browser.get(f"{HOME}state/").json()
        assert state["flow"] == {"key": "chain", "name": "Chain", "team": "marketing"}
        assert (state["revision"], state["draft"], state["saved_at"], state["base_version"]) == (0, 0, None, 1)
        assert list(state["document"]["steps"]) == ["ask", "tell", "done"]
        assert "order" not in state["document"]
        assert (state["undo"], state["redo"]) == (None, None)
        assert state["may"] == {"edit": True, "publish": False}
        assert (state["live"]["version"], state["people"]) == (1, [])
        assert not Draft.objects.exists()

    def test_tells_what_is_drawn_of_each_step(self, browser: Client) -> None:
        state = browser.get(f"{HOME}state/").json()
        ask = state["nodes"]["ask"]
        assert (ask["title"], ask["kind_label"], ask["group"], ask["reachable"]) == ("Ask", "Approval", "people", True)
        assert [exit["port"] for exit in ask["exits"]] == ["approved", "rejected", "error"]
        assert (ask["opens_scope"], ask["closes_scope"], ask["scope"]) == (False, False, [])
        assert (state["trigger"]["kind"], state["trigger"]["title"]) == ("webhook", "Start")

    def test_keeps_the_order_of_keys(self, browser: Client) -> None:
        send(
            browser, {"op": "set", "target": "steps/tell", "path": ["with"], "value": {"zz": 1, "b": {"y": 1, "a": 2}}}
        )
        settings = browser.get(f"{HOME}state/").json()["document"]["steps"]["tell"]["with"]
        assert json.dumps(settings) == '{"zz": 1, "b": {"y": 1, "a": 2}}'

    def test_places_each_problem(self, browser: Client) -> None:
        state = send(browser, set_op("ask", "title", None), add_op("lost")).json()
        by_step = {one["step"]: one for one in state["problems"] if not one["code"].startswith("flow.")}
        assert by_step["ask"]["path"] == ["steps", "ask", "with"]
        assert by_step["ask"]["severity"] == "error"
        assert by_step["lost"]["code"] == "definition.unreachable"
        assert state["nodes"]["lost"]["reachable"] is False


class TestEdits:
    def test_answer_the_new_state(self, browser: Client) -> None:
        answer = send(browser, add_op("ask", "tell"))
        state = answer.json()
        assert (answer.status_code, state["revision"], state["renamed"]) == (200, 1, {"ask": "ask_2"})
        assert state["document"]["steps"]["tell"]["next"] == "ask_2"
        assert (state["undo"], state["saved_at"][-1], state["draft"]) == ("Add Ask 2", "Z", Draft.objects.get().pk)

    def test_say_why_not(self, browser: Client) -> None:
        answer = send(browser, {"op": "connect", "source": "ask", "port": "approved", "target": "trigger"})
        problem = answer.json()
        assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
        assert (problem["code"], problem["detail"][:14]) == ("edit.trigger_target", "Nothing leads ")

    def test_name_both_values_of_a_conflict(self, browser: Client) -> None:
        send(browser, set_op("ask", "rule", "any"))
        answer = send(browser, set_op("ask", "rule", "veto"))
        assert (answer.status_code, answer.json()["code"], answer.json()["revision"]) == (409, "draft.conflict", 1)
        assert [(row["mine"], row["theirs"]) for row in answer.json()["paths"]] == [("veto", "any")]

    def test_refuse_what_is_no_edit(self, browser: Client) -> None:
        good = {"id": str(uuid.uuid4()), "base": 0, "ops": [add_op("x")]}
        for bad in (
            [],
            {**good, "id": "x"},
            {**good, "base": True},
            {**good, "base": -1},
            {**good, "ops": "x"},
            {**good, "ops": []},
            {**good, "ops": ["x"]},
            {**good, "ops": [{"op": 1}]},
            {**good, "source": 1},
            {**good, "draft": "x"},
        ):
            answer = post(browser, "edits", bad)
            assert (answer.status_code, answer.json()["code"].split(".")[0]) == (400, "edit"), bad
        answer = browser.post(f"{HOME}edits/", "{", content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (400, "edit.malformed")
        assert not Draft.objects.filter(revision__gt=0).exists()


class TestUndoAndRedo:
    def test_go_back_and_forth(self, browser: Client) -> None:
        send(browser, add_op("one", "tell"))
        undone = post(browser, "undo", {}).json()
        assert (list(undone["document"]["steps"]), undone["undo"], undone["redo"]) == (
            ["ask", "tell", "done"],
            None,
            "Add One",
        )
        redone = browser.post(f"{HOME}redo/").json()
        assert (list(redone["document"]["steps"]), redone["undo"], redone["revision"]) == (
            ["ask", "tell", "one", "done"],
            "Add One",
            3,
        )

    def test_say_what_was_turned_also_when_asked_twice(self, browser: Client) -> None:
        send(browser, add_op("one", "tell"))
        asked = {"id": str(uuid.uuid4())}
        assert [post(browser, "undo", asked).json()["turned"] for _ in range(2)] == ["Add One", "Add One"]
        assert post(browser, "redo", {}).json()["turned"] == "Add One"
        assert "turned" not in send(browser, add_op("two", "tell")).json()

    def test_turn_and_name_the_edits_of_the_window_first(self, browser: Client) -> None:
        renamed = {"op": "set", "target": "steps/done", "path": ["name"], "value": "The end"}
        assert send(browser, add_op("one", "tell"), session="a").status_code == 200
        assert send(browser, renamed, base=1, session="b").status_code == 200
        label = {
            window: browser.get(f"{HOME}state/", {"session": window}).json()["undo"] for window in ("a", "b", "new")
        }
        assert label["a"] == "Add One" != label["b"] == label["new"]
        assert post(browser, "undo", {"session": "a"}).json()["turned"] == "Add One"
        assert browser.get(f"{HOME}state/", {"session": "b"}).json()["undo"] == label["b"]
        assert post(browser, "undo", {"session": "new"}).json()["turned"] == label["b"]

    def test_say_when_there_is_nothing(self, browser: Client) -> None:
        for part, code in (("undo", "edit.nothing_to_undo"), ("redo", "edit.nothing_to_redo")):
            answer = post(browser, part, {})
            assert (answer.status_code, answer.json()["code"]) == (400, code)


class TestSignedOut:
    """What saves must never take the sign-in's answer for its own."""

    def test_is_told_to_scripts_as_401(self, live: FlowVersion) -> None:
        stranger = Client()
        wants = {"HTTP_ACCEPT": "application/json"}
        for answer in (
            send(stranger, add_op("one")),
            post(stranger, "undo", {}),
            stranger.get(f"{HOME}state/", **wants),
            stranger.get(f"{HOME}pulse/", **wants),
        ):
            assert (answer.status_code, answer.json()["code"]) == (401, "request.unauthenticated")
        assert stranger.get(HOME).status_code == 302  # a page leads to the sign-in
        assert not Draft.objects.exists()

    def test_tells_a_token_of_an_earlier_sign_in_as_such(self, live: FlowVersion) -> None:
        answer = send(Client(enforce_csrf_checks=True), add_op("one"))
        assert (answer.status_code, answer.json()["code"]) == (403, "request.csrf")


class TestPulse:
    def test_tells_the_revision_and_who_is_there(self, browser: Client, live: FlowVersion) -> None:
        other = make_person("bea", (make_team("marketing"), Role.PUBLISHER))
        sign_in(other).get(f"{HOME}pulse/?view=outline&step=ask")
        send(browser, add_op("one"))
        pulse = browser.get(f"{HOME}pulse/?view=canvas").json()
        assert (pulse["revision"], pulse["live_version"], pulse["live"]["version"]) == (1, 1, 1)
        assert (pulse["person"], pulse["draft"]) == (Draft.objects.get().author_id, Draft.objects.get().pk)
        assert [(one["name"], one["is_me"], one["initials"]) for one in pulse["people"]] == [
            ("ana", True, "A"),
            ("bea", False, "B"),
        ]
        shown = browser.get(f"{HOME}state/").json()["people"][1]
        assert shown["doing"] == "in the outline, at Ask"

    def test_is_forgotten_once_somebody_left(self, browser: Client, live: FlowVersion) -> None:
        browser.get(f"{HOME}pulse/?view=canvas")
        seen_at = DraftPresence.objects.get().seen_at
        assert forget_presences(seen_at + timedelta(seconds=15)) == 0
        assert forget_presences(seen_at + timedelta(seconds=16)) == 1

    def test_keeps_a_row_for_each_page(self, browser: Client, ana: Person) -> None:
        for view in ("canvas", "canvas", "text"):
            browser.get(f"{HOME}pulse/?view={view}")
        assert sorted(DraftPresence.objects.values_list("page", flat=True)) == ["canvas", "text"]

    def test_counts_those_who_only_read_as_reading(self, live: FlowVersion) -> None:
        viewer = make_person("vi", (make_team("marketing"), Role.VIEWER))
        pulse = sign_in(viewer).get(f"{HOME}pulse/?view=canvas").json()
        assert [one["doing"] for one in pulse["people"]] == ["reading"]


class TestKinds:
    def test_lists_every_kind_and_trigger(self, browser: Client) -> None:
        told = browser.get("/flows/designer/kinds/").json()
        assert [kind["key"] for kind in told["kinds"]] == list(kind_specs())
        assert [trigger["key"] for trigger in told["triggers"]] == list(trigger_specs())
        assert all(kind["text"] and kind["icon"] and kind["label"] for kind in told["kinds"])
        approve = next(kind for kind in told["kinds"] if kind["key"] == "task.approve")
        assert approve["ports"] == ["approved", "rejected"]


class TestQueries:
    def count(self, browser: Client, base: int) -> tuple[int, int, int]:
        """Queries of an edit, of the state and of the pulse."""
        counts = []
        for call in (
            lambda: send(browser, set_op("tell", f"w{base}", base), base=base),
            lambda: browser.get(f"{HOME}state/"),
            lambda: browser.get(f"{HOME}pulse/?view=canvas"),
        ):
            with CaptureQueriesContext(connection) as queries:
                assert call().status_code == 200
            counts.append(len([row for row in queries.captured_queries if "SAVEPOINT" not in row["sql"]]))
        return counts[0], counts[1], counts[2]

    def test_stay_as_many_however_much_was_edited(self, browser: Client) -> None:
        self.count(browser, 0)
        few = self.count(browser, 1)
        for base in range(2, 12):
            send(browser, add_op("step", "tell"), base=base)
        many = self.count(browser, 12)
        for name, before, after, most in zip(("edit", "state", "pulse"), few, many, (20, 11, 8), strict=True):
            assert after <= before <= most, name

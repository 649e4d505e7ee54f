"""Samples, the picker, previews and the mapper of a draft, as calls of its pages."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from flows.models import Draft, Flow, FlowVersion, Listening, Run, StepSample, StoredRequest, Trigger, TriggerSample
from flows.operations.intake.listeners import forget_listeners
from integrator.events.models import Event
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.drafts import edit_draft, make_live
from tests.support.flows import make_team, run_to_rest
from tests.support.personas import make_person, sign_in
from tests.support.run_pages import store_request

HOME = "/flows/chain/draft/"
HTMX = {"HX-Request": "true"}
BODY = {"title": "Ridgeline jetty", "version": 3}


@pytest.fixture(autouse=True)
def no_kept_listeners() -> None:
    forget_listeners()


def post(browser: Client, part: str, body: Any) -> Any:
    answer = browser.post(f"{HOME}{part}", json.dumps(body), content_type="application/json")
    return answer.json()


def act(browser: Client, part: str, **fields: str) -> HttpResponse:
    return browser.post(f"{HOME}data/{part}", fields, headers=HTMX)


class TestPreview:
    def test_works_a_value_out_with_the_sample(self, browser: Client, live: FlowVersion) -> None:
        run_to_rest(live, BODY, business_key="CH-20417")
        value = "= trigger.body.title & ', version ' & trigger.body.version"
        said = post(browser, "expression/", {"step": "ask", "setting": "with.title", "value": value})
        assert (said["ok"], said["type"], said["error"]) == (True, "text", None)
        assert said["words"] == "Ridgeline jetty, version 3"
        assert said["sample"] == "run CH-20417"

    def test_offers_the_nearest_and_the_mend(self, browser: Client, live: FlowVersion) -> None:
        run_to_rest(live, BODY)
        said = post(browser, "expression/", {"step": "ask", "setting": "with.title", "value": "= trigger.body.titel"})
        assert (said["ok"], said["error"]["nearest"], said["error"]["position"]) == (False, "title", 2)
        assert said["error"]["fix"] == {"label": "Use title", "value": "= trigger.body.title"}

    def test_reads_what_came_in_settings_of_the_trigger(self, browser: Client, live: FlowVersion) -> None:
        run_to_rest(live, BODY)
        said = post(browser, "expression/", {"step": "trigger", "setting": "dedupe", "value": "= body.title"})
        assert said["words"] == "Ridgeline jetty"
        said = post(browser, "expression/", {"step": "trigger", "setting": "dedupe", "value": "= trigger.body.title"})
        assert said["error"]["message"] == "There is no “trigger” here. Use one of: body, headers, query."

    def test_refuses_what_is_no_question(self, browser: Client, live: FlowVersion) -> None:
        answer = browser.post(f"{HOME}expression/", "[", content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (400, "expression.malformed")

    def test_knows_what_a_setting_needs(self, browser: Client, live: FlowVersion) -> None:
        run_to_rest(live, BODY)
        said = post(browser, "expression/", {"step": "ask", "setting": "with.title", "value": "= trigger.body.version"})
        assert said["error"]["message"] == "This gives a number, but text is needed here."


class TestPicker:
    def test_offers_what_came_before_with_examples(self, browser: Client, live: FlowVersion) -> None:
        run_to_rest(live, BODY)
        page = browser.get(f"{HOME}data/picker/?step=tell").content.decode()
        assert 'data-path="trigger.body.title" data-words="title"' in page
        assert "Ridgeline jetty" in page
        assert 'data-path="steps.ask.outcome" data-words="outcome"' in page
        assert "steps.done" not in page

    def test_says_that_nothing_leads_to_a_step(self, browser: Client, ana: Person) -> None:
        edit_draft(ana, {"op": "add_step", "key": "lost", "kind": "stop"})
        page = browser.get(f"{HOME}data/picker/?step=lost").content.decode()
        assert "Nothing leads to this step yet" in page
        assert 'role="tree"' in page

    def test_gives_the_same_as_json_with_functions(self, browser: Client, live: FlowVersion) -> None:
        run_to_rest(live, BODY)
        found = browser.get(f"{HOME}data/completions/?step=tell").json()
        by_path = {each["path"]: each for each in found["paths"]}
        assert by_path["trigger.body.version"]["type"] == "number"
        assert by_path["trigger.body.version"]["from"] == "Webhook"
        assert by_path["steps.ask.comments.by"]["each"] is True
        assert {"name": "uppercase", "signature": "$uppercase(text)", "help": "The text in capital letters."} in found[
            "functions"
        ]


class TestDrawer:
    def test_takes_pasted_data_and_lets_go_of_it(self, browser: Client, live: FlowVersion, ana: Person) -> None:
        answer = act(browser, "sample/", source="pasted", text='{"title": "Pasted"}')
        assert (answer.status_code, json.loads(answer.headers["HX-Trigger"])) == (200, {"designer:sample": {}})
        sample = TriggerSample.objects.get(flow=live.flow, author=ana)
        assert json.loads(sample.data)["body"] == {"title": "Pasted"}
        assert Event.objects.filter(name="flow.sample_pinned").count() == 1
        act(browser, "sample/", source="unpin")
        assert not TriggerSample.objects.exists()

    def test_keeps_what_was_typed_when_it_is_no_json(self, browser: Client, live: FlowVersion) -> None:
        page = act(browser, "sample/", source="pasted", text='{"title": }').content.decode()
        assert "This is no JSON" in page
        assert "{&quot;title&quot;: }</textarea>" in page
        assert not TriggerSample.objects.exists()

    def test_takes_stored_requests_and_runs_of_this_flow_alone(self, browser: Client, live: FlowVersion) -> None:
        run, found = run_to_rest(live, BODY), store_request(live)
        act(browser, "sample/", source="request", id=str(found.id))
        assert TriggerSample.objects.get().request_id == found.id
        act(browser, "sample/", source="run", id=str(run.id))
        sample = TriggerSample.objects.get()
        assert (sample.run_id, json.loads(sample.data)["body"]) == (run.id, BODY)
        other = run_to_rest(make_live(OTHER), BODY)
        assert act(browser, "sample/", source="run", id=str(other.id)).status_code == 404

    def test_pins_what_a_step_gave(self, browser: Client, live: FlowVersion) -> None:
        act(browser, "steps/ask/", source="pasted", text='{"outcome": "rejected"}')
        assert json.loads(StepSample.objects.get(step_key="ask").output) == {"outcome": "rejected"}
        page = browser.get(f"{HOME}data/").content.decode()
        assert "Let go of the sample of Ask" in page
        act(browser, "steps/ask/", source="unpin")
        assert not StepSample.objects.exists()

    def test_refuses_samples_of_steps_that_are_not_there(self, browser: Client, live: FlowVersion) -> None:
        page = act(browser, "steps/nowhere/", source="pasted", text="{}").content.decode()
        assert not StepSample.objects.exists()
        assert "Sample of Ask" in page

    def test_covers_what_is_sensitive(self, browser: Client) -> None:
        make_live(SECRETIVE)
        page = act(browser, "sample/", source="pasted", text='{"iban": "DE00 1234"}').content.decode()
        assert "DE00 1234" not in page
        said = post(browser, "expression/", {"step": "done", "setting": "with.output", "value": "= trigger.body.iban"})
        assert said["words"] == "••••"


class TestListening:
    def test_passes_over_a_call_too_deep_to_be_data(self, browser: Client, live: FlowVersion) -> None:
        make_draft_only(live)
        act(browser, "listen/", do="start")
        for body in ("[" * 200_000, '{"title": "Fine"}'):
            Client().post("/hooks/chain", body, content_type="application/json")
        act(browser, "listen/", do="look")
        assert json.loads(TriggerSample.objects.get().data)["body"] == {"title": "Fine"}
        deep = StoredRequest.objects.exclude(body="").order_by("received_at").first()
        answer = act(browser, "sample/", source="request", id=str(deep.id if deep else ""))
        assert answer.status_code == 200

    def test_needs_an_address(self, browser: Client, live: FlowVersion) -> None:
        assert "Nobody can call this flow yet" in act(browser, "listen/", do="start").content.decode()

    def test_takes_the_next_call_to_a_live_flow_which_starts_a_run(self, browser: Client, live: FlowVersion) -> None:
        settings = {"path": "chain", "auth": {"kind": "none"}}
        Trigger.objects.create(flow=live.flow, kind="webhook", path="chain", settings=settings, is_live=True)
        page = act(browser, "listen/", do="start").content.decode()
        assert "The flow is live, so the call starts a run as ever." in page
        answer = Client().post("/hooks/chain", json.dumps({"title": "Heard"}), content_type="application/json")
        act(browser, "listen/", do="look")
        sample = TriggerSample.objects.get()
        assert (str(sample.run_id), sample.source) == (answer.json()["run"], "listen")

    def test_keeps_a_call_to_an_unpublished_flow_and_starts_nothing(self, browser: Client, live: FlowVersion) -> None:
        make_draft_only(live)
        page = act(browser, "listen/", do="start").content.decode()
        assert "Waiting for the next call." in page
        assert "curl -X POST http://testserver/hooks/chain" in page
        assert act(browser, "listen/", do="look").status_code == 204
        answer = Client().post("/hooks/chain", json.dumps({"title": "Heard"}), content_type="application/json")
        assert (answer.status_code, answer.json()["run"], answer.json()["sample"]) == (202, None, True)
        page = act(browser, "listen/", do="look")
        assert "designer:sample" in page.headers["HX-Trigger"]
        assert json.loads(TriggerSample.objects.get().data)["body"] == {"title": "Heard"}
        assert (Run.objects.count(), Listening.objects.count()) == (0, 0)
        assert StoredRequest.objects.get().code == "intake.sampled"

    def test_covers_what_the_draft_calls_sensitive(self, browser: Client, live: FlowVersion) -> None:
        schema = {"type": "object", "properties": {"iban": {"type": "string", "x-sensitive": True}}}
        make_draft_only(live, schema=schema)
        act(browser, "listen/", do="start")
        Client().post("/hooks/chain", json.dumps({"iban": "DE00 1234"}), content_type="application/json")
        act(browser, "listen/", do="look")
        assert "DE00" not in TriggerSample.objects.get().data
        found = StoredRequest.objects.get()
        assert "DE00" not in browser.get(f"/requests/{found.id}/").content.decode()

    def test_refuses_calls_again_once_it_is_over(self, browser: Client, live: FlowVersion) -> None:
        make_draft_only(live)
        act(browser, "listen/", do="start")
        act(browser, "listen/", do="stop")
        assert Client().post("/hooks/chain", "{}", content_type="application/json").status_code == 404

    def test_says_when_a_call_was_not_let_in(self, browser: Client, live: FlowVersion, ana: Person) -> None:
        make_draft_only(live, auth={"kind": "bearer", "secret": "nobody-set-it"})
        act(browser, "listen/", do="start")
        answer = Client().post("/hooks/chain", "{}", content_type="application/json")
        assert answer.status_code == 401
        page = act(browser, "listen/", do="look").content.decode()
        assert "was not let in" in page
        refused = StoredRequest.objects.get()
        assert act(browser, "listen/", do="look", refused=str(refused.id)).status_code == 204


class TestMapper:
    def test_reads_rows_and_writes_them(self, browser: Client, live: FlowVersion) -> None:
        run_to_rest(live, BODY)
        value = {"a": "= $number($default(trigger.body.version, 0))"}
        found = post(browser, "data/mapping/", {"step": "tell", "setting": "with", "value": value})
        (row,) = found["rows"]
        assert (row["conversion"], row["missing"], row["default"]) == ("number", "default", 0)
        assert found["preview"]["words"] == "a: 3"
        again = post(browser, "data/mapping/", {"step": "tell", "setting": "with", "rows": found["rows"]})
        assert again["value"] == value

    def test_says_which_row_is_none(self, browser: Client, live: FlowVersion) -> None:
        found = post(browser, "data/mapping/", {"step": "tell", "setting": "with", "rows": [{"name": ""}]})
        assert found["error"] == {"message": "A field has no name. Type one at the left.", "name": ""}

    def test_proposes_what_a_called_flow_expects(self, browser: Client, ana: Person) -> None:
        make_live(SECRETIVE.replace("flow: chain", "flow: booking"))
        edit_draft(ana, {"op": "add_step", "key": "book", "kind": "subflow", "with": {"flow": "booking"}})
        found = post(browser, "data/mapping/", {"step": "book", "setting": "with.input", "value": None})
        assert found["targets"] == [{"name": "iban", "type": "text", "required": True, "help": "Account"}]


class TestRights:
    def test_tells_readers_of_the_flow_who_may_draft_it(self, live: FlowVersion) -> None:
        reader = make_person("", (make_team("marketing"), Role.VIEWER), (make_team("hr"), Role.ANALYST))
        for part in ("data/", "data/picker/", "data/completions/"):
            assert sign_in(reader).get(f"{HOME}{part}").status_code == 403
        assert sign_in(reader).post(f"{HOME}data/sample/").status_code == 403


def make_draft_only(version: FlowVersion, *, auth: Any = None, **more: Any) -> None:
    """Nothing is live: the address is kept by a trigger of the draft."""
    document = {**version.document}
    document["trigger"] = {"kind": "webhook", "path": "chain", "auth": auth or {"kind": "none"}, **more}
    author = Person.objects.get(username="ana")
    Draft.objects.create(flow=version.flow, author=author, document=document, updated_at=datetime.now(UTC))
    Flow.objects.filter(pk=version.flow_id).update(live_version=None)


SECRETIVE = """\
format: 1
flow: chain
name: Chain
team: marketing
trigger:
  kind: webhook
  path: secretive
  auth: {kind: none}
  schema:
    type: object
    required: [iban]
    properties: {iban: {type: string, x-sensitive: true, title: Account}}
steps:
  done: {kind: stop, with: {output: "= trigger.body.iban"}}
"""
OTHER = SECRETIVE.replace("flow: chain", "flow: other")

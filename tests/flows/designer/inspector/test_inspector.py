"""The inspector: every setting of every kind and trigger goes through its form, which is made of its shape alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from flows import registry
from flows.definition.kind import Setting
from flows.models import Draft, FlowVersion
from flows.queries.drafts import get_designer_draft
from flows.registry import kind_specs, trigger_specs
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support import toy_kind
from tests.support.drafts import edit_draft
from tests.support.flows import make_team
from tests.support.forms import make_form
from tests.support.html_forms import HtmlForm, Page, read_page
from tests.support.personas import make_person, sign_in

HOME = "/flows/chain/draft/"
SCRIPT = {"X-Inspector": "1"}
SMALL: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "string"}}}


def read(browser: Client, part: str) -> Page:
    answer = browser.get(f"{HOME}{part}")
    assert answer.status_code == 200, answer.content
    return read_page(answer.content.decode())


def fields_of(page: Page) -> dict[str, HtmlForm]:
    return {form.attributes["data-field"]: form for form in page.forms if "data-field" in form.attributes}


def send(browser: Client, part: str, data: dict[str, str]) -> HttpResponse:
    return browser.post(f"{HOME}{part}", data, headers=SCRIPT)


def ops_of(answer: HttpResponse) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.content
    return list(answer.json()["ops"])


def key_of(kind: str) -> str:
    return kind.replace(".", "_")


def samples_of(settings: tuple[Setting, ...]) -> dict[str, Any]:
    return {setting.name: setting.sample for setting in settings if setting.sample is not None}


@pytest.fixture
def blank(live: FlowVersion) -> tuple[Client, Person]:
    """Somebody whose draft has a step of each kind, without settings."""
    return _with_steps(live, "blank", {})


@pytest.fixture
def filled(live: FlowVersion) -> tuple[Client, Person]:
    """Somebody whose draft has a step of each kind with every sample."""
    return _with_steps(live, "filled", {kind: samples_of(spec.settings) for kind, spec in kind_specs().items()})


def _with_steps(live: FlowVersion, name: str, settings: dict[str, Any]) -> tuple[Client, Person]:
    person = make_person(name, (live.flow.team, Role.ANALYST))
    added = [
        {"op": "add_step", "key": key_of(kind), "kind": kind, "with": settings.get(kind, {})} for kind in kind_specs()
    ]
    edit_draft(person, *added)
    return sign_in(person), person


class TestEverySetting:
    def test_goes_from_one_form_to_another_and_back_to_nothing(
        self, blank: tuple[Client, Person], filled: tuple[Client, Person]
    ) -> None:
        for kind, spec in kind_specs().items():
            part = f"steps/{key_of(kind)}/"
            full, empty = fields_of(read(filled[0], part)), fields_of(read(blank[0], part))
            for setting in spec.settings:
                name = f"with.{setting.name}"
                assert ops_of(send(filled[0], part, full[name].data())) == [], (kind, name)
                assert ops_of(send(blank[0], part, empty[name].data())) == [], (kind, name)
                if setting.sample is not None:
                    wanted = {"op": "set", "target": f"steps/{key_of(kind)}", "path": ["with", setting.name]}
                    assert ops_of(send(blank[0], part, full[name].data())) == [{**wanted, "value": setting.sample}]
                    assert ops_of(send(filled[0], part, empty[name].data())) == [{**wanted, "value": None}]

    @pytest.mark.parametrize("kind", trigger_specs())
    def test_of_a_trigger_does_so_too(self, kind: str, live: FlowVersion) -> None:
        settings = trigger_specs()[kind].settings
        people = []
        for name, given in (("one", samples_of(settings)), ("two", {})):
            person = make_person(name, (live.flow.team, Role.ANALYST))
            edit_draft(person, {"op": "set_trigger", "kind": kind, "with": given})
            people.append(sign_in(person))
        full, empty = (fields_of(read(browser, "trigger/")) for browser in people)
        for setting in settings:
            name = f"with.{setting.name}"
            assert ops_of(send(people[0], "trigger/", full[name].data())) == [], name
            if setting.sample is not None:
                wanted = {"op": "set", "target": "trigger", "path": ["with", setting.name]}
                assert ops_of(send(people[1], "trigger/", full[name].data())) == [{**wanted, "value": setting.sample}]
                assert ops_of(send(people[0], "trigger/", empty[name].data())) == [{**wanted, "value": None}]

    def test_has_label_help_and_error_tied_to_its_inputs(self, filled: tuple[Client, Person]) -> None:
        parts = [*(f"steps/{key_of(kind)}/" for kind in kind_specs()), "trigger/", "settings/"]
        for part in parts:
            page = read(filled[0], part)
            for name, form in fields_of(page).items():
                seen = [control for control in form.controls if control.attributes.get("type") != "hidden"]
                assert all(control.label for control in seen), (part, name)
                places = [*(control.attributes for control in seen), *form.groups]
                described = {word for place in places for word in place.get("aria-describedby", "").split()}
                own = form.attributes["id"]
                assert {f"{own}-hint", f"{own}-error"} <= described, (part, name)
                assert described <= set(page.texts), (part, name)
                for button in form.buttons:
                    assert button.get("aria-label") or button.get("id", "").endswith("-add") or not button.get("name")
            ids = [form.attributes["id"] for form in fields_of(page).values()]
            assert len(ids) == len(set(ids))


class TestInspector:
    def test_shows_what_is_required_first_and_folds_the_rest(self, browser: Client) -> None:
        names = list(fields_of(read(browser, "steps/ask/")))
        assert names[:3] == ["name", "with.title", "with.approvers"]
        html = browser.get(f"{HOME}steps/ask/").content.decode()
        folded = ["key", *(setting.name for setting in kind_specs()["task.approve"].settings if setting.advanced)]
        assert f"More settings, {len(folded)}" in html
        assert "If it fails" in html

    def test_is_a_fragment_for_the_designer_and_a_page_for_everybody_else(self, browser: Client) -> None:
        fragment = browser.get(f"{HOME}steps/ask/", headers={"HX-Request": "true"}).content.decode()
        assert fragment.lstrip().startswith('<div class="inspector-in"')
        assert "<!doctype html>" in browser.get(f"{HOME}steps/ask/").content.decode()

    @pytest.mark.parametrize("name", ["title", "with.title"])
    def test_gives_one_field_alone(self, browser: Client, name: str) -> None:
        (form,) = read(browser, f"steps/ask/fields/{name}/").forms
        assert form.attributes["data-field"] == "with.title"
        assert form.data()["v.text"] == "= trigger.body.title"

    @pytest.mark.parametrize("part", ["steps/nowhere/", "steps/ask/fields/nothing/", "trigger/fields/nothing/"])
    def test_knows_nothing_else(self, browser: Client, part: str) -> None:
        assert browser.get(f"{HOME}{part}").status_code == 404

    def test_puts_each_problem_at_its_field(self, browser: Client, ana: Person) -> None:
        edit_draft(ana, {"op": "set", "target": "steps/ask", "path": ["with"], "value": {"rule": "most"}})
        texts = read(browser, "steps/ask/").texts
        assert "'most' is not a rule." in texts["f-ask-with-rule-error"]

    def test_says_quietly_what_is_needed_before_anybody_was_there(self, browser: Client, ana: Person) -> None:
        edit_draft(ana, {"op": "set", "target": "steps/ask", "path": ["with"], "value": {"rule": "any"}})
        page = read(browser, "steps/ask/")
        assert (page.texts["f-ask-with-title-error"], page.texts["f-ask-with-title-label"]) == ("", "Title needed\n")
        typed = {**fields_of(page)["with.title"].data(), "v.text": " "}
        assert "“Title” is needed. Fill it in." in send(browser, "steps/ask/", typed).json()["html"]

    def test_tells_where_each_port_leads(self, browser: Client) -> None:
        form = fields_of(read(browser, "steps/ask/"))["port.approved"]
        assert form.data()["v.text"] == "tell"
        moved = {**form.data(), "v.text": "done"}
        link = {"source": "ask", "port": "approved"}
        assert ops_of(send(browser, "steps/ask/", moved)) == [{"op": "connect", **link, "target": "done"}]
        ended = {**form.data(), "v.text": ""}
        assert ops_of(send(browser, "steps/ask/", ended)) == [{"op": "disconnect", **link}]

    def test_changes_key_and_kind_by_their_own_operations(self, browser: Client) -> None:
        key = {"field": "key", "v.text": "review"}
        answer = send(browser, "steps/ask/", key)
        assert ops_of(answer) == [{"op": "rename_step", "key": "ask", "to": "review"}]
        assert answer.json()["reload"]
        kind = {"field": "kind", "v.choice": "manual"}
        assert ops_of(send(browser, "trigger/", kind)) == [{"op": "set_trigger", "kind": "manual", "with": {}}]

    def test_keeps_what_was_typed_when_it_cannot_be_read(self, browser: Client) -> None:
        data = {"field": "with.due_in", "v.number": "soon", "v.unit": "D"}
        answer = send(browser, "steps/ask/", data)
        assert answer.status_code == 400
        (form,) = read_page(answer.json()["html"]).forms
        assert form.data()["v.number"] == "soon"
        assert answer.json()["refusal"] == "“soon” is no number. Type one such as 5 or 2.5."
        assert next(c for c in form.controls if c.name == "v.number").attributes["aria-invalid"] == "true"

    def test_adds_moves_and_removes_rows(self, browser: Client) -> None:
        rows = {"field": "with.approvers", "v.0.who": "team:legal", "v.1.who": "ana", "do": "remove.0"}
        (op,) = ops_of(send(browser, "steps/ask/", rows))
        assert op["value"] == ["ana"]
        (op,) = ops_of(send(browser, "steps/ask/", {**rows, "do": "down.0"}))
        assert op["value"] == ["ana", "team:legal"]
        added = send(browser, "steps/ask/", {"field": "with.show", "do": "add"}).json()
        assert added["ops"] == []
        assert "v.0.label" in read_page(added["html"]).forms[0].data()

    def test_switches_between_a_form_an_expression_and_json(self, browser: Client) -> None:
        form = fields_of(read(browser, "steps/ask/"))["with.approvers"]
        switched = send(browser, "steps/ask/", {**form.data(), "do": "expression"}).json()
        assert read_page(switched["html"]).forms[0].data()["v.as"] == "expression"
        typed = {"field": "with.approvers", "v.as": "expression", "v.text": "trigger.body.who"}
        (op,) = ops_of(send(browser, "steps/ask/", typed))
        assert op["value"] == "= trigger.body.who"
        as_json = send(browser, "steps/ask/", {**form.data(), "do": "json"}).json()
        data = read_page(as_json["html"]).forms[0].data()
        assert json.loads(data["v.text"]) == ["team:legal"]
        assert ops_of(send(browser, "steps/ask/", data)) == []

    def test_chooses_a_form_of_the_library_with_its_version_and_goes_back_to_fields(self, browser: Client) -> None:
        assert 'name="v.use"' not in browser.get(f"{HOME}steps/ask/").text
        make_form(SMALL)
        make_form({**SMALL, "properties": {**SMALL["properties"], "b": {"type": "string"}}})
        form = fields_of(read(browser, "steps/ask/"))["with.form"]
        assert {"v.use": "", "v.base": ""}.items() <= form.data().items()
        chosen = send(browser, "steps/ask/", {"field": "with.form", "v.use": "expenses"})
        assert ops_of(chosen)[0]["value"] == {"use": "expenses"}
        assert "Always v2" in chosen.json()["html"]
        typed = {"field": "with.form", "v.use": "expenses", "v.used": "expenses", "v.version": "1"}
        assert ops_of(send(browser, "steps/ask/", typed))[0]["value"] == {"use": "expenses", "version": 1}
        other = ops_of(send(browser, "steps/ask/", {**typed, "v.used": "claims"}))
        assert other[0]["value"] == {"use": "expenses"}
        own = {"field": "with.form", "v.use": "", "v.0.name": "a", "v.0.type": "string"}
        assert ops_of(send(browser, "steps/ask/", own))[0]["value"]["properties"] == {"a": {"type": "string"}}

    def test_chooses_a_form_of_the_flow_before_one_of_the_library(self, browser: Client, ana: Person) -> None:
        make_form(SMALL)
        edit_draft(
            ana, {"op": "set", "target": "flow", "path": ["forms"], "value": {"expenses": SMALL, "check": SMALL}}
        )
        chosen = send(browser, "steps/ask/", {"field": "with.form", "v.use": "expenses"})
        assert ops_of(chosen)[0]["value"] == {"use": "expenses"}
        html = chosen.json()["html"]
        assert '<optgroup label="Of this flow"><option value="expenses" selected>' in html
        assert (html.count('value="expenses"'), "v.version" in html) == (1, False)
        assert '"a"' in fields_of(read(browser, "settings/"))["forms"].data()["v.0.value"]

    def test_saves_without_scripts(self, browser: Client, ana: Person) -> None:
        form = fields_of(read(browser, "steps/ask/"))["with.title"]
        answer = browser.post(f"{HOME}steps/ask/", {**form.data(), "v.text": "Look"})
        assert (answer.status_code, answer["Location"]) == (302, f"{HOME}steps/ask/")
        shown = get_designer_draft(ana, "chain")
        assert shown.definition.steps["ask"].settings["title"] == "Look"
        refused = browser.post(f"{HOME}steps/ask/", {"field": "with.due_in", "v.number": "soon", "v.unit": "D"})
        assert refused.status_code == 400
        assert "“soon” is no number." in refused.content.decode()

    def test_reading_makes_no_draft(self, browser: Client) -> None:
        read(browser, "steps/ask/")
        read(browser, "trigger/")
        assert not Draft.objects.exists()

    def test_deletes_a_step_without_scripts(self, browser: Client, ana: Person) -> None:
        assert browser.post(f"{HOME}steps/tell/", {"field": "delete"}).status_code == 302
        steps = get_designer_draft(ana, "chain").definition.steps
        assert list(steps) == ["ask", "done"]
        assert steps["ask"].links == {"approved": "done", "rejected": "done"}


class TestToyKind:
    def test_gets_its_form_of_its_shape_alone(
        self, browser: Client, ana: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(registry.KINDS, "toy.shout", f"{toy_kind.__name__}:SHOUT")
        edit_draft(ana, {"op": "add_step", "key": "shout", "kind": "toy.shout"})
        fields = fields_of(read(browser, "steps/shout/"))
        assert {"with.words", "with.times"} <= set(fields)
        (op,) = ops_of(send(browser, "steps/shout/", {**fields["with.times"].data(), "v.text": "3"}))
        assert op == {"op": "set", "target": "steps/shout", "path": ["with", "times"], "value": 3}


class TestCurl:
    def test_fills_a_request_in(self, blank: tuple[Client, Person]) -> None:
        command = "curl -X POST https://partner.example/orders -H 'X-Ref: 1' --json '{\"a\": 1}'"
        answer = send(blank[0], "steps/http_request/curl/", {"command": command})
        values = {tuple(op["path"]): op["value"] for op in ops_of(answer)}
        assert values[("with", "method")] == "POST"
        assert values[("with", "json")] == {"a": 1}
        assert send(blank[0], "steps/http_request/curl/", {"command": "wget x"}).status_code == 400
        assert send(blank[0], "steps/choose/curl/", {"command": command}).status_code == 404


class TestNew:
    def test_connection_is_made_in_place_by_whom_it_is_allowed(self, live: FlowVersion, browser: Client) -> None:
        assert browser.get(f"{HOME}new/connection/").status_code == 403
        publisher = sign_in(make_person("pub", (live.flow.team, Role.PUBLISHER)))
        form = read(publisher, "new/connection/?kind=none").forms[-1]
        data = {**form.data(), "name": "ERP", "key": "", "base_url": "https://erp.example.com"}
        made = publisher.post(f"{HOME}new/connection/", data, headers={"HX-Request": "true"})
        assert (made.status_code, made["X-Made"]) == (201, "erp"), "the short name is made of the name"
        nameless = publisher.post(f"{HOME}new/connection/", {**data, "name": "東"}, headers={"HX-Request": "true"})
        assert (nameless.status_code, "No short name can be made" in nameless.content.decode()) == (400, True)
        assert publisher.get(f"{HOME}new/thing/").status_code == 404

    def test_secret_is_chosen_by_name_and_never_shown(self, live: FlowVersion) -> None:
        publisher = sign_in(make_person("pub", (live.flow.team, Role.PUBLISHER)))
        assert "The old value" not in publisher.get(f"{HOME}new/secret/").content.decode()
        form = read(publisher, "new/secret/").forms[-1]
        data = {**form.data(), "name": "partner", "value": "s3cr3t-value"}
        made = publisher.post(f"{HOME}new/secret/", data, headers={"HX-Request": "true"})
        assert (made.status_code, made["X-Made"]) == (201, "partner")
        assert "s3cr3t" not in made.content.decode()
        basic = send(publisher, "trigger/", {"field": "with.auth", "v.kind.choice": "bearer", "v.secret.text": ""})
        assert '<option value="partner">' in basic.json()["html"]

    def test_team_of_somebody_else_is_out_of_reach(self, live: FlowVersion) -> None:
        stranger = sign_in(make_person("far", (make_team("elsewhere"), Role.PUBLISHER)))
        for part in ("steps/ask/", "trigger/", "settings/", "new/secret/"):
            assert stranger.get(f"{HOME}{part}").status_code == 404

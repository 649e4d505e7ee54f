"""Steps that ask with a form of the library: what publishing holds against it, and what is asked and kept."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cases.models import Task
from cases.operations import complete_task
from flows.definition.flow_file import read_flow_file, write_flow_file
from flows.errors import FlowRefused
from flows.models import Flow, Run
from flows.operations.publishing import export_flow, import_flow
from flows.queries.form_uses import find_uses_of_forms
from flows.veils import get_sensitive_paths
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.flows import make_run, make_team, settle
from tests.support.forms import NOW, make_form
from tests.support.personas import make_person

pytestmark = pytest.mark.django_db(transaction=True)
FIRST: dict[str, Any] = {
    "type": "object",
    "required": ["price"],
    "properties": {
        "price": {"x-field": "money", "title": "Price", "x-currencies": ["EUR"]},
        "twice": {"x-field": "money", "title": "Twice", "x-currencies": ["EUR"], "x-compute": "price * 2"},
    },
}
SECOND = {**FIRST, "properties": {**FIRST["properties"], "note": {"type": "string", "title": "Note"}}}
HIDING = {**FIRST, "properties": {**FIRST["properties"], "iban": {"type": "string", "x-sensitive": True}}}
NEWEST, THE_FIRST = "{use: claim}", "{use: claim, version: 1}"
OWN = "forms: {claim: {type: object, properties: {zip: {type: string}, iban: {type: string, x-sensitive: true}}}}\n"
HIDDEN = "sensitive: [steps.ask.data.iban]\n"


@pytest.fixture
def sam(db: None) -> Person:
    return make_person("sam", (make_team(), Role.OPERATOR))


def publish(form: str, more: str = "") -> Flow:
    text = (
        f"format: 1\nflow: claims\nname: Claims\nteam: marketing\n{more}steps:\n"
        f"  ask: {{kind: task.assign, with: {{title: Claim, to: [sam], form: {form}}}}}\n"
    )
    import_flow(text=text, person=None, publish=True, now=NOW)
    return Flow.objects.get(key="claims")


def refusals(form: str, more: str = "") -> list[str]:
    with pytest.raises(FlowRefused) as refused:
        publish(form, more)
    assert refused.value.code == "flow.invalid"
    return [str(finding["message"]) for finding in refused.value.details["findings"]]


def ask(flow: Flow) -> tuple[Run, Task]:
    assert flow.live_version is not None
    run = make_run(flow.live_version)
    settle()
    return run, Task.objects.get(correlation=str(run.pk))


class TestPublishing:
    @pytest.mark.parametrize(
        ("form", "words"),
        [
            ("{use: clam}", "The team Marketing has no form 'clam'."),
            ("{use: draft}", "The form 'draft' is not published yet, so nobody can be asked to fill it in."),
            ("{use: claim, version: 7}", "The form 'claim' has no version 7. The newest is 1;"),
        ],
    )
    def test_refuses_a_form_that_cannot_be_asked(self, sam: Person, form: str, words: str) -> None:
        make_form(FIRST, key="claim")
        make_form(FIRST, key="draft", publish=False)
        assert any(message.startswith(words) for message in refusals(form))
        assert not Flow.objects.filter(live_version__isnull=False).exists()

    def test_wants_what_the_form_hides_hidden_by_the_flow_and_its_version_named(self, sam: Person) -> None:
        make_form(HIDING, key="claim")
        assert "The form 'claim' hides fields, so name its version here: version: 1." in refusals(NEWEST)
        told = "The form 'claim' hides 'data.iban'. Add 'steps.ask.data.iban' under 'sensitive'."
        assert told in refusals(THE_FIRST)
        assert publish(THE_FIRST, HIDDEN).live_version is not None


class TestFormsOfTheFlow:
    def test_go_before_the_library_and_come_out_of_the_file_as_they_went_in(self, sam: Person) -> None:
        make_form(FIRST, key="claim")
        flow = publish(NEWEST, OWN)
        run, task = ask(flow)
        assert list(task.form["properties"]) == ["zip", "iban"]
        complete_task(task_id=task.pk, person=sam, outcome="done", data={"zip": "1", "iban": "DE00"}, now=NOW)
        settle()
        assert json.loads(run.visits.get(key="ask").output)["data"]["iban"] == "DE00"
        assert get_sensitive_paths(run.version_id).of_step("ask") == (("data", "iban"),)
        exported = export_flow(key="claims", person=None)
        again = read_flow_file(exported).definition
        assert again is not None
        assert list(again.forms) == ["claim"]
        assert write_flow_file(again) == exported

    def test_are_no_uses_of_the_library(self, sam: Person) -> None:
        form = make_form(FIRST, key="claim")
        publish(NEWEST, OWN)
        assert find_uses_of_forms([form]) == {form.pk: []}


class TestFilling:
    FLOW = (
        "format: 1\nflow: claims\nname: Claims\nteam: marketing\n{more}steps:\n"
        "  ask: {{kind: task.assign, with: {{title: Claim, to: [sam], form: {form}, fill: {fill}}}}}\n"
    )
    FILL = '{price: "= trigger.body.price", note: "= trigger.body.iban"}'

    def publish(self, fill: str = FILL, form: str = NEWEST, more: str = "") -> Flow:
        import_flow(text=self.FLOW.format(fill=fill, form=form, more=more), person=None, publish=True, now=NOW)
        return Flow.objects.get(key="claims")

    def ask(self, flow: Flow) -> dict[str, Any]:
        assert flow.live_version is not None
        body = {"price": {"amount": "5", "currency": "EUR"}, "iban": "DE02-4711-0815"}
        run = make_run(flow.live_version, body)
        settle()
        form: dict[str, Any] = Task.objects.get(correlation=str(run.pk)).form
        return {key: shape.get("default") for key, shape in form["properties"].items()}

    def test_puts_in_what_the_run_knows(self, sam: Person) -> None:
        make_form(SECOND, key="claim")
        price = {"amount": "5", "currency": "EUR"}
        assert self.ask(self.publish()) == {"price": price, "twice": None, "note": "DE02-4711-0815"}

    def test_leaves_out_what_is_sensitive(self, sam: Person) -> None:
        make_form(SECOND, key="claim")
        filled = self.ask(self.publish(more="trigger: {kind: manual}\nsensitive: [trigger.body.iban]\n"))
        assert (filled["price"]["amount"], filled["note"]) == ("5", None)

    @pytest.mark.parametrize(
        ("form", "more"),
        [
            (NEWEST, ""),
            (NEWEST, "forms: {claim: {type: object, properties: {zip: {type: string}}}}\n"),
            ("{type: object, properties: {zip: {type: string}}}", ""),
        ],
    )
    def test_names_fields_that_there_are(self, sam: Person, form: str, more: str) -> None:
        make_form(FIRST, key="claim")
        with pytest.raises(FlowRefused) as refused:
            self.publish("{gone: 1}", form, more)
        (found,) = [one for one in refused.value.details["findings"] if one["severity"] == "error"]
        assert found["message"].startswith("The form has no field 'gone' to fill in. Fields: ")


class TestAsking:
    def test_takes_the_named_version_and_the_run_gets_what_was_worked_out(self, sam: Person) -> None:
        make_form(FIRST, key="claim")
        flow = publish(THE_FIRST)
        make_form(SECOND, key="claim")
        run, task = ask(flow)
        assert list(task.form["properties"]) == ["price", "twice"]
        price = {"amount": "20.50", "currency": "EUR"}
        sent = {"price": price, "twice": {"amount": "1", "currency": "EUR"}}
        complete_task(task_id=task.pk, person=sam, outcome="done", data=sent, now=NOW)
        settle()
        run.refresh_from_db()
        assert run.status == Run.Status.COMPLETED
        kept = {"price": price, "twice": {"amount": "41.00", "currency": "EUR"}}
        assert Task.objects.get(pk=task.pk).data == kept
        assert json.loads(run.visits.get(key="ask").output)["data"] == kept

    def test_takes_the_newest_version_where_none_is_named(self, sam: Person) -> None:
        make_form(FIRST, key="claim")
        flow = publish(NEWEST)
        make_form(SECOND, key="claim")
        assert list(ask(flow)[1].form["properties"]) == ["price", "twice", "note"]

    def test_asks_nobody_with_a_newer_version_that_hides_fields(self, sam: Person) -> None:
        make_form(FIRST, key="claim")
        flow = publish(NEWEST)
        make_form(HIDING, key="claim")
        assert flow.live_version is not None
        run = make_run(flow.live_version)
        settle()
        assert not Task.objects.filter(correlation=str(run.pk)).exists()
        assert json.loads(run.visits.get(key="ask").error)["code"] == "task.form_hides"

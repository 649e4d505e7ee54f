"""The sample data that an author designs with."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from flows.definition.flow_file import parse_flow_file
from flows.definition.model import FlowDefinition, Step
from flows.models import Flow, FlowVersion, StepSample, StepVisit, TriggerSample
from flows.queries.samples import get_samples, list_sample_runs
from flows.queries.targets import list_targets
from integrator.lib.redaction import MASK
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.flows import make_team, make_version, run_to_rest
from tests.support.forms import make_form
from tests.support.personas import make_person
from tests.support.tables import make_live_table

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
GREET = """
format: 1
flow: greet
name: Greet
team: marketing
trigger:
  kind: webhook
  path: greet
  auth: {kind: none}
  schema:
    type: object
    properties:
      name: {type: string, examples: [Ada]}
      iban: {type: string, x-sensitive: true, examples: [DE00]}
steps:
  hello: {kind: set, with: {text: "= 'Hello ' & trigger.body.name", secret: "= trigger.body.iban"}, next: bye}
  bye: {kind: set, with: {text: "= steps.hello.text & '!'"}}
"""


@pytest.fixture
def version() -> FlowVersion:
    return make_version(GREET)


@pytest.fixture
def definition() -> FlowDefinition:
    return parse_flow_file(GREET)


@pytest.fixture
def ana() -> Person:
    return make_person("", (make_team("marketing"), Role.ANALYST))


class TestGetSamples:
    def test_makes_all_of_it_up_without_runs(
        self, version: FlowVersion, definition: FlowDefinition, ana: Person
    ) -> None:
        samples = get_samples(version.flow, ana, definition)
        assert samples.trigger.value["body"] == {"name": "Ada", "iban": MASK}
        assert samples.steps["bye"].value == {"text": "Hello Ada!"}
        assert samples.trigger.is_made_up
        assert not samples.trigger.is_pinned

    def test_takes_the_last_run_and_covers_what_is_sensitive(
        self, version: FlowVersion, definition: FlowDefinition, ana: Person
    ) -> None:
        run_to_rest(version, {"name": "Old", "iban": "DE1"})
        run_to_rest(version, {"name": "Bea", "iban": "DE89370400440532013000"}, business_key="CH-7")
        samples = get_samples(version.flow, ana, definition)
        assert samples.trigger.value["body"] == {"name": "Bea", "iban": MASK}
        assert samples.steps["hello"].value == {"text": "Hello Bea", "secret": MASK}
        assert (samples.trigger.source, samples.trigger.said) == ("run", "run CH-7")
        assert samples.run["business_key"] == "CH-7"

    def test_prefers_what_the_author_pinned(
        self, version: FlowVersion, definition: FlowDefinition, ana: Person
    ) -> None:
        run_to_rest(version, {"name": "Bea", "iban": "DE1"})
        given = {"body": {"name": "Cy", "iban": "DE2"}, "headers": {}, "query": {}, "files": []}
        of = {"flow": version.flow, "author": ana, "taken_at": NOW}
        TriggerSample.objects.create(source="pasted", data=json.dumps(given), label="pasted", **of)
        StepSample.objects.create(step_key="hello", source="try", output='{"text": "Hi"}', label="", **of)
        samples = get_samples(version.flow, ana, definition)
        assert samples.trigger.value["body"] == {"name": "Cy", "iban": MASK}
        assert (samples.trigger.is_pinned, samples.steps["hello"].value) == (True, {"text": "Hi"})
        assert samples.steps["bye"].said.startswith("run of ")

    def test_makes_the_trigger_anew_where_the_author_wants_the_schema(
        self, version: FlowVersion, definition: FlowDefinition, ana: Person
    ) -> None:
        run_to_rest(version, {"name": "Bea", "iban": "DE1"})
        TriggerSample.objects.create(source="schema", flow=version.flow, author=ana, taken_at=NOW)
        sample = get_samples(version.flow, ana, definition).trigger
        assert (sample.value["body"]["name"], sample.is_pinned, sample.is_made_up) == ("Ada", True, True)

    def test_shows_no_runs_to_those_who_may_not_see_them(
        self, version: FlowVersion, definition: FlowDefinition
    ) -> None:
        run_to_rest(version, {"name": "Bea", "iban": "DE1"})
        stranger = make_person("", (make_team("hr"), Role.ANALYST))
        assert get_samples(version.flow, stranger, definition).trigger.value["body"]["name"] == "Ada"
        assert list(list_sample_runs(version.flow, stranger)) == []

    def test_takes_the_last_of_several_visits_that_succeeded(
        self, version: FlowVersion, definition: FlowDefinition, ana: Person
    ) -> None:
        run = run_to_rest(version, {"name": "Bea", "iban": "DE1"})
        for sequence, (status, text) in enumerate([("succeeded", "again"), ("failed", "never")], start=10):
            StepVisit.objects.create(
                run=run,
                sequence=sequence,
                key="bye",
                visit=sequence,
                kind="set",
                status=status,
                started_at=NOW,
                output=json.dumps({"text": text}),
            )
        assert get_samples(version.flow, ana, definition).steps["bye"].value == {"text": "again"}

    def test_makes_what_a_decision_table_gives_of_its_columns(self, ana: Person) -> None:
        make_live_table()
        text = GREET[: GREET.index("steps:")] + "steps:\n  ask: {kind: decision_table, with: {table: triage}}\n"
        definition = parse_flow_file(text)
        flow = Flow.objects.create(key="asks", name="Asks", team=make_team("marketing"))
        assert get_samples(flow, ana, definition).steps["ask"].value == {"team": "Team", "days": 100}


class TestListTargets:
    def test_knows_the_inputs_of_a_decision_table(self, ana: Person) -> None:
        make_live_table()
        step = Step(key="ask", kind="decision_table", settings={"table": "triage"})
        found = list_targets(make_team("marketing"), step, "input")
        assert [(each.name, each.type, each.help) for each in found] == [
            ("amount", "number", "Amount"),
            ("region", "text", "Region"),
        ]

    def test_knows_none_of_other_teams_and_settings(self, ana: Person) -> None:
        make_live_table()
        step = Step(key="ask", kind="decision_table", settings={"table": "triage"})
        assert list_targets(make_team("hr"), step, "input") == []
        assert list_targets(make_team("marketing"), step, "table") == []

    def test_expect_the_fields_of_a_form(self, transactional_db: None) -> None:
        make_form()
        named = Step(key="ask", kind="task.assign", settings={"form": {"use": "expenses"}})
        found = list_targets(make_team("marketing"), named, "fill")
        assert [(one.name, one.type) for one in found] == [("reason", "text"), ("lines", "list"), ("boss", "text")]
        assert list_targets(make_team("hr"), named, "fill") == []
        own = Step(key="ask", kind="task.assign", settings={"form": {"properties": {"paid": {"type": "boolean"}}}})
        assert [(one.name, one.type) for one in list_targets(make_team("hr"), own, "fill")] == [("paid", "yes or no")]

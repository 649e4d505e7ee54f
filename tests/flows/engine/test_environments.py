"""Runs go by the addresses of the environment that they, or the trigger of their flow, name; never by another's."""

from __future__ import annotations

from typing import Any

import pytest

from flows.definition.flow_file import read_flow_file
from flows.definition.model import FlowDefinition
from flows.engine import runner
from flows.errors import FlowRefused
from flows.models import Effect, Flow, Run
from flows.operations.connections import remove_environment, rename_environment
from flows.operations.publishing import import_flow, publish_draft
from flows.operations.runs.repeating import run_again_from
from flows.queries.findings import find_findings
from flows.queries.publishing import Candidate, get_consequences
from integrator.database.clock import get_database_now
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.connections import make_place
from tests.support.flows import make_run, make_team, make_version, settle
from tests.support.loopback import answer, serve
from tests.support.personas import make_person

pytestmark = pytest.mark.django_db(transaction=True)
CALLING = """\
format: 1
flow: calling
name: Calling
team: marketing
trigger: {kind: manual, environment: staging}
steps:
  call: {kind: http.request, with: {method: POST, url: /orders, connection: erp}}
"""
PARENT = """\
format: 1
flow: parent
name: Parent
team: marketing
trigger: {kind: manual, environment: ENVIRONMENT}
steps:
  go: {kind: subflow, with: {flow: calling, input: {}}}
"""


@pytest.fixture
def ana(transactional_db: None) -> Person:
    return make_person("ana", (make_team("marketing"), Role.PUBLISHER))


def read(text: str) -> FlowDefinition:
    return read_flow_file(text).definition


def run_on() -> None:
    while runner.advance_runs():
        pass


class TestRuns:
    @pytest.mark.parametrize(
        ("more", "called"),
        [
            ({}, "staging"),
            ({"is_test": True}, "test"),
            ({"is_test": True, "environment": "mine"}, "mine"),
        ],
    )
    def test_call_the_address_of_their_environment(self, more: dict[str, Any], called: str) -> None:
        places = {
            name: make_place(base_url="http://10.0.0.1", name=name) for name in ("live", "test", "staging", "mine")
        }
        make_run(make_version(CALLING), **more)
        run_on()
        assert Effect.objects.get().environment_id == places[called].pk

    def test_of_published_flows_call_live_without_a_name(self) -> None:
        live = make_place(base_url="http://10.0.0.1")
        make_run(make_version(CALLING.replace(", environment: staging", "")))
        run_on()
        assert Effect.objects.get().environment_id == live.pk

    @pytest.mark.parametrize("named", ["live", "mine"])
    def test_that_a_step_starts_go_by_that_of_the_run_which_started_them(self, named: str) -> None:
        places = {name: make_place(base_url="http://10.0.0.1", name=name) for name in ("live", "staging", "mine")}
        make_version(CALLING)
        make_run(make_version(PARENT.replace("ENVIRONMENT", named)))
        run_on()
        assert Run.objects.get(parent__isnull=False).environment == named
        assert Effect.objects.get().environment_id == places[named].pk

    def test_that_are_repeated_keep_it(self, ana: Person) -> None:
        make_version(CALLING)
        old = make_run(make_version(CALLING), is_test=True, environment="mine")
        Run.objects.filter(pk=old.pk).update(status=Run.Status.FAILED)
        ana.memberships.update(role=Role.OPERATOR)
        again = run_again_from(run_id=old.pk, step="call", person=ana, now=get_database_now())
        assert (again.is_test, again.environment) == (True, "mine")

    def test_stop_with_words_where_the_connection_has_none(self) -> None:
        make_place(base_url="http://10.0.0.1")
        run = make_run(make_version(CALLING))
        run_on()
        incident = run.incidents.get()
        assert incident.code == "connection.environment_missing"
        assert "no address in the environment 'staging'" in incident.message
        assert not Effect.objects.exists()


class TestPlannedCalls:
    def test_go_where_they_were_planned_for_under_its_new_name(self, ana: Person, settings: Any) -> None:
        settings.OUTBOUND_ALLOW = ["127.0.0.0/8"]
        with serve(lambda client, request: client.sendall(answer(b"{}"))) as target:
            place = make_place(base_url=target.url, name="mine")
            run = make_run(make_version(CALLING), is_test=True, environment="mine")
            run_on()
            rename_environment(connection_id=place.connection_id, name="mine", to="yours", person=ana)
            settle()
        run.refresh_from_db()
        assert (run.status, len(target.requests), run.incidents.count()) == (Run.Status.COMPLETED, 1, 0)

    def test_stop_with_words_where_it_was_removed(self, ana: Person) -> None:
        place = make_place(base_url="http://10.0.0.1", name="mine")
        run = make_run(make_version(CALLING), is_test=True, environment="mine")
        run_on()
        remove_environment(connection_id=place.connection_id, name="mine", person=ana)
        settle()
        assert run.incidents.get().code == "connection.environment_missing"


class TestPublishing:
    def test_refuses_an_environment_that_a_connection_lacks(self, ana: Person) -> None:
        make_place(base_url="http://10.0.0.1")
        import_flow(text=CALLING, person=ana, now=get_database_now())
        with pytest.raises(FlowRefused) as caught:
            publish_draft(key="calling", author=ana, person=ana, now=get_database_now())
        (fault,) = caught.value.details["errors"]
        assert fault["pointer"] == "/steps/call/with/connection"
        assert "'ERP' has no environment 'staging'" in fault["message"]
        flow = Flow.objects.get(key="calling")
        told = get_consequences(
            Candidate(flow=flow, definition=read(CALLING), base_version_id=None), now=get_database_now()
        )
        assert [one.code for one in told.faults] == ["flow.environment_missing"]
        make_place(base_url="http://10.0.0.1", name="staging")
        assert publish_draft(key="calling", author=ana, person=ana, now=get_database_now()).is_new

    def test_warns_of_it_in_a_draft(self) -> None:
        make_place(base_url="http://10.0.0.1")
        found = find_findings(read(CALLING), team=make_team("marketing"), flow=None)
        assert [(one.code, one.severity) for one in found] == [("flow.environment_missing", "warning")]

    @pytest.mark.parametrize("name", ["Staging", "a b", "", "x" * 21])
    def test_refuses_what_cannot_be_a_name(self, name: str) -> None:
        found = find_findings(read(CALLING.replace("staging", f'"{name}"')), team=make_team("marketing"), flow=None)
        assert "An environment is called by" in "".join(one.message for one in found if one.severity == "error")

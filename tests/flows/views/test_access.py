"""Every page of flows, runs, incidents, requests and the audit trail, as everybody."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from flows.models import Run
from integrator.people.models import Membership, Person
from integrator.people.roles import Role
from tests.support.flows import make_team
from tests.support.messages import send
from tests.support.personas import make_person, sign_in
from tests.support.run_pages import incident_of, make_sum_run, person_with, store_request
from tests.support.triggers import publish

pytestmark = pytest.mark.django_db(transaction=True)

FLOW = {"key": "sum"}
GIVE = Callable[[Run], dict[str, Any]]


def run_kwargs(run: Run) -> dict[str, Any]:
    return {"run_id": run.id}


def incident_kwargs(run: Run) -> dict[str, Any]:
    return {"incident_id": incident_of(run).id}


def request_kwargs(run: Run) -> dict[str, Any]:
    return {"request_id": store_request(run.version).id}


def flow_kwargs(run: Run) -> dict[str, Any]:
    return FLOW


def manual_kwargs(run: Run) -> dict[str, Any]:
    return {"key": publish("{kind: manual}", key="by-hand").key}


def poll_kwargs(run: Run) -> dict[str, Any]:
    return {"key": publish("{kind: poll, every: PT5M, url: 'https://erp.example/orders'}", key="asking").key}


READ = [  # (address, its parts, a role of the team that does not see it)
    ("flow", flow_kwargs, None),
    ("flow_versions", flow_kwargs, None),
    ("flow_version", lambda run: {**FLOW, "number": 1}, None),
    ("flow_runs", flow_kwargs, Role.VIEWER),
    ("flow_requests", flow_kwargs, Role.APPROVER),
    ("run", run_kwargs, Role.VIEWER),
    ("run_news", run_kwargs, Role.APPROVER),
    ("run_outside", run_kwargs, Role.VIEWER),
    ("run_events", run_kwargs, Role.VIEWER),
    ("flow_canvas", flow_kwargs, None),
    ("flow_version_canvas", lambda run: {**FLOW, "number": 1}, None),
    ("run_canvas", run_kwargs, Role.VIEWER),
    ("run_overlay", run_kwargs, Role.APPROVER),
    ("incident", incident_kwargs, Role.APPROVER),
    ("request", request_kwargs, Role.VIEWER),
]
LISTS = ["flows", "runs", "incidents", "requests", "messages"]
COPY = {"name": "Sum again", "key": "sum-again", "team": "marketing", "do": "look"}
CHANGE = [  # (address, its parts, what is posted, who may, a role that sees it and may not)
    ("flow_start", manual_kwargs, {}, Role.OPERATOR, Role.ANALYST),
    ("flow_ask", poll_kwargs, {}, Role.OPERATOR, Role.ANALYST),
    ("flow_pause", flow_kwargs, {"state": "paused"}, Role.OPERATOR, Role.VIEWER),
    ("flow_export", flow_kwargs, {}, Role.ANALYST, Role.VIEWER),
    ("flow_version_export", lambda run: {**FLOW, "number": 1}, {}, Role.AUDITOR, Role.APPROVER),
    ("flow_settings", flow_kwargs, {"tags": "one"}, Role.ANALYST, Role.VIEWER),
    ("flow_clone", flow_kwargs, COPY, Role.ANALYST, Role.OPERATOR),
    ("flow_archive", flow_kwargs, {"state": "archived"}, Role.PUBLISHER, Role.ANALYST),
    ("run_cancel", run_kwargs, {}, Role.OPERATOR, Role.ANALYST),
    ("run_again", run_kwargs, {"step": "add"}, Role.PUBLISHER, Role.AUDITOR),
    ("incident", incident_kwargs, {"answer": "retry"}, Role.OPERATOR, Role.AUDITOR),
    ("request_replay", request_kwargs, {}, Role.LEAD, Role.ANALYST),
]
PAGES_TOO = {"incident", "flow_start", "flow_settings", "flow_clone"}
BY_NAME = pytest.mark.parametrize


@pytest.fixture
def run() -> Run:
    return make_sum_run()


def open_page(client: Client, name: str, kwargs: dict[str, Any]) -> HttpResponse:
    return client.get(reverse(name, kwargs=kwargs))


def stranger() -> Person:
    return make_person("", *((make_team("hr"), role) for role in Role))


class TestPages:
    @BY_NAME(("name", "give", "blind"), READ, ids=[row[0] for row in READ])
    def test_show_their_team_and_hide_from_all_others(
        self, run: Run, name: str, give: GIVE, blind: Role | None
    ) -> None:
        kwargs = give(run)
        assert open_page(person_with(Role.OPERATOR)[1], name, kwargs).status_code == 200
        assert open_page(sign_in(make_person("", (None, Role.AUDITOR))), name, kwargs).status_code == 200
        assert open_page(sign_in(stranger()), name, kwargs).status_code == 404
        if blind is not None:
            assert open_page(person_with(blind)[1], name, kwargs).status_code == 404
        answer = open_page(sign_in(None), name, kwargs)
        assert (answer.status_code, answer.headers["Location"].startswith("/accounts/login/")) == (302, True)

    @BY_NAME("name", [row[0] for row in READ])
    def test_tell_strangers_what_a_missing_thing_tells(self, run: Run, name: str) -> None:
        give = next(row[1] for row in READ if row[0] == name)
        kwargs = give(run)
        client = sign_in(stranger())
        hidden = open_page(client, name, kwargs)
        absent = {key: "nothing-here" if key == "key" else uuid.uuid4() for key in kwargs if key != "number"}
        missing = open_page(client, name, {**kwargs, **absent})
        assert (hidden.status_code, hidden.content) == (missing.status_code, missing.content) == (404, missing.content)

    @BY_NAME("name", LISTS)
    def test_lists_hold_nothing_of_other_teams(self, run: Run, name: str) -> None:
        store_request(run.version)
        send("of-marketing")
        seen = open_page(person_with(Role.OPERATOR)[1], name, {}).content.decode()
        hidden = open_page(sign_in(stranger()), name, {}).content.decode()
        mark = {
            "flows": "/flows/sum/",
            "runs": str(run.id),
            "incidents": str(run.id),
            "requests": "/hooks/sum",
            "messages": "of-marketing",
        }[name]
        assert mark in seen
        assert mark not in hidden

    def test_act_on_a_change_of_rights_at_once(self, run: Run) -> None:
        person, client = person_with(Role.OPERATOR)
        assert open_page(client, "run", {"run_id": run.id}).status_code == 200
        Membership.objects.filter(person=person).delete()
        assert open_page(client, "run", {"run_id": run.id}).status_code == 404

    def test_turn_the_deactivated_away(self, run: Run) -> None:
        person, client = person_with(Role.OPERATOR)
        Person.objects.filter(pk=person.pk).update(is_active=False)
        assert open_page(client, "run", {"run_id": run.id}).status_code == 302


class TestChanges:
    @BY_NAME(("name", "give", "body", "may", "may_not"), CHANGE, ids=[row[0] for row in CHANGE])
    def test_are_for_those_with_the_right(
        self, run: Run, name: str, give: GIVE, body: dict[str, str], may: Role, may_not: Role
    ) -> None:
        address = reverse(name, kwargs=give(run))
        assert sign_in(stranger()).post(address, body).status_code == 404
        assert person_with(may_not)[1].post(address, body).status_code == 403
        assert person_with(may)[1].post(address, body).status_code in {200, 302}
        assert sign_in(None).post(address, body).headers["Location"].startswith("/accounts/login/")

    @BY_NAME(("name", "give"), [row[:2] for row in CHANGE], ids=[row[0] for row in CHANGE])
    @BY_NAME("headers", [{}, {"HX-Request": "true"}], ids=["form", "htmx"])
    def test_want_the_token_of_the_page(self, run: Run, name: str, give: GIVE, headers: dict[str, str]) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(person_with(Role.PUBLISHER)[0])
        assert client.post(reverse(name, kwargs=give(run)), {}, headers=headers).status_code == 403

    @BY_NAME(("name", "give"), [row[:2] for row in CHANGE if row[0] not in PAGES_TOO])
    def test_are_no_links(self, run: Run, name: str, give: GIVE) -> None:
        assert person_with(Role.PUBLISHER)[1].get(reverse(name, kwargs=give(run))).status_code == 405

    def test_say_nothing_of_what_one_may_not_do(self, run: Run) -> None:
        page = open_page(person_with(Role.AUDITOR)[1], "run", {"run_id": run.id}).content.decode()
        assert "Cancel the run" not in page
        assert "Try again" not in page
        assert "Operators of Marketing may answer it" in page


class TestAuditTrail:
    def test_is_for_auditors_and_admins(self, run: Run) -> None:
        for role, status in ((Role.AUDITOR, 200), (Role.ADMIN, 200), (Role.OPERATOR, 404), (Role.LEAD, 404)):
            client = person_with(role)[1]
            assert client.get("/audit/").status_code == status
            assert client.post("/audit/export/csv/").status_code == status

    def test_is_no_place_for_strangers(self) -> None:
        assert sign_in(None).get("/audit/").status_code == 302

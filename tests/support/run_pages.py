"""A small world for the pages about flows and runs: flows of one team, runs in each state, and who may look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client

from flows.models import Effect, FlowVersion, Incident, Run, StoredRequest
from integrator.lib.ids import new_uuid
from integrator.people.models import Person, Team
from integrator.people.roles import Role
from tests.support.flow_files import SUM
from tests.support.flows import make_team, make_version, run_to_rest, settle
from tests.support.personas import make_person, sign_in
from tests.support.scripted import ScriptedConnector

SENDING = """
format: 1
flow: sending
name: Sending
team: marketing
trigger: {kind: webhook, path: sending, auth: {kind: none}}
steps:
  send:
    kind: test.send
    name: Tell the hub
    with: {repeat: REPEAT, value: "= trigger.body.title"}
    next: done
  done: {kind: stop, name: Finish, with: {output: "= steps.send"}}
"""


def person_with(role: Role, team: Team | None = None) -> tuple[Person, Client]:
    """Somebody who holds the role in marketing (or ``team``), and their browser."""
    person = make_person("", (team or make_team(), role))
    return person, sign_in(person)


def make_sum_run(body: Any = None, **more: Any) -> Run:
    """A run of SUM at rest: completed with both numbers, else it needs a person."""
    return run_to_rest(get_version(SUM), body or {"a": 1}, **more)


def make_sending_run(connector: ScriptedConnector, *answers: Any, repeat: str = "ask", **more: Any) -> Run:
    """A run that sends something outside and gets these answers."""
    connector.answers = list(answers)
    return run_to_rest(get_version(SENDING.replace("REPEAT", repeat)), {"title": "Banner"}, **more)


def get_version(text: str) -> FlowVersion:
    """The newest version of the file's flow, published at first use."""
    key = next(line for line in text.splitlines() if line.startswith("flow:")).partition(":")[2].strip()
    return FlowVersion.objects.filter(flow__key=key).order_by("-number").first() or make_version(text)


def incident_of(run: Run) -> Incident:
    """The run's newest incident."""
    return run.incidents.order_by("-opened_at", "-id")[0]


def make_due_and_settle() -> None:
    """Let every planned try leave now."""
    Effect.objects.filter(status="planned").update(due_at=datetime.now(UTC) - timedelta(seconds=1))
    settle()


def store_request(version: FlowVersion | None, **values: Any) -> StoredRequest:
    """A stored call to the flow (None: to an address nobody knows), refused unless ``values`` say otherwise."""
    from flows.models import Trigger

    trigger = None
    if version is not None:
        flow = version.flow
        trigger, _ = Trigger.objects.get_or_create(flow=flow, defaults={"kind": "webhook", "path": flow.key})
    defaults = {
        "id": new_uuid(),
        "trigger": trigger,
        "team_id": trigger.flow.team_id if trigger else None,
        "path": f"/hooks/{trigger.path}" if trigger else "/hooks/unknown",
        "method": "POST",
        "received_at": datetime.now(UTC),
        "remote_address": "203.0.113.24",
        "headers": {"content-type": "application/json", "authorization": "Bearer hidden-value"},
        "body": '{"amount": "12"}',
        "body_bytes": 16,
        "outcome": "refused",
        "status": 400,
        "reason": "/amount: a number was expected",
        "errors": [{"pointer": "/amount", "message": "a number was expected"}],
    }
    return StoredRequest.objects.create(**{**defaults, **values})


def text_of(response: HttpResponse) -> str:
    """The page as text with white space folded."""
    return " ".join(response.content.decode().split())


HTMX = {"HX-Request": "true"}

"""Sensitive fields: a marker planted in each is found nowhere but in the rows that a run needs, and behind a reveal."""

from __future__ import annotations

import base64
import html
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from cases.models import Task
from flows.models import Incident, Run, StoredRequest
from flows.operations.runs import answer_incident
from integrator.events.models import Event, EventPayload
from integrator.lib.redaction import MASK
from integrator.people.models import Person, Team
from integrator.people.roles import Role
from tests.support.api import Api
from tests.support.crawler import LINK
from tests.support.echo import echoing_target
from tests.support.flows import make_team, settle
from tests.support.hooks import listen_to, post
from tests.support.personas import make_person, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

MARKERS = {
    "a field of the schema": "DE44-mark-7f3a91c2",
    "a number of the schema": 918273645,
    "a header named by the flow": "hdr-mark-91aa2f07",
    "a field of a form": "code-mark-55d1e9b3",
    "what a step found": "found-mark-0c7be144",
    "a field of a refused call": "REF7mark",
    "a field of a repeated call": "rep-mark-6e21aa90",
}
IBAN, ACCOUNT, HEADER, CODE, FOUND, REFUSED, REPEATED = MARKERS.values()
MUST_HOLD = {  # the data itself: what came in, what the engine computes with, what people decide on
    "flows_runinput",
    "flows_storedrequest",
    "flows_run",
    "flows_stepvisit",
    "flows_effect",
    "flows_signal",
    "cases_case",
    "cases_task",
}
FLOW = """
format: 1
flow: pay
name: Pay
team: marketing
trigger:
  kind: webhook
  path: pay
  auth: {kind: none}
  schema:
    type: object
    required: [ref, iban]
    properties:
      ref: {type: string}
      iban: {type: string, minLength: 10, x-sensitive: true}
      account: {type: integer, x-sensitive: true}
      pin: {type: string, x-sensitive: true}
  dedupe: "= body.ref"
  business_key: "= body.ref"
sensitive: [trigger.headers.x_account, steps.lookup.secret]
steps:
  open:
    kind: case.open
    with: {type: payment, title: "= 'Pay ' & trigger.body.iban", data: {iban: "= trigger.body.iban"}}
  lookup: {kind: set, with: {secret: "= 'found-mark-' & $lowercase('0C7BE144')"}}
  copy:
    kind: set
    with:
      copied: ["= trigger.body.iban", "= steps.lookup.secret", "= trigger.headers.x_account"]
      text: "= 'account ' & $string(trigger.body.account)"
  ask:
    kind: task.assign
    with:
      title: "= 'Check ' & trigger.body.iban"
      to: [team:legal]
      show: [{label: Bank account, value: "= trigger.body.iban"}, {label: Reference, value: "= trigger.body.ref"}]
      form: {type: object, properties: {code: {type: string, x-sensitive: true}, note: {type: string}}}
    on: {done: call}
  call:
    kind: http.request
    with:
      method: POST
      url: TARGET/ok
      headers: {X-Account: "= trigger.headers.x_account"}
      json: {iban: "= trigger.body.iban", code: "= steps.ask.data.code", all: "= steps.copy"}
  fail:
    kind: http.request
    with: {method: POST, url: TARGET/fail, query: {iban: "= trigger.body.iban"}, json: {code: "= steps.ask.data.code"}}
  end: {kind: case.close, with: {status: "= 'paid ' & steps.ask.data.code"}}
"""
LINKS = [("open", "lookup"), ("lookup", "copy"), ("copy", "ask"), ("call", "fail"), ("fail", "end")]


def make_flow(target: str) -> str:
    """The flow with its links and the address of the target."""
    text = FLOW.replace("TARGET", target)
    for source, follower in LINKS:
        head, mark, rest = text.partition(f"\n  {source}:")
        line, _, after = rest.partition("\n")
        if line.strip():  # on one line
            text = f"{head}{mark}{line[:-1]}, next: {follower}}}\n{after}"
        else:
            text = f"{head}{mark}\n    next: {follower}\n{after}"
    return text


@pytest.fixture
def people() -> dict[str, Person]:
    team, legal = make_team(), Team.objects.create(slug="legal", name="Legal")
    return {
        "ops": make_person("ops", (team, Role.OPERATOR), (team, Role.LEAD)),
        "ana": make_person("ana", (team, Role.ANALYST), (team, Role.PUBLISHER)),
        "lee": make_person("lee", (legal, Role.APPROVER)),
        "aud": make_person("aud", (None, Role.AUDITOR)),
        "admin": make_person("admin", (None, Role.ADMIN)),
    }


@pytest.fixture
def target(settings: Any) -> Iterator[str]:
    with echoing_target() as address:
        settings.OUTBOUND_ALLOW = (address.removeprefix("http://"),)
        yield address


def start(target: str) -> Run:
    """The flow, a call, its repeat with another body, and one that is refused."""
    listen_to(make_flow(target))
    body = {"ref": "order-1", "iban": IBAN, "account": ACCOUNT, "pin": "7x"}
    answer = post("pay", body, headers={"X-Account": HEADER})
    assert answer.status_code == 202, answer.content
    assert post("pay", {**body, "iban": REPEATED}).json()["duplicate"] is True
    refused = post("pay", {"ref": "order-2", "iban": REFUSED})
    assert refused.status_code == 400
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/iban"]
    assert post("pay", b'{"iban": "' + str(IBAN).encode() + b'"').status_code == 400
    settle()
    return Run.objects.get()


def encode(marker: object) -> list[str]:
    """The marker as it is, and the part of its base64 that is the same wherever it begins in a group of three."""
    plain = str(marker).encode()
    forms = [plain.decode()]
    for offset in range(3):
        forms.append(base64.b64encode(bytes(offset) + plain).decode()[(0, 2, 3)[offset] + 1 : -4])
    return [form for form in forms if len(form) > 7]


def find(place: str, text: str) -> list[str]:
    """ "what in place: around" for each marker."""
    read = html.unescape(text)
    return [
        f"{what} in {place}: {read[max(0, read.index(form) - 100) : read.index(form) + 40]!r}"
        for what, marker in MARKERS.items()
        for form in encode(marker)
        if form in read
    ]


MAX_PAGES = 40
STARTS = (
    "/",
    "/inbox/",
    "/cases/",
    "/runs/",
    "/incidents/",
    "/requests/",
    "/flows/",
    "/audit/",
    "/admin/events/event/",
)


def crawl(client: Client, *starts: str) -> dict[str, str]:
    """Pages that can be reached by links, what is named first."""
    seen: dict[str, str] = {}
    waiting = list(starts)
    while waiting and len(seen) < MAX_PAGES:
        path = waiting.pop(0)
        if path in seen or path.startswith(("/static/", "/accounts/logout/", "/api/")):
            continue
        answer = client.get(path)
        seen[path] = b"".join(answer).decode(errors="replace") + str(dict(answer.headers))
        if "text/html" in answer.headers.get("Content-Type", ""):
            found = (html.unescape(link) for link in LINK.findall(seen[path]))
            waiting += [f"{path.partition('?')[0]}{link}" if link.startswith("?") else link for link in found
                        if link.startswith(("/", "?")) and not link.startswith("//")]  # fmt: skip
    return seen


def read_api(person: Person, run: Run) -> Iterator[tuple[str, str]]:
    """The lists and each thing in them."""
    api, task, number = Api(person=person), Task.objects.get(), run.case_number
    runs = ("runs", f"runs/{run.id}", f"runs/{run.id}/steps", "incidents", "incidents?status=answered", "flows")
    work = ("tasks", "tasks?status=done", f"tasks/{task.pk}", "cases", f"cases/{number}", f"cases/{number}/timeline")
    for path in (*runs, *work, "audit/events/export", "audit/events/export?as=jsonl"):
        answer = api.client.get(f"/api/v1/{path}", headers=api.headers)
        yield f"{path} as {person.username}", b"".join(answer).decode()


def read_answers(people: dict[str, Person], run: Run) -> Iterator[tuple[str, str]]:
    """Every page, export and API answer, as everybody and as nobody."""
    incident, task = Incident.objects.first(), Task.objects.get()
    starts = [
        *STARTS,
        f"/runs/{run.id}/",
        f"/runs/{run.id}/events/",
        f"/inbox/{task.pk}/",
        f"/status/{run.status_token}",
    ]
    if incident is not None:
        starts += [f"/incidents/{incident.id}/?answer={word}" for word in ("retry_edited", "skip", "happened")]
    for name, person in [*people.items(), ("nobody", None)]:
        client = sign_in(person)
        for path, text in crawl(client, *starts).items():
            yield f"{path} as {name}", text
        if person is not None:
            yield from read_api(person, run)
        for kind in ("csv", "jsonl"):
            answer = client.post(f"/audit/export/{kind}/", {})
            yield f"{kind} as {name}", b"".join(answer).decode()


def read_tables() -> Iterator[tuple[str, str]]:
    """Every row of every table as text."""
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{name}"')
            rows = [
                [bytes(cell) if isinstance(cell, memoryview) else cell for cell in row] for row in cursor.fetchall()
            ]
            yield name, str(rows)


def read_payloads(name: str) -> list[dict[str, Any]]:
    """The data of the events of this name."""
    ids = Event.objects.filter(name=name).values("id")
    return [json.loads(row.payload)["data"] for row in EventPayload.objects.filter(event_id__in=ids)]


@pytest.mark.timeout(600)
class TestSensitiveFields:
    def test_are_found_nowhere_but_where_they_must_be(
        self, people: dict[str, Person], target: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        run = start(target)
        task, lee = Task.objects.get(), Api(person=people["lee"])
        assert [row["value"] for row in lee.get(f"tasks/{task.pk}").json()["show"]] == [MASK, "order-1"]
        lees = {"lee": people["lee"]}
        found = [hit for place, text in read_answers(lees, run) for hit in find(place, text)]
        done = lee.call("post", f"tasks/{task.pk}/complete", {"outcome": "done", "data": {"code": CODE, "note": "ok"}})
        assert done.status_code == 200, done.content
        settle()
        incident = Incident.objects.get()
        assert incident.code == "http.status"
        answer_incident(incident_id=incident.id, person=people["ops"], answer="retry", data={}, now=datetime.now(UTC))
        settle()

        found += [hit for place, text in read_answers(people, run) for hit in find(place, text)]
        found += [hit for table, text in read_tables() if table not in MUST_HOLD for hit in find(table, text)]
        found += find("the log", caplog.text)
        assert not found, "\n".join(found)
        self._check_that_the_search_saw_them(run, people)
        call_command("verify_events")

    @staticmethod
    def _check_that_the_search_saw_them(run: Run, people: dict[str, Person]) -> None:
        """A search that sees nothing finds nothing: the rows hold the markers, and pages show them masked."""
        held = {table for table, text in read_tables() if find(table, text)}
        assert {"flows_runinput", "flows_storedrequest", "flows_stepvisit", "flows_effect", "cases_task"} <= held
        client = sign_in(people["ops"])
        for path in (f"/runs/{run.id}/", f"/runs/{run.id}/outside/", f"/cases/{run.case_number}/"):
            assert MASK in client.get(path).content.decode(), path
        for stored in StoredRequest.objects.all():
            assert MASK in client.get(f"/requests/{stored.id}/").content.decode()

    def test_work_as_they_are_where_the_run_needs_them(self, people: dict[str, Person], target: str) -> None:
        run, task = start(target), Task.objects.get()
        body = {"outcome": "done", "data": {"code": CODE}}
        assert Api(person=people["lee"]).call("post", f"tasks/{task.pk}/complete", body).status_code == 200
        settle()
        sent = json.loads(run.visits.get(key="call").output)["body"]["error"]
        assert all(str(marker) in sent for marker in (IBAN, CODE, FOUND, HEADER, ACCOUNT))

    def test_stay_what_they_were_in_settings_that_are_changed(self, people: dict[str, Person], target: str) -> None:
        run, task = start(target), Task.objects.get()
        body = {"outcome": "done", "data": {"code": CODE}}
        Api(person=people["lee"]).call("post", f"tasks/{task.pk}/complete", body)
        settle()
        incident = Incident.objects.get()
        settings = json.loads(run.visits.get(key="fail").input)
        edited = {**settings, "url": f"{target}/ok", "query": {"iban": MASK}, "json": {"code": MASK}}
        answer = Api(person=people["ops"]).call("post", f"incidents/{incident.id}/retry", {"settings": edited})
        assert answer.status_code == 200, answer.content
        settle()
        run.refresh_from_db()
        assert run.status == Run.Status.COMPLETED
        assert str(IBAN) in json.loads(run.visits.get(key="fail", visit=2).output)["body"]["path"]
        assert CODE not in Api(person=people["ops"]).get(f"cases/{run.case_number}").content.decode()


class TestReveal:
    def test_gives_the_value_once_and_keeps_who_what_and_why(self, people: dict[str, Person], target: str) -> None:
        run = start(target)
        api = Api(person=people["ops"])
        answer = api.call(
            "post", f"runs/{run.id}/reveal", {"path": "trigger.body.iban", "reason": f"Ask about {IBAN}."}
        )
        assert (answer.status_code, answer.json()) == (200, {"path": "trigger.body.iban", "value": IBAN})
        assert answer.headers["Cache-Control"] == "no-store"
        assert read_payloads("field.revealed") == [{"field": "trigger.body.iban", "reason": f"Ask about {MASK}."}]
        event = Event.objects.get(name="field.revealed")
        assert (event.actor, event.subject_id) == (f"person:{people['ops'].pk}", str(run.id))

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("trigger.body.account", ACCOUNT),
            ("trigger.body.pin", "7x"),
            ("trigger.headers.x_account", HEADER),
            ("steps.lookup.secret", FOUND),
        ],
    )
    def test_gives_whatever_is_declared(self, people: dict[str, Person], target: str, path: str, value: object) -> None:
        run = start(target)
        answer = sign_in(people["ops"]).post(f"/runs/{run.id}/reveal/", {"path": path, "reason": "The bank asked."})
        assert answer.status_code == 200
        assert str(value) in answer.content.decode()
        assert answer.headers["Cache-Control"] == "no-store"

    def test_shows_who_decides_what_they_decide_on(self, people: dict[str, Person], target: str) -> None:
        start(target)
        task = Task.objects.get()
        page = sign_in(people["lee"]).get(f"/inbox/{task.pk}/").content.decode()
        assert f'action="/inbox/{task.pk}/reveal/"' in page
        fragment = sign_in(people["lee"]).post(
            f"/inbox/{task.pk}/reveal/", {"path": "show.0", "reason": "To check it."}, headers={"HX-Request": "true"}
        )
        assert str(IBAN) in fragment.content.decode()
        assert "<html" not in fragment.content.decode()
        assert read_payloads("field.revealed") == [{"field": "show.0", "reason": "To check it."}]

    def test_is_refused_to_others_and_without_a_reason(self, people: dict[str, Person], target: str) -> None:
        run = start(target)
        good = {"path": "trigger.body.iban", "reason": "The bank asked."}
        for name, status in (("ana", 403), ("aud", 403), ("admin", 403), ("lee", 404)):
            assert Api(person=people[name]).call("post", f"runs/{run.id}/reveal", good).status_code == status
            assert sign_in(people[name]).post(f"/runs/{run.id}/reveal/", good).status_code == status
        client = sign_in(people["ops"])
        assert client.get(f"/runs/{run.id}/reveal/").status_code == 405
        for body, words in (
            ({**good, "reason": " "}, "Say why you need to see it"),
            ({**good, "path": "trigger.body.ref"}, "Nothing masked stands at"),
        ):
            answer = client.post(f"/runs/{run.id}/reveal/", body)
            assert (answer.status_code, words in answer.content.decode()) == (400, True)
        assert not Event.objects.filter(name="field.revealed").exists()

    def test_reaches_requests_and_cases(self, people: dict[str, Person], target: str) -> None:
        run = start(target)
        refused = StoredRequest.objects.filter(outcome="refused", errors__0__pointer="/iban").get()
        client, why = sign_in(people["ops"]), "The partner asked."
        answer = client.post(f"/requests/{refused.id}/reveal/", {"path": "trigger.body.iban", "reason": why})
        assert REFUSED in answer.content.decode()
        answer = client.post(f"/cases/{run.case_number}/reveal/", {"path": "data.iban", "reason": why})
        assert str(IBAN) in answer.content.decode()

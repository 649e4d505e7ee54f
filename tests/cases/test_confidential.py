"""Confidential cases: nothing of one is found by those who may not open it, by any address, list, file or counter."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from cases.checklists import read_asked
from cases.models import Case, CaseParty, Task
from cases.operations import update_case
from cases.operations.beside import link_cases
from cases.operations.confidentiality import set_confidential
from cases.operations.contributing import contribute
from cases.operations.talking import comment_case
from integrator.events.actors import SYSTEM
from integrator.files.operations import Bringer, Subject, keep_upload
from integrator.people.models import Membership, Person
from integrator.people.roles import Role
from tests.support.addresses import fill, list_addresses
from tests.support.api import Api
from tests.support.cases import Office, ask_approval, cover, make_case
from tests.support.files import make_upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_store")]
MARK = "Zq7kxmark"
SHOWN = "not hidden: "
ECHOES = (
    "q=",
    "outcome=",
    'value="',
    "“",
    'chip--on">Outcome <b>',
    "Remove the filter Outcome ",
)  # of what is searched for
WANTED = re.compile(f"(?:{'|'.join(ECHOES)}){MARK}")
STARTS = (
    "/cases/",
    f"/cases/?q={MARK}",
    "/cases/?show=closed",
    "/inbox/",
    f"/inbox/?q={MARK}",
    "/inbox/?show=team",
    "/inbox/?show=watched",
    "/",
    "/reports/",
    "/reports/sla/",
    "/reports/sla.csv",
    "/audit/",
    f"/audit/?outcome={MARK}",
    "/alerts/",
    "/runs/",
    "/messages/",
)


@pytest.fixture
def case(office: Office) -> Case:
    """Everything that a case may hold has the mark in it."""
    now = timezone.now()
    legal = office.team("legal")
    made = make_case(
        office,
        title=f"About {MARK}",
        data={"amount": 5, "words": MARK},
        business_key=f"{MARK}-1",
        team_id=legal.pk,
        contributions=read_asked({"own": {"from": "bo", "question": f"What of {MARK}?"}}),
    )
    set_confidential(number=made.number, confidential=True, person=office.lia)
    CaseParty.objects.create(case=made, contact=f"{MARK}@example.org", role=MARK, since_at=now)
    update_case(number=made.number, changes={"milestone": f"At {MARK}"}, actor=SYSTEM, now=now)
    show = [{"label": "What", "value": MARK}]
    ask_approval(
        office, ["bo"], title=f"Agree to {MARK}", show=show, case_number=made.number, team_id=legal.pk,
        correlation=made.number,
    )  # fmt: skip
    bo = office.bo
    comment_case(number=made.number, person=bo, text=f"{MARK} @lee @vi", now=now)
    contribute(number=made.number, key="own", person=bo, comment=MARK, now=now)
    by = Bringer(actor=SYSTEM, team_id=legal.pk, correlation=made.number)
    keep_upload(make_upload(name=f"{MARK}.pdf"), by=by, now=now, on=[Subject("case", made.number)])
    opened = make_case(office, title="In the open", team_id=legal.pk)
    update_case(number=opened.number, changes={"owner": "bo"}, actor=SYSTEM, now=now)
    link_cases(number=opened.number, other=made.number, kind="relates", person=bo, now=now)
    return Case.objects.get(pk=made.pk)


def look(client: Client, *paths: str) -> Iterator[tuple[str, str]]:
    """These pages with their headers."""
    for path in paths:
        answer = client.get(path)
        assert answer.status_code < 500, path
        yield path, b"".join(answer).decode(errors="replace") + str(dict(answer.headers))


def read_straight(client: Client, case: Case) -> Iterator[tuple[str, str]]:
    """Every address about a case, a task or an approval, asked for without having found it."""
    task = Task.objects.get(case=case, kind="approve")
    parts = {"number": case.number, "task_id": task.pk, "approval_id": task.approval_id, "key": "own"}
    for path, names, verbs in list_addresses(get_resolver()):
        address = fill(path, parts, names)
        if address is None or not {"number", "task_id", "approval_id"} & set(names):
            continue
        for verb in ("get", *verbs):
            body = {"text": "x", "who": "lee", "outcome": "approved", "reason": "x", "comment": "x"}
            as_json = {"data": json.dumps(body), "content_type": "application/json"}
            sent = as_json if path.startswith("api/") else {"data": body if verb == "post" else None}
            answer = client.get(address) if verb == "get" else getattr(client, verb)(address, **sent)
            assert answer.status_code < 500, (verb, address)
            is_hidden = answer.status_code in (404, 405) or path.endswith("/files/")  # those miss the file first
            yield f"{verb} {address}", f"{'' if is_hidden else SHOWN}{b''.join(answer).decode(errors='replace')}"


def read_lists(person: Person) -> Iterator[tuple[str, str]]:
    """The lists and exports of the API."""
    api = Api(person=person)
    lists = ("cases", f"cases?q={MARK}", "tasks", "tasks?status=done", f"tasks?q={MARK}", "cases/export", "sla/clocks")
    reports = ("open", "steps", "teams", "sla/clocks", "workload", "workload/tasks")
    shows = ("mine", "watched", "decided")
    lists = (*lists, *(f"reports/{what}" for what in reports), *(f"tasks?show={show}" for show in shows))
    exports = ("audit/events/export", "audit/events/export?as=jsonl")
    for path in (*lists, *exports, "alerts", "runs", "incidents", "case-types"):
        answer = api.client.get(f"/api/v1/{path}", headers=api.headers)
        assert answer.status_code < 500, path
        yield path, b"".join(answer).decode(errors="replace")


def read_exports(client: Client) -> Iterator[tuple[str, str]]:
    """The event log, for those who may export it."""
    for kind in ("csv", "jsonl"):
        answer = client.post(f"/audit/export/{kind}/", {})
        if answer.status_code == 200:
            yield kind, b"".join(answer).decode()


def find(places: Iterator[tuple[str, str]]) -> list[str]:
    """Where the mark is, but for where it says what was searched for."""
    found = []
    for place, text in places:
        told = WANTED.sub("", html.unescape(unquote(text)))
        if MARK in told or told.startswith(SHOWN):
            found.append(f"{place}: …{told[max(0, told.find(MARK) - 80) :][:160]!r}")
    return found


def people_without(office: Office) -> dict[str, Person]:
    """Everybody who has something to do with it, but not enough."""
    marketing, legal = office.team("marketing"), office.team("legal")
    team_auditor = Person.objects.create(username="tau", email="tau@example.org")
    Membership.objects.create(person=team_auditor, team=legal, role=Role.AUDITOR)
    gone = Person.objects.create(username="gone", email="gone@example.org", is_active=False)
    for team in (marketing, legal):
        Membership.objects.create(person=gone, team=team, role=Role.ADMIN)
    past = cover(office.bo, office.ana)
    began = timezone.now() - timedelta(days=9)
    type(past).objects.filter(pk=past.pk).update(starts_at=began, ends_at=began + timedelta(days=1))
    names = ("lee", "lia", "ana", "sam")
    return {**{name: office.people[name] for name in names}, "tau": team_auditor, "gone": gone}


class TestConfidentialCases:
    def test_are_found_by_nobody_but_theirs(self, office: Office, case: Case) -> None:
        found: list[str] = []
        for name, person in people_without(office).items():
            client = Client(raise_request_exception=False)
            client.force_login(person)
            places = [look(client, *STARTS), read_exports(client)]
            places += [read_lists(person)] if person.is_active else []
            places += [read_straight(client, case)] if name in ("lia", "sam") else []
            found += [f"{name}: {one}" for each in places for one in find(each)]
        assert not found, "\n".join(found)

    def test_are_found_by_theirs(self, office: Office, case: Case) -> None:
        client = Client()
        client.force_login(office.bo)
        assert len(find(look(client, "/cases/", "/inbox/", f"/cases/{case.number}/"))) == 3
        assert find(read_lists(office.bo))

"""The audit trail says what its events are about by name, also of what is gone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from cases.models import CaseType, Form
from flows.models import Connection, DecisionTable
from flows.queries.audit_subjects import get_subject_names
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.events.models import Event
from integrator.events.queries import describe_events
from integrator.people.models import AccessToken, BusinessCalendar, Person
from integrator.people.roles import Role
from integrator.secrets.models import Secret
from notifications.models import AlertType
from tests.support.personas import make_person, make_team, sign_in
from tests.support.run_pages import text_of
from tests.support.sla import make_policy

pytestmark = pytest.mark.django_db(transaction=True)


def note(event: str, subject: tuple[str, object], **data: Any) -> None:
    with transaction.atomic():
        record(event, actor=Actor("system", "engine"), subject=subject, data=data)


@pytest.fixture
def aud(transactional_db: None) -> Client:
    return sign_in(make_person("aud", (None, Role.AUDITOR)))


def note_all() -> dict[str, str]:
    """An event about one thing of each sort; how the page should call it."""
    team, now = make_team("legal"), timezone.now()
    person = make_person("lee")
    Person.objects.filter(pk=person.pk).update(name="Lee Young")
    table = DecisionTable.objects.create(key="tri", name="Triage", team=team, document={}, changed_at=now)
    token = AccessToken.objects.create(person=person, name="Build server", digest="d", hint="h")
    kind = AlertType.objects.create(key="erp-down", label="The ERP is down", created_at=now)
    things = {
        "Connection ERP of Legal": Connection.objects.create(team=team, key="erp", name="ERP of Legal"),
        "Calendar Bavaria": BusinessCalendar.objects.create(key="by", name="Bavaria", changed_at=now),
        "Case type Customer dispute": CaseType.objects.create(key="dispute", name="Customer dispute", created_at=now),
        "Form Expenses": Form.objects.create(key="exp", name="Expenses", team=team, created_at=now),
        "Decision table Triage": table,
        "Team Legal": team,
        "Secret portal-key": Secret.objects.create(team=team, name="portal-key", created_at=now),
        "Access token Build server": token,
        "Person Lee Young": person,
        "Alert type The ERP is down": kind,
    }
    sorts = ("connection", "calendar", "case_type", "form", "table", "team", "secret", "token", "person", "alert_type")
    for sort, thing in zip(sorts, things.values(), strict=True):
        note("connection.changed", (sort, thing.pk))
    note("alert_type.added", ("alert_type", kind.key), key="erp-down", name="Erp down")
    make_policy("urgent", name="Urgent invoices")
    note("sla_policy.changed", ("sla_policy", "urgent"))
    return {**dict.fromkeys(things, ""), "SLA policy Urgent invoices": ""}


class TestAuditPage:
    def test_calls_what_events_are_about_by_name(self, aud: Client) -> None:
        told = note_all()
        page = text_of(aud.get("/audit/"))
        assert [words for words in told if f">{words}</span>" not in page] == []
        assert page.count("Alert type The ERP is down") == 2, "by id and by key"

    def test_calls_what_is_gone_as_its_event_did(self, aud: Client) -> None:
        note("connection.removed", ("connection", 4711), name="erp", label="ERP of Legal")
        note("calendar.removed", ("calendar", 4712), calendar="bavaria")
        note("connection.changed", ("connection", 4713))
        page = text_of(aud.get("/audit/"))
        for words in ("Connection ERP of Legal", "Calendar bavaria", "Connection 4713"):
            assert f">{words}</span>" in page

    def test_shows_the_name_and_the_id_beside_each_other_in_an_event(self, aud: Client) -> None:
        row = Connection.objects.create(team=make_team("legal"), key="erp", name="ERP of Legal")
        note("connection.changed", ("connection", row.pk))
        page = text_of(aud.get(f"/audit/?event={Event.objects.order_by('-id')[0].id}"))
        assert f'<dd>Connection ERP of Legal<br><code class="wrap">connection {row.pk}</code></dd>' in page

    def test_exports_ids(self, aud: Client) -> None:
        row = Connection.objects.create(team=make_team("legal"), key="erp", name="ERP of Legal")
        note("connection.changed", ("connection", row.pk))
        lines = b"".join(aud.post("/audit/export/jsonl/", {"name": "connection.changed"})).splitlines()
        assert json.loads(lines[-1])["subject_id"] == str(row.pk)


class TestGetSubjectNames:
    def test_asks_once_for_each_sort(self, transactional_db: None, django_assert_max_num_queries: Any) -> None:
        note_all()
        rows = describe_events(Event.objects.select_related("payload").order_by("id"))
        sorts = {row.subject_type for row in rows}
        with django_assert_max_num_queries(len(sorts) + 1):
            get_subject_names([*rows, *rows])

    def test_leaves_titles_of_work_alone(self, transactional_db: None) -> None:
        note("case.changed", ("case", "C-2026-000001"), name="Confidential")
        assert get_subject_names(describe_events(Event.objects.select_related("payload"))) == {}

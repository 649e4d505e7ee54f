"""The audit trail in the admin: read-only, filtered, exported, and each look recorded."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from integrator.events.actors import SYSTEM, Actor
from integrator.events.log import record
from integrator.events.models import Event
from integrator.people.models import Membership, Person, Team
from integrator.people.roles import Role
from tests.support.event_log import record_runs

pytestmark = pytest.mark.django_db

LIST = "admin:events_event_changelist"


def sign_in(client: Client, username: str, role: Role | None, team: Team | None = None) -> Person:
    person = Person.objects.create_user(username, is_staff=True, name=username.title())
    if role:
        Membership.objects.create(person=person, team=team, role=role)
    client.force_login(person)
    return person


def shown(response: Any) -> list[int]:
    """The ids of the events in the list."""
    return [event.pk for event in response.context["cl"].result_list]


@pytest.fixture
def legal() -> Team:
    return Team.objects.create(slug="legal", name="Legal")


class TestList:
    def test_shows_events_in_words(self, client: Client) -> None:
        sign_in(client, "aud", Role.AUDITOR)
        record_runs(1)
        text = client.get(reverse(LIST)).content.decode()
        assert "Run started" in text
        assert "The run started of flow 0" in text

    def test_has_neither_inline_script_nor_style(self, client: Client) -> None:
        sign_in(client, "aud", Role.AUDITOR)
        (event_id,) = record_runs(1)
        for address in (reverse(LIST), reverse("admin:events_event_change", args=[event_id])):
            text = client.get(address).content.decode()
            assert " style=" not in text
            assert "<script>" not in text
            assert " onclick=" not in text

    def test_filters(self, client: Client) -> None:
        person = sign_in(client, "aud", Role.AUDITOR)
        (mine,) = record_runs(1, actor=Actor.person(person))
        (other,) = record_runs(1)
        for query, expected in (
            ({"name": "run.started"}, [other, mine]),
            ({"actor": "aud"}, [mine]),
            ({"actor": "system:integrator"}, [other]),
            ({"actor": "nobody"}, []),
            ({"name": "run.started", "subject": "run:0"}, [other, mine]),
            ({"subject": "case"}, []),
            ({"name": "run.started", "since": "2020-01-01"}, [other, mine]),
            ({"name": "run.started", "until": "2020-01-01"}, []),
        ):
            response = client.get(reverse(LIST), query)
            listed = [pk for pk in shown(response) if pk in {mine, other}]
            assert (response.status_code, listed) == (200, expected), query

    def test_says_when_a_date_is_none(self, client: Client) -> None:
        sign_in(client, "aud", Role.AUDITOR)
        assert client.get(reverse(LIST), {"since": "yesterday"}).status_code == 302

    def test_records_each_look_once(self, client: Client) -> None:
        person = sign_in(client, "aud", Role.AUDITOR)
        (event_id,) = record_runs(1)
        client.get(reverse(LIST), {"name": "run.started"})
        client.get(reverse("admin:events_event_change", args=[event_id]))
        reads = Event.objects.filter(name="audit.read").select_related("payload").order_by("id")
        assert [read.actor for read in reads] == [f"person:{person.pk}"] * 2
        assert '"name":"run.started"' in reads[0].payload.payload
        assert f'"event":{event_id}' in reads[1].payload.payload

    def test_takes_as_many_queries_for_many_rows_as_for_few(
        self, client: Client, django_assert_max_num_queries: Any
    ) -> None:
        sign_in(client, "aud", Role.AUDITOR)
        for number in range(10):
            record_runs(1, actor=Actor.person(Person.objects.create_user(f"p{number}")))
        with django_assert_max_num_queries(16):
            assert client.get(reverse(LIST)).status_code == 200


class TestDetail:
    def test_shows_each_change_as_field_old_and_new(self, client: Client) -> None:
        sign_in(client, "aud", Role.AUDITOR)
        with transaction.atomic():
            record("case.changed", actor=SYSTEM, subject=("case", 1), changes={"title": ("<b>old</b>", "new")})
        event = Event.objects.get(name="case.changed")
        text = client.get(reverse("admin:events_event_change", args=[event.pk])).content.decode()
        assert "<td>title</td><td>&lt;b&gt;old&lt;/b&gt;</td><td>new</td>" in text
        assert bytes(event.digest).hex() in text


class TestRights:
    @pytest.mark.parametrize("role", [None, Role.VIEWER, Role.ANALYST, Role.LEAD])
    def test_refuse_those_who_may_not_read_the_log(self, client: Client, legal: Team, role: Role | None) -> None:
        sign_in(client, "other", role, legal)
        (event_id,) = record_runs(1, team_id=legal.pk)
        assert client.get(reverse(LIST)).status_code == 403
        assert client.get(reverse("admin:events_event_change", args=[event_id])).status_code in {302, 403}
        assert client.post(reverse("admin:events_event_export", args=["csv"])).status_code == 403
        assert not Event.objects.filter(name__in=["audit.read", "export.made"]).exists()

    def test_limit_a_team_auditor_to_the_team(self, client: Client, legal: Team) -> None:
        sign_in(client, "local", Role.AUDITOR, legal)
        (seen,) = record_runs(1, team_id=legal.pk)
        (hidden,) = record_runs(1)
        assert shown(client.get(reverse(LIST))) == [seen]
        assert client.get(reverse("admin:events_event_change", args=[hidden])).status_code == 302
        text = b"".join(client.post(reverse("admin:events_event_export", args=["jsonl"])).streaming_content).decode()
        assert f'"id":{seen},' in text
        assert f'"id":{hidden},' not in text

    @pytest.mark.parametrize("superuser", [True, False])
    def test_allow_no_change_to_anybody(self, client: Client, superuser: bool) -> None:
        person = sign_in(client, "root", Role.ADMIN)
        Person.objects.filter(pk=person.pk).update(is_superuser=superuser)
        (event_id,) = record_runs(1)
        assert client.get(reverse("admin:events_event_add")).status_code == 403
        assert client.post(reverse("admin:events_event_delete", args=[event_id]), {"post": "yes"}).status_code == 403
        assert client.post(reverse("admin:events_event_change", args=[event_id]), {"name": "x"}).status_code == 403
        assert Event.objects.get(pk=event_id).name == "run.started"


class TestExport:
    @pytest.mark.parametrize(("file_format", "content_type"), [("csv", "text/csv"), ("jsonl", "application/x-ndjson")])
    def test_honours_the_filters(self, client: Client, file_format: str, content_type: str) -> None:
        sign_in(client, "aud", Role.AUDITOR)
        record_runs(2)
        page = client.get(reverse(LIST), {"name": "run.started"}).content.decode()
        assert f'action="{reverse("admin:events_event_export", args=[file_format])}?name=run.started"' in page
        response = client.post(reverse("admin:events_event_export", args=[file_format]) + "?name=run.started")
        assert response["Content-Type"].startswith(content_type)
        assert "attachment" in response["Content-Disposition"]
        text = b"".join(response.streaming_content).decode()
        assert text.count("run.started") == 2
        assert "audit.read" not in text
        assert Event.objects.filter(name="export.made").count() == 1

    def test_is_posted_only_and_in_known_formats(self, client: Client) -> None:
        sign_in(client, "aud", Role.AUDITOR)
        assert client.get(reverse("admin:events_event_export", args=["csv"])).status_code == 403
        assert client.post(reverse("admin:events_event_export", args=["xls"])).status_code == 404

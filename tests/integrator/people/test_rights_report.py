"""The rights report: rebuilt from the log it equals the tables of now, and tells what was before."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrator.events.actors import SYSTEM
from integrator.events.models import Event
from integrator.people.demo import seed_people
from integrator.people.models import Membership, Person, Team
from integrator.people.operations import add_membership, deactivate_person, remove_membership, set_lead
from integrator.people.rights_report import export_report, list_report, rebuild_roles

pytestmark = pytest.mark.django_db
Held = set[tuple[str, int | None, str]]


def held_now() -> Held:
    """What the tables say."""
    rows = Membership.objects.values_list("person_id", "team_id", "role")
    leads = Team.objects.exclude(lead=None).values_list("lead_id", "id")
    return {(str(p), t, r) for p, t, r in rows} | {(str(p), t, "team lead") for p, t in leads}


def held_at(at: datetime) -> Held:
    return {(role.person_id, role.team_id, role.role) for role in rebuild_roles(at)}


@pytest.fixture
def people() -> dict[str, Person]:
    """The demo's people, made by operations, so that the log tells of them."""
    seed_people(password="x")
    return {person.username: person for person in Person.objects.all()}


class TestRebuildRoles:
    def test_equals_the_tables_of_now(self, people: dict[str, Person]) -> None:
        assert held_at(timezone.now()) == held_now()
        finance = Team.objects.get(slug="finance")
        given = add_membership(person_id=people["lee"].pk, team_id=finance.pk, role="lead", actor=SYSTEM)
        remove_membership(membership_id=Membership.objects.get(person=people["bo"]).pk, actor=SYSTEM)
        set_lead(team_id=finance.pk, person_id=people["lee"].pk, actor=SYSTEM)
        set_lead(team_id=Team.objects.get(slug="legal").pk, person_id=None, actor=SYSTEM)
        add_membership(person_id=people["lee"].pk, team_id=finance.pk, role="lead", actor=SYSTEM)  # held already
        remove_membership(membership_id=given.pk, actor=SYSTEM)
        assert held_at(timezone.now()) == held_now()

    def test_tells_what_was_before(self, people: dict[str, Person]) -> None:
        before = held_now()
        moment = Event.objects.order_by("-id").values_list("at", flat=True)[0]
        remove_membership(membership_id=Membership.objects.get(person=people["bo"]).pk, actor=SYSTEM)
        last = Event.objects.order_by("-id").values_list("at", flat=True)[0]
        if last > moment:  # clocks of a store may be coarse
            assert held_at(moment) == before
        assert held_at(last) == held_now()
        assert held_at(moment - timedelta(days=1)) == set()

    def test_marks_who_was_deactivated(self, people: dict[str, Person]) -> None:
        deactivate_person(person_id=people["bo"].pk, actor=SYSTEM, now=timezone.now())
        roles = [role for role in rebuild_roles(timezone.now()) if role.person_id == str(people["bo"].pk)]
        assert [role.is_active for role in roles] == [False]


class TestReport:
    def test_is_for_those_who_read_the_log(self, people: dict[str, Person]) -> None:
        rows = list_report(people["aud"], timezone.now(), team="legal")
        assert {(row.user_name, row.role) for row in rows} == {
            ("lee", "approver"), ("lia", "approver"), ("lia", "lead"), ("lia", "team lead"),
        }  # fmt: skip
        assert list_report(people["lee"], timezone.now()) == []

    def test_is_exported_safe_from_formulas(self, people: dict[str, Person]) -> None:
        Person.objects.filter(username="lee").update(name="=1+1")
        rows = list(csv.DictReader(io.StringIO(export_report(people["aud"], timezone.now(), who="lee"))))
        assert [(row["person"], row["team"], row["role"], row["active"]) for row in rows] == [
            ("'=1+1", "Legal", "approver", "yes")
        ]
        assert Event.objects.filter(name="export.made").count() == 1

    def test_has_a_page_and_each_look_is_an_event(self, people: dict[str, Person]) -> None:
        client = Client()
        client.force_login(people["aud"])
        answer: Any = client.get("/audit/rights/", {"person": "lia"})
        assert answer.status_code == 200
        assert "team lead" in answer.content.decode()
        assert Event.objects.filter(name="audit.read", actor=f"person:{people['aud'].pk}").count() == 1
        assert client.post("/audit/rights/export/", {"team": "legal"})["Content-Type"].startswith("text/csv")
        client.force_login(people["lee"])
        assert client.get("/audit/rights/").status_code == 404

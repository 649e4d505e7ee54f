"""The commands about people: demo people, and a token for a script."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.utils import timezone

from cases.models import Task
from integrator.events.models import Event
from integrator.people.demo import is_demo_seeded
from integrator.people.models import Membership, Person, Team
from integrator.people.tokens import find_token

pytestmark = pytest.mark.django_db


class TestSeedDemo:
    def test_makes_the_teams_and_people_of_the_contract(self) -> None:
        assert not is_demo_seeded()
        call_command("seed_demo", password="pw", stdout=StringIO())
        assert is_demo_seeded()
        assert set(Team.objects.values_list("slug", flat=True)) == set(
            ["legal", "brand", "marketing", "finance", "operations", "support", "hr", "it"]
        )
        held = {
            name: {(team, role) for team, role in rows}
            for name, rows in (
                (person.username, person.memberships.values_list("team__slug", "role"))
                for person in Person.objects.all()
            )
        }
        assert held == {
            "ana": {(team, role) for team in ("operations", "marketing") for role in ("analyst", "publisher")},
            "lee": {("legal", "approver")},
            "lia": {("legal", "lead"), ("legal", "approver")},
            "bo": {("brand", "approver")},
            "fin": {("finance", "approver")},
            "ops": {("operations", "operator")},
            "aud": {(None, "auditor")},
            "admin": {(None, "admin")},
        }
        assert Team.objects.get(slug="legal").lead.username == "lia"
        assert Person.objects.get(username="admin").is_superuser
        assert authenticate(None, username="ana", password="pw").email == "ana@example.org"

    def test_changes_nothing_the_second_time_but_the_password(self) -> None:
        call_command("seed_demo", password="pw", stdout=StringIO())
        before = Event.objects.count(), Membership.objects.count(), Person.objects.get(username="ana").password
        call_command("seed_demo", password="pw", stdout=StringIO())
        assert before == (
            Event.objects.count(),
            Membership.objects.count(),
            Person.objects.get(username="ana").password,
        )
        call_command("seed_demo", password="other", stdout=StringIO())
        assert Person.objects.get(username="ana").check_password("other")

    def test_fills_the_inboxes_only_where_asked_and_only_once(self) -> None:
        call_command("seed_demo", password="pw", stdout=StringIO())
        assert not Task.objects.exists()
        for _ in range(2):
            call_command("seed_demo", password="pw", work=True, stdout=StringIO())
            waiting = {
                person.username: Task.objects.decidable_by(person).count()
                for person in Person.objects.filter(username__in=("lee", "lia", "bo", "fin", "ops"))
            }
            assert waiting == {"lee": 2, "lia": 1, "bo": 1, "fin": 2, "ops": 1}


class TestCreateToken:
    def test_puts_the_token_alone_on_the_last_line(self) -> None:
        call_command("seed_demo", password="pw", stdout=StringIO())
        out = StringIO()
        call_command("create_token", "ana", stdout=out, stderr=StringIO())
        token = find_token(out.getvalue().splitlines()[-1], now=timezone.now())
        assert token is not None
        assert token.person.username == "ana"

    def test_says_who_is_missing(self) -> None:
        with pytest.raises(CommandError, match="no person nobody"):
            call_command("create_token", "nobody")

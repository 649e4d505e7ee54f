"""Who may name a substitute for whom, when it holds, and what is told of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrator.events.models import Event
from integrator.people.errors import SubstitutionForbidden, SubstitutionMissing, SubstitutionRefused
from integrator.people.models import Membership, Person, Substitution, Team
from integrator.people.operations import NewSubstitution, end_substitution, name_substitute
from integrator.people.operations.substitutes import tell_due
from integrator.people.queries import describe_substitution_state, list_substitutions
from integrator.people.roles import Role
from integrator.people.substitutes import list_covered_by, list_covering
from integrator.timers.firing import FiredTimer
from integrator.timers.models import Timer
from tests.support.personas import bearer, make_person, make_team, make_token_of, sign_in

NOW = datetime(2026, 11, 19, 10, 0, tzinfo=timezone.get_default_timezone())
pytestmark = pytest.mark.django_db


@pytest.fixture
def legal() -> Team:
    return make_team("legal")


@pytest.fixture
def lee(legal: Team) -> Person:
    return make_person("lee", (legal, Role.APPROVER))


@pytest.fixture
def lia(legal: Team) -> Person:
    return make_person("lia", (legal, Role.LEAD))


@pytest.fixture
def sam() -> Person:
    return make_person("sam")


def new(person: Person, substitute: Person, **fields: Any) -> NewSubstitution:
    values = {"starts_at": NOW, "ends_at": NOW + timedelta(days=5), **fields}
    return NewSubstitution(person_id=person.pk, substitute_id=substitute.pk, **values)


def names(rows: list[Substitution]) -> list[str]:
    return [str(row) for row in rows]


class TestNameSubstitute:
    def test_holds_from_its_start_until_before_its_end(self, lee: Person, sam: Person) -> None:
        row = name_substitute(new(lee, sam, starts_at=NOW + timedelta(days=1)), by=lee, now=NOW)
        for at, expected in [
            (row.starts_at - timedelta(seconds=1), []),
            (row.starts_at, ["sam for lee"]),
            (row.ends_at - timedelta(seconds=1), ["sam for lee"]),
            (row.ends_at, []),
        ]:
            assert names(list_covered_by(sam, at)) == expected == names(list_covering(lee, at))
        assert list(Timer.objects.order_by("due_at").values_list("due_at", "subject")) == [
            (row.starts_at, row.pk),
            (row.ends_at, row.pk),
        ]
        assert Event.objects.get(name="people.substitute_named").subject_id == str(lee.pk)

    @pytest.mark.parametrize(
        ("who", "field", "fields"),
        [
            ("lee", "substitute", {}),
            ("gone", "substitute", {}),
            ("sam", "ends_at", {"ends_at": NOW}),
            ("sam", "ends_at", {"starts_at": NOW - timedelta(days=9), "ends_at": NOW - timedelta(days=8)}),
            ("sam", "note", {"note": "x" * 501}),
            ("sam", "team", {"team_id": 0}),
        ],
    )
    def test_refuses_what_makes_no_sense(
        self, lee: Person, sam: Person, who: str, field: str, fields: dict[str, Any]
    ) -> None:
        make_person("gone")
        Person.objects.filter(username="gone").update(is_active=False)
        with pytest.raises(SubstitutionRefused) as refusal:
            name_substitute(new(lee, Person.objects.get(username=who), **fields), by=lee, now=NOW)
        assert refusal.value.details["field"] == field

    def test_refuses_the_same_twice_at_one_time(self, lee: Person, sam: Person, lia: Person, legal: Team) -> None:
        name_substitute(new(lee, sam), by=lee, now=NOW)
        with pytest.raises(SubstitutionRefused, match="already") as refusal:
            name_substitute(new(lee, sam, starts_at=NOW + timedelta(days=4)), by=lee, now=NOW)
        assert refusal.value.code == "substitution.overlaps"
        name_substitute(new(lee, sam, team_id=legal.pk), by=lee, now=NOW)
        name_substitute(new(lee, lia), by=lee, now=NOW)
        assert names(list_covering(lee, NOW)) == ["sam for lee", "sam for lee", "lia for lee"]

    def test_lets_leads_do_it_for_people_of_their_team_in_it(
        self, lee: Person, lia: Person, sam: Person, legal: Team
    ) -> None:
        name_substitute(new(lee, sam, team_id=legal.pk), by=lia, now=NOW)
        for covered, team_id in [(lee, None), (sam, legal.pk), (lee, make_team().pk)]:
            with pytest.raises(SubstitutionForbidden):
                name_substitute(new(covered, lia, team_id=team_id), by=lia, now=NOW)

    def test_lets_the_named_lead_and_admins_do_it(self, lee: Person, sam: Person, legal: Team) -> None:
        legal.lead = sam
        legal.save()
        name_substitute(new(lee, sam, team_id=legal.pk), by=sam, now=NOW)
        name_substitute(new(lee, sam), by=make_person("adm", (None, Role.ADMIN)), now=NOW)

    def test_lets_nobody_else(self, lee: Person, sam: Person, legal: Team) -> None:
        mate = make_person("mate", (legal, Role.APPROVER))
        for by in (mate, sam):
            with pytest.raises(SubstitutionForbidden):
                name_substitute(new(lee, sam, team_id=legal.pk), by=by, now=NOW)


class TestEndSubstitution:
    @pytest.mark.parametrize("who", ["lee", "sam", "lia", "adm"])
    def test_ends_at_once_for_each_who_may(self, who: str, lee: Person, sam: Person, lia: Person, legal: Team) -> None:
        make_person("adm", (None, Role.ADMIN))
        row = name_substitute(new(lee, sam, team_id=legal.pk), by=lee, now=NOW)
        by = Person.objects.get(username=who)
        end_substitution(substitution_id=row.pk, by=by, now=NOW)
        end_substitution(substitution_id=row.pk, by=by, now=NOW + timedelta(hours=1))
        assert list_covered_by(sam, NOW) == []
        assert not Timer.objects.exists()
        assert Event.objects.filter(name="people.substitute_ended").count() == 1

    def test_is_missing_for_strangers(self, lee: Person, sam: Person, legal: Team) -> None:
        row = name_substitute(new(lee, sam), by=lee, now=NOW)
        for by in (make_person("mate", (legal, Role.APPROVER)), make_person("far")):
            assert not list_substitutions(by).exists()
            with pytest.raises(SubstitutionMissing):
                end_substitution(substitution_id=row.pk, by=by, now=NOW)


class TestTimers:
    def test_tell_of_start_and_end(self, lee: Person, sam: Person) -> None:
        row = name_substitute(new(lee, sam, starts_at=NOW + timedelta(days=1)), by=lee, now=NOW)
        for at in (row.starts_at, row.ends_at):
            tell_due.take([FiredTimer(subject=row.pk, context=None, due_at=at)], at)
        told = Event.objects.filter(name__startswith="people.").order_by("id").values_list("name", flat=True)
        assert [name.removeprefix("people.substitute_") for name in told] == ["named", "started", "ended"]

    @pytest.mark.parametrize(
        ("days", "state"), [(-1, "planned"), (0, "active"), (4, "active"), (5, "ended"), (9, "ended")]
    )
    def test_and_words_agree(self, lee: Person, sam: Person, days: int, state: str) -> None:
        row = name_substitute(new(lee, sam), by=lee, now=NOW)
        assert describe_substitution_state(row, now=NOW + timedelta(days=days)) == state


class TestPage:
    def test_names_and_ends_one(self, lee: Person, sam: Person) -> None:
        client, today = sign_in(lee), timezone.localdate()
        days = {"first_day": today.isoformat(), "last_day": (today + timedelta(days=2)).isoformat()}
        assert client.post("/settings/substitutes/", {"substitute": "sam", **days}).status_code == 302
        row = Substitution.objects.get()
        assert (row.person, row.substitute) == (lee, sam)
        assert timezone.localtime(row.ends_at).date() == today + timedelta(days=3)
        assert "You act for <b" in (page := sign_in(sam).get("/settings/substitutes/").content.decode())
        assert "lee" in page
        assert client.post(f"/settings/substitutes/{row.pk}/end/").status_code == 302
        assert "You act for" not in sign_in(sam).get("/settings/substitutes/").content.decode()

    def test_says_beside_the_field_what_is_wrong(self, lee: Person) -> None:
        today = timezone.localdate().isoformat()
        sent = {"substitute": "nobody", "first_day": today, "last_day": today}
        answer = sign_in(lee).post("/settings/substitutes/", sent)
        assert answer.status_code == 400
        assert "Nobody here is called" in answer.content.decode()

    def test_offers_leads_their_people_alone(self, lee: Person, lia: Person, sam: Person) -> None:
        offered = sign_in(lia).get("/settings/substitutes/").content.decode()
        assert f'<option value="{lee.pk}">' in offered
        assert f'<option value="{sam.pk}">' not in offered
        assert 'name="person"' not in sign_in(lee).get("/settings/substitutes/").content.decode()


class TestApi:
    def test_names_lists_and_ends(self, lee: Person, sam: Person) -> None:
        client, token = sign_in(None), bearer(make_token_of(lee))
        body = {"substitute": "sam@example.org", "ends_at": (timezone.now() + timedelta(days=2)).isoformat()}
        made = client.post("/api/v1/substitutes", body, content_type="application/json", headers=token)
        assert made.status_code == 200
        assert {key: made.json()[key] for key in ("person", "substitute", "team", "state")} == {
            "person": "lee",
            "substitute": "sam",
            "team": None,
            "state": "active",
        }
        listed = client.get("/api/v1/substitutes", headers=bearer(make_token_of(sam))).json()["results"]
        assert listed == [made.json()]
        ended = client.post(
            f"/api/v1/substitutes/{made.json()['id']}/end", content_type="application/json", headers=token
        )
        assert ended.json()["state"] == "ended"

    def test_refuses_with_a_problem(self, lee: Person, sam: Person) -> None:
        token = bearer(make_token_of(sam))
        body = {"substitute": "sam", "person": "lee", "ends_at": "2100-01-01T00:00:00Z"}
        answer = sign_in(None).post("/api/v1/substitutes", body, content_type="application/json", headers=token)
        assert (answer.status_code, answer.json()["code"]) == (403, "substitution.forbidden")
        assert not Membership.objects.filter(person=sam).exists()

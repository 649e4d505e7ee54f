"""Writes to people, teams, roles and tokens: what they refuse, what they change and what the log then says."""

from __future__ import annotations

import datetime as dt

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from integrator.events.actors import SYSTEM, Actor
from integrator.events.models import Event, EventPayload
from integrator.events.payloads import decode_payload
from integrator.people.errors import (
    FieldRefused,
    LastAdmin,
    MembershipMissing,
    NameTaken,
    PasswordRefused,
    PersonMissing,
    RoleRefused,
    TeamMissing,
    TokenMissing,
)
from integrator.people.models import AccessToken, Membership, Person
from integrator.people.operations import (
    add_membership,
    add_person,
    add_team,
    change_person,
    change_team,
    create_token,
    deactivate_person,
    reactivate_person,
    record_token_use,
    remove_membership,
    revoke_token,
    set_lead,
    set_password,
)
from integrator.people.roles import Role
from integrator.people.tokens import digest_of, find_token
from tests.support.personas import make_person, make_team

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)


def names() -> list[str]:
    return list(Event.objects.order_by("id").values_list("name", flat=True))


def last_payload() -> dict:
    event = Event.objects.order_by("-id")[0]
    data, changes = decode_payload(EventPayload.objects.get(event_id=event.pk).payload)
    return {"data": data, "changes": changes}


class TestAddPerson:
    def test_adds_somebody_without_a_role_and_says_so(self) -> None:
        admin = make_person()
        person = add_person(
            username="zoe",
            email="zoe@example.org",
            name="Zoe",
            password="a long pass phrase",
            actor=Actor.person(admin),
        )
        assert person.is_active
        assert person.check_password("a long pass phrase")
        assert not person.memberships.exists()
        assert EmailAddress.objects.get(user=person).verified
        event = Event.objects.get()
        assert (event.name, event.actor, event.subject_id) == ("person.added", f"person:{admin.pk}", str(person.pk))

    @pytest.mark.parametrize(
        ("given", "error", "field"),
        [
            ({"username": "ZOE"}, NameTaken, "username"),
            ({"username": "new", "email": "Zoe@Example.org"}, NameTaken, "email"),
            ({"username": "two words"}, FieldRefused, "username"),
            ({"username": ""}, FieldRefused, "username"),
            ({"username": "new", "email": "nowhere"}, FieldRefused, "email"),
            ({"username": "new", "time_zone": "Mars/Base"}, FieldRefused, "time_zone"),
            ({"username": "new", "password": "12345"}, PasswordRefused, "password"),
        ],
    )
    def test_refuses(self, given: dict[str, str], error: type[Exception], field: str) -> None:
        make_person("zoe")
        before = Person.objects.count()
        with pytest.raises(error) as caught:
            add_person(**given, actor=SYSTEM)
        assert caught.value.details["field"] == field
        assert Person.objects.count() == before
        assert names() == []


class TestChangePerson:
    def test_records_old_and_new(self) -> None:
        person = make_person("zoe")
        change_person(person_id=person.pk, changes={"name": "Zoe", "theme": ""}, actor=SYSTEM)
        assert names() == ["person.changed"]
        assert last_payload()["changes"] == {"name": ("", "Zoe")}

    def test_says_nothing_when_nothing_changes(self) -> None:
        person = make_person("zoe")
        change_person(person_id=person.pk, changes={"email": "zoe@example.org"}, actor=SYSTEM)
        assert names() == []

    def test_refuses_other_fields_and_unknown_people(self) -> None:
        person = make_person("zoe")
        with pytest.raises(FieldRefused):
            change_person(person_id=person.pk, changes={"is_superuser": "1"}, actor=SYSTEM)
        with pytest.raises(PersonMissing):
            change_person(person_id=0, changes={}, actor=SYSTEM)

    def test_keeps_the_sign_in_addresses_in_step(self) -> None:
        person = make_person("zoe")
        change_person(person_id=person.pk, changes={"email": "new@example.org"}, actor=SYSTEM)
        assert [row.email for row in EmailAddress.objects.filter(user=person)] == ["new@example.org"]


class TestDeactivatePerson:
    def test_ends_tokens_and_sessions_and_is_recorded_once(self) -> None:
        person = make_person("zoe")
        made = create_token(person_id=person.pk, name="x", actor=SYSTEM, now=NOW)
        before = person.get_session_auth_hash()
        for _ in range(2):
            person = deactivate_person(person_id=person.pk, actor=SYSTEM, now=NOW)
        assert (person.is_active, person.deactivated_at) == (False, NOW)
        assert person.get_session_auth_hash() != before
        assert find_token(made.plain, now=NOW) is None
        assert names().count("person.deactivated") == 1

    def test_leaves_old_sessions_and_tokens_dead_after_a_return(self) -> None:
        person = make_person("zoe")
        made = create_token(person_id=person.pk, name="x", actor=SYSTEM, now=NOW)
        before = person.get_session_auth_hash()
        deactivate_person(person_id=person.pk, actor=SYSTEM, now=NOW)
        person = reactivate_person(person_id=person.pk, actor=SYSTEM)
        assert person.is_active
        assert person.get_session_auth_hash() != before
        assert find_token(made.plain, now=NOW) is None

    def test_refuses_the_last_admin(self) -> None:
        first, second = make_person("", (None, Role.ADMIN)), make_person("", (None, Role.ADMIN))
        deactivate_person(person_id=first.pk, actor=SYSTEM, now=NOW)
        with pytest.raises(LastAdmin):
            deactivate_person(person_id=second.pk, actor=SYSTEM, now=NOW)
        with pytest.raises(LastAdmin):
            remove_membership(membership_id=second.memberships.get().pk, actor=SYSTEM)


class TestTeams:
    def test_are_added_renamed_and_led(self) -> None:
        team, lia = add_team(slug="legal", name="Legal", actor=SYSTEM), make_person("lia")
        change_team(team_id=team.pk, name="Legal and risk", actor=SYSTEM)
        set_lead(team_id=team.pk, person_id=lia.pk, actor=SYSTEM)
        set_lead(team_id=team.pk, person_id=lia.pk, actor=SYSTEM)
        team.refresh_from_db()
        assert (team.name, team.lead) == ("Legal and risk", lia)
        assert names() == ["team.added", "team.changed", "team.changed"]
        assert last_payload()["changes"] == {"lead": (None, lia.pk)}

    def test_refuse_taken_and_bad_short_names(self) -> None:
        add_team(slug="legal", name="Legal", actor=SYSTEM)
        with pytest.raises(NameTaken):
            add_team(slug="legal", name="Other", actor=SYSTEM)
        for slug in ("", "Two words", "-x", "UPPER"):
            with pytest.raises(FieldRefused):
                add_team(slug=slug, name="Other", actor=SYSTEM)

    def test_have_no_deactivated_lead(self) -> None:
        team, lia = make_team(), make_person("lia")
        deactivate_person(person_id=lia.pk, actor=SYSTEM, now=NOW)
        with pytest.raises(FieldRefused):
            set_lead(team_id=team.pk, person_id=lia.pk, actor=SYSTEM)
        with pytest.raises(TeamMissing):
            set_lead(team_id=0, person_id=None, actor=SYSTEM)


class TestMemberships:
    def test_are_given_once_and_taken(self) -> None:
        team, person = make_team(), make_person()
        first = add_membership(person_id=person.pk, team_id=team.pk, role="approver", actor=SYSTEM)
        again = add_membership(person_id=person.pk, team_id=team.pk, role="approver", actor=SYSTEM)
        assert first == again
        remove_membership(membership_id=first.pk, actor=SYSTEM)
        assert names() == ["membership.added", "membership.removed"]
        assert last_payload()["data"] == {"username": person.username, "role": "approver", "team": team.slug}
        with pytest.raises(MembershipMissing):
            remove_membership(membership_id=first.pk, actor=SYSTEM)

    @pytest.mark.parametrize("role", [role for role in Role if role not in {Role.AUDITOR, Role.ADMIN}] + ["king"])
    def test_are_held_everywhere_by_auditors_and_admins_only(self, role: str) -> None:
        with pytest.raises(RoleRefused):
            add_membership(person_id=make_person().pk, team_id=None, role=role, actor=SYSTEM)

    def test_keep_the_flags_of_the_admin_pages_in_step(self) -> None:
        make_person("", (None, Role.ADMIN))
        person = make_person()
        admin = add_membership(person_id=person.pk, team_id=None, role=Role.ADMIN, actor=SYSTEM)
        auditor = add_membership(person_id=person.pk, team_id=None, role=Role.AUDITOR, actor=SYSTEM)
        flags = [tuple(Person.objects.values_list("is_superuser", "is_staff").get(pk=person.pk))]
        for membership in (admin, auditor):
            remove_membership(membership_id=membership.pk, actor=SYSTEM)
            flags.append(tuple(Person.objects.values_list("is_superuser", "is_staff").get(pk=person.pk)))
        assert flags == [(True, True), (False, True), (False, False)]
        assert not Membership.objects.filter(person=person).exists()


class TestTokens:
    def test_are_kept_as_digests_only(self) -> None:
        made = create_token(person_id=make_person().pk, name="nightly", actor=SYSTEM, now=NOW)
        assert made.plain.startswith("itg_")
        assert len(made.plain) >= 4 + 43
        row = AccessToken.objects.values().get()
        assert made.plain not in str(row)
        assert row["digest"] == digest_of(made.plain)
        assert made.plain not in repr(made)
        assert made.plain not in str(last_payload())

    @pytest.mark.parametrize(("name", "expires_at"), [("", None), (" ", None), ("x" * 121, None), ("x", NOW)])
    def test_refuse_bad_names_and_past_expiry(self, name: str, expires_at: dt.datetime | None) -> None:
        with pytest.raises(FieldRefused):
            create_token(person_id=make_person().pk, name=name, expires_at=expires_at, actor=SYSTEM, now=NOW)

    def test_end_by_time_and_by_their_owner_alone(self) -> None:
        person, other = make_person(), make_person()
        day = dt.timedelta(days=1)
        made = create_token(person_id=person.pk, name="x", expires_at=NOW + day, actor=SYSTEM, now=NOW)
        assert find_token(made.plain, now=NOW) is not None
        assert find_token(made.plain, now=NOW + day) is None
        with pytest.raises(TokenMissing):
            revoke_token(token_id=made.token.pk, person_id=other.pk, actor=SYSTEM, now=NOW)
        for _ in range(2):
            revoke_token(token_id=made.token.pk, person_id=person.pk, actor=SYSTEM, now=NOW)
        assert find_token(made.plain, now=NOW) is None
        assert names() == ["token.created", "token.revoked"]

    def test_note_their_use_once_a_minute_and_record_the_first(self) -> None:
        made = create_token(person_id=make_person().pk, name="x", actor=SYSTEM, now=NOW)
        seen = []
        for after_s in (0, 30, 61):
            token = find_token(made.plain, now=NOW)
            assert token is not None
            record_token_use(token=token, now=NOW + dt.timedelta(seconds=after_s))
            made.token.refresh_from_db()
            seen.append((made.token.last_used_at - NOW).total_seconds())
        assert seen == [0, 0, 61]
        assert names() == ["token.created", "token.first_used"]

    def test_are_not_made_for_the_deactivated(self) -> None:
        person = make_person()
        deactivate_person(person_id=person.pk, actor=SYSTEM, now=NOW)
        with pytest.raises(FieldRefused):
            create_token(person_id=person.pk, name="x", actor=SYSTEM, now=timezone.now())


class TestSetPassword:
    def test_ends_sessions_and_refuses_easy_ones(self) -> None:
        person = make_person()
        before = person.get_session_auth_hash()
        set_password(person_id=person.pk, password="another long phrase", actor=SYSTEM)
        person.refresh_from_db()
        assert person.get_session_auth_hash() != before
        with pytest.raises(PasswordRefused):
            set_password(person_id=person.pk, password="password", actor=SYSTEM)
        assert "another" not in str(last_payload())

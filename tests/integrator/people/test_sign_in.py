"""Signing in, the second factor, and how fast rights end: with the next request."""

from __future__ import annotations

import re
from unittest import mock

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from integrator.events.actors import SYSTEM
from integrator.events.models import Event, EventPayload
from integrator.people.operations import add_membership, deactivate_person, reactivate_person, remove_membership
from integrator.people.roles import Role
from tests.support.personas import make_person, sign_in

pytestmark = pytest.mark.django_db
PASSWORD = "secret-password"


def post_sign_in(client: Client, login: str, password: str = PASSWORD) -> int:
    return client.post("/accounts/login/", {"login": login, "password": password}).status_code


def names() -> list[str]:
    return list(Event.objects.order_by("id").values_list("name", flat=True))


class TestSignIn:
    @pytest.mark.parametrize("login", ["zoe", "ZOE", "zoe@example.org"])
    def test_takes_user_name_or_address(self, login: str) -> None:
        make_person("zoe")
        client = Client()
        assert post_sign_in(client, login) == 302
        assert client.get("/settings/tokens/").status_code == 200
        assert names() == ["person.signed_in"]

    def test_refuses_and_records_without_what_was_typed(self) -> None:
        zoe = make_person("zoe")
        for login in ("zoe", "my-password-by-mistake"):
            assert post_sign_in(Client(), login, "wrong-marker") == 200
        events = Event.objects.order_by("id")
        assert [(event.name, event.subject_id) for event in events] == [
            ("person.sign_in_failed", str(zoe.pk)),
            ("person.sign_in_failed", "unknown"),
        ]
        kept = str(list(EventPayload.objects.values()))
        assert "wrong-marker" not in kept
        assert "by-mistake" not in kept

    def test_refuses_the_deactivated(self) -> None:
        zoe = make_person("zoe")
        deactivate_person(person_id=zoe.pk, actor=SYSTEM, now=timezone.now())
        client = Client()
        post_sign_in(client, "zoe")
        assert client.get("/settings/tokens/").status_code == 302

    @pytest.mark.parametrize("login", ["zoe", "zoe@example.org", "nobody", "nobody@example.org", "gone@example.org"])
    def test_hashes_once_whoever_is_named(self, login: str) -> None:
        """Nobody learns with a stopwatch who works here."""
        make_person("zoe")
        deactivate_person(person_id=make_person("gone").pk, actor=SYSTEM, now=timezone.now())
        hasher = "django.contrib.auth.hashers.MD5PasswordHasher.encode"
        with mock.patch(hasher, autospec=True, side_effect=MD5PasswordHasher.encode) as encode:
            assert post_sign_in(Client(), login, "wrong") == 200
        assert encode.call_count == 1

    def test_slows_down_guessing(self) -> None:
        make_person("zoe")
        client = Client()
        for _ in range(5):
            post_sign_in(client, "zoe", "wrong")
        page = client.post("/accounts/login/", {"login": "zoe", "password": PASSWORD})
        assert page.status_code == 200
        assert client.get("/settings/tokens/").status_code == 302

    def test_records_signing_out(self) -> None:
        client = sign_in(make_person())
        client.post("/accounts/logout/")
        assert names()[-1] == "person.signed_out"

    @pytest.mark.parametrize("path", ["signup", "email", "password/reset", "confirm-email/x"])
    def test_leaves_addresses_and_new_people_to_administrators(self, path: str) -> None:
        assert sign_in(make_person()).get(f"/accounts/{path}/").status_code == 404


class TestRightsEnd:
    def test_sessions_die_with_the_next_request(self) -> None:
        zoe = make_person("zoe")
        client = sign_in(zoe)
        assert client.get("/settings/tokens/").status_code == 200
        deactivate_person(person_id=zoe.pk, actor=SYSTEM, now=timezone.now())
        assert client.get("/settings/tokens/").status_code == 302
        reactivate_person(person_id=zoe.pk, actor=SYSTEM)
        assert client.get("/settings/tokens/").status_code == 302

    def test_roles_act_and_stop_with_the_next_request(self) -> None:
        make_person("", (None, Role.ADMIN))
        zoe = make_person("zoe")
        client = sign_in(zoe)
        assert client.get("/settings/people/").status_code == 404
        membership = add_membership(person_id=zoe.pk, team_id=None, role=Role.ADMIN, actor=SYSTEM)
        assert client.get("/settings/people/").status_code == 200
        remove_membership(membership_id=membership.pk, actor=SYSTEM)
        assert client.get("/settings/people/").status_code == 404


class TestSecondFactor:
    def test_is_enrolled_asked_for_and_kept_encrypted(self, django_capture_on_commit_callbacks) -> None:
        make_person("zoe")
        client = Client()
        post_sign_in(client, "zoe")
        assert client.get("/accounts/2fa/totp/activate/").headers["Location"].startswith("/accounts/reauthenticate/")
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        page = client.get("/accounts/2fa/totp/activate/")
        assert page.status_code == 200
        seed = client.session["mfa.totp.secret"]
        code = totp.format_hotp_value(totp.hotp_value(seed, next(totp.yield_hotp_counters_from_time())))
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
        stored = Authenticator.objects.get(type="totp").data
        assert seed not in str(stored)
        assert re.match(r"^gAAAA", stored["secret"])
        assert "mfa.enabled" in names()

        other = Client()
        answer = other.post("/accounts/login/", {"login": "zoe", "password": PASSWORD})
        assert answer.headers["Location"].startswith("/accounts/2fa/authenticate/")
        assert other.get("/settings/tokens/").status_code == 302
        cache.clear()  # a code serves once; here the same half minute goes on
        assert other.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
        assert other.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
        assert other.get("/settings/tokens/").status_code == 200


class TestTimeZone:
    def test_is_the_readers(self) -> None:
        zoe = make_person("zoe")
        zoe.time_zone = "Pacific/Auckland"
        zoe.save()
        assert "Pacific/Auckland" in sign_in(zoe).get("/settings/me/").content.decode()

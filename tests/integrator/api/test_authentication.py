"""Bearer sign-in: good tokens act as their person, bad ones are 401 whatever else comes with them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from integrator.events.actors import SYSTEM
from integrator.events.models import Event
from integrator.people.models import AccessToken
from integrator.people.operations import create_token, deactivate_person, revoke_token
from tests.support.personas import bearer, make_person, make_token_of, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toy_api")]


class TestBearer:
    def test_acts_as_its_person_and_notes_the_use(self) -> None:
        zoe = make_person("zoe")
        headers = bearer(make_token_of(zoe))
        for _ in range(2):
            assert Client().get("/api/toy/echo", headers=headers).json() == {"person": "zoe"}
        assert Event.objects.filter(name="token.first_used", actor=f"person:{zoe.pk}").count() == 1
        assert AccessToken.objects.get().last_used_at is not None

    def test_costs_one_query_once_its_use_is_noted(self, django_assert_num_queries) -> None:
        headers = bearer(make_token_of(make_person("zoe")))
        client = Client()
        client.get("/api/toy/echo", headers=headers)
        with django_assert_num_queries(1):
            client.get("/api/toy/echo", headers=headers)

    @pytest.mark.parametrize(
        "value",
        ["Bearer", "Bearer ", "Bearer x", "bearer itg_nothing", "Bearer " + "x" * 300, "Bearer a b", "Bearer ü"],
    )
    def test_refuses_what_is_no_token_even_beside_a_session(self, value: str) -> None:
        for client in (Client(), sign_in(make_person())):
            answer = client.get("/api/toy/echo", headers={"Authorization": value})
            assert answer.status_code == 401
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.headers["WWW-Authenticate"] == 'Bearer realm="integrator"'
            assert answer.json()["code"] == "request.unauthenticated"

    def test_refuses_without_anything(self) -> None:
        answer = Client().get("/api/toy/echo")
        assert answer.status_code == 401
        assert "WWW-Authenticate" in answer.headers

    def test_takes_a_session(self) -> None:
        assert sign_in(make_person("zoe")).get("/api/toy/echo").json() == {"person": "zoe"}

    def test_wants_the_form_token_with_a_session_though_htmx_sends_it(self) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(make_person("zoe"))
        answer = client.post("/api/toy/echo", {}, content_type="application/json", headers={"HX-Request": "true"})
        assert answer.status_code == 403
        plain = make_token_of(make_person())
        assert client.post("/api/toy/echo", {}, "application/json", headers=bearer(plain)).status_code == 200

    def test_ends_with_revocation_expiry_and_deactivation_at_once(self) -> None:
        now = timezone.now()
        for end in ("revoke", "expire", "deactivate"):
            zoe = make_person(end)
            made = create_token(
                person_id=zoe.pk, name="x", actor=SYSTEM, now=now, expires_at=now + dt.timedelta(hours=1)
            )
            headers = bearer(made.plain)
            assert Client().get("/api/toy/echo", headers=headers).status_code == 200
            if end == "revoke":
                revoke_token(token_id=made.token.pk, person_id=zoe.pk, actor=SYSTEM, now=now)
            elif end == "expire":
                AccessToken.objects.filter(pk=made.token.pk).update(expires_at=now)
            else:
                deactivate_person(person_id=zoe.pk, actor=SYSTEM, now=now)
            assert Client().get("/api/toy/echo", headers=headers).status_code == 401


class TestTheSchema:
    def test_describes_tokens_to_who_brings_one(self) -> None:
        headers = bearer(make_token_of(make_person()))
        schema = Client().get("/api/schema/?format=json", headers=headers).json()
        assert schema["components"]["securitySchemes"]["accessToken"]["scheme"] == "bearer"
        assert Client().get("/api/schema/?format=json").status_code == 401

    def test_is_read_without_inline_script_or_style(self) -> None:
        client = sign_in(make_person())
        page = client.get("/api/docs/").content.decode()
        assert "<style" not in page
        assert page.count("<script") == page.count('<script src="')
        script = client.get("/api/docs/?script=")
        assert script.headers["Content-Type"].startswith("application/javascript")
        assert "/api/schema/" in script.content.decode().replace("\\u002D", "-")

    def test_leads_a_browser_to_the_sign_in(self) -> None:
        answer = Client().get("/api/docs/", headers={"Accept": "text/html,*/*"})
        assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/login/?next=/api/docs/")

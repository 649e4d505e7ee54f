"""Security headers of every answer."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from integrator.middleware import CONTENT_SECURITY_POLICY, SecurityHeadersMiddleware
from integrator.people.roles import Role
from tests.support.personas import bearer, make_person, make_token_of, sign_in


def answer(response: HttpResponse, **headers: str) -> HttpResponse:
    request = RequestFactory().get("/", headers=headers)
    made = SecurityHeadersMiddleware(lambda _: response)(request)
    assert isinstance(made, HttpResponse)
    return made


class TestContentSecurityPolicy:
    def test_allows_nothing_inline_and_nobody_elses(self) -> None:
        assert "unsafe" not in CONTENT_SECURITY_POLICY
        assert "*" not in CONTENT_SECURITY_POLICY
        assert "http" not in CONTENT_SECURITY_POLICY
        for part in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"):
            assert part in CONTENT_SECURITY_POLICY

    @pytest.mark.django_db
    @pytest.mark.parametrize("path", ["/accounts/login/", "/settings/people/", "/admin/", "/nothing/", "/healthz"])
    def test_is_on_every_answer(self, path: str) -> None:
        headers = sign_in(make_person("", (None, Role.ADMIN))).get(path).headers
        assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert "camera=()" in headers["Permissions-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"

    def test_can_be_narrowed_by_a_view(self) -> None:
        response = HttpResponse("x")
        response.content_security_policy = "sandbox; default-src 'none'"  # type: ignore[attr-defined]
        assert answer(response).headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


class TestOneLength:
    def test_is_asked_of_every_request(self) -> None:
        both = Client().post("/hooks/x", headers={"Transfer-Encoding": "chunked", "Content-Length": "4"})
        assert (both.status_code, both.headers["Connection"]) == (400, "close")
        assert both.headers["X-Content-Type-Options"] == "nosniff"


class TestCaching:
    def test_keeps_personal_answers_out_of_every_store(self) -> None:
        assert answer(HttpResponse(), Cookie="sessionid=x").headers["Cache-Control"] == "no-store"
        assert answer(HttpResponse(), Authorization="Bearer x").headers["Cache-Control"] == "no-store"
        assert not answer(HttpResponse()).has_header("Cache-Control")

    def test_leaves_a_views_own_word(self) -> None:
        response = HttpResponse(headers={"Cache-Control": "private, max-age=60"})
        assert answer(response, Cookie="sessionid=x").headers["Cache-Control"] == "private, max-age=60"

    def test_tells_pages_from_fragments(self) -> None:
        assert "HX-Request" in answer(HttpResponse("<p>")).headers["Vary"]
        assert not answer(HttpResponse("{}", content_type="application/json")).has_header("Vary")


@pytest.mark.django_db
class TestForms:
    def test_are_refused_without_their_token_though_htmx_sends_them(self) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(make_person())
        for headers in ({}, {"HX-Request": "true"}):
            page = client.post("/settings/tokens/", {"name": "x"}, headers=headers)
            assert page.status_code == 403

    def test_cannot_be_sent_with_a_token_of_the_api(self) -> None:
        headers = bearer(make_token_of(make_person()))
        assert Client().post("/settings/tokens/", {"name": "x"}, headers=headers).status_code == 302

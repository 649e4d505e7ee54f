"""Errors for people, fragments and machines. No database."""

from __future__ import annotations

import json

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from integrator.pages import errors

HANDLERS = [
    (errors.handle_400, 400, "request.bad"),
    (errors.handle_403, 403, "request.forbidden"),
    (errors.handle_404, 404, "request.not_found"),
    (errors.handle_500, 500, "server.error"),
    (errors.csrf_failure, 403, "request.csrf"),
]


@pytest.mark.parametrize(("handler", "status", "code"), HANDLERS)
class TestEachError:
    def test_is_a_page_that_says_what_to_do(self, rf: RequestFactory, handler, status: int, code: str) -> None:
        response: HttpResponse = handler(rf.get("/cases/C-1/"))
        assert response.status_code == status
        assert "<h1>" in response.text
        assert "To the start page" in response.text

    @pytest.mark.parametrize("path", ["/api/v1/runs/", "/hooks/content-approval"])
    def test_is_a_problem_for_machines(self, rf: RequestFactory, handler, status: int, code: str, path: str) -> None:
        response: HttpResponse = handler(rf.post(path))
        assert response["Content-Type"] == "application/problem+json"
        problem = json.loads(response.content)
        assert (problem["status"], problem["code"]) == (status, code)

    def test_is_a_sentence_for_htmx(self, rf: RequestFactory, handler, status: int, code: str) -> None:
        response: HttpResponse = handler(rf.get("/cases/", headers={"HX-Request": "true"}))
        assert response.status_code == status
        assert response["Content-Type"].startswith("text/plain")


class TestTheWholeSite:
    @pytest.mark.django_db
    def test_answers_an_unknown_address_in_words(self, client) -> None:
        response = client.get("/no/such/page/")
        assert response.status_code == 404
        assert "There is nothing here that you can see" in response.text

"""Every refusal looks alike: application/problem+json with a stable code."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from django.test import Client
from rest_framework.exceptions import Throttled

from integrator.api.problems import RESERVED_MEMBERS, STATUS_BY_CODE, find_status
from tests.integrator.api import toy_urls
from tests.support.personas import bearer, make_person, make_token_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toy_api")]


class Refusal(Exception):
    def __init__(self, code: str, message: str = "Do this instead.", **details: object) -> None:
        super().__init__(message)
        self.code, self.message, self.details = code, message, details


@pytest.fixture
def client() -> Client:
    return Client(headers=bearer(make_token_of(make_person())), raise_request_exception=False)


def answer_to(client: Client, error: Exception) -> tuple[int, dict]:
    toy_urls.RAISED.append(error)
    answer = client.get("/api/toy/raise")
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    return answer.status_code, problem


class TestDomainErrors:
    @pytest.mark.parametrize(
        ("code", "status"),
        [
            ("task.comment_missing", 400),
            ("run.not_found", 404),
            ("task.own_request", 403),
            ("task.decided_already", 409),
            ("anything.forbidden", 403),
            ("database.unavailable", 503),
        ],
    )
    def test_get_their_status_from_the_one_table(self, client: Client, code: str, status: int) -> None:
        found, problem = answer_to(client, Refusal(code))
        assert found == status
        assert set(problem) >= RESERVED_MEMBERS
        assert problem["code"] == ("request.not_found" if status == 404 else code)

    def test_tell_the_winner_at_the_top_of_a_conflict(self, client: Client) -> None:
        at = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
        _, problem = answer_to(client, Refusal("task.decided_already", decided_by="lee", decided_at=at, status="x"))
        assert (problem["decided_by"], problem["decided_at"]) == ("lee", "2026-11-20T09:00:00Z")
        assert problem["status"] == 409

    def test_keep_their_details_to_themselves_otherwise(self, client: Client) -> None:
        _, problem = answer_to(client, Refusal("thing.refused", team=7))
        assert set(problem) == RESERVED_MEMBERS

    @pytest.mark.parametrize(
        ("details", "errors"),
        [
            ({"errors": [{"pointer": "/a", "message": "no"}]}, [{"pointer": "/a", "message": "no"}]),
            ({"field": "name"}, [{"pointer": "/name", "message": "Do this instead."}]),
            ({"pointer": ""}, [{"pointer": "", "message": "Do this instead."}]),
            ({}, []),
        ],
    )
    def test_name_the_places(self, client: Client, details: dict, errors: list) -> None:
        assert answer_to(client, Refusal("thing.refused", **details))[1]["errors"] == errors

    def test_of_absent_and_forbidden_things_are_the_same(self, client: Client) -> None:
        assert answer_to(client, Refusal("run.not_found", "Run 7 is not yours")) == answer_to(client, Http404("no 7"))


class TestTheTable:
    @pytest.mark.parametrize("code", list(STATUS_BY_CODE))
    def test_is_followed(self, code: str) -> None:
        assert find_status(code) == STATUS_BY_CODE[code]


class TestFrameworkErrors:
    @pytest.mark.parametrize(
        ("error", "status", "code"),
        [
            (Http404(), 404, "request.not_found"),
            (PermissionDenied(), 403, "request.forbidden"),
            (OperationalError("gone"), 503, "database.unavailable"),
            (Throttled(wait=7), 429, "request.too_many"),
        ],
    )
    def test_look_alike(self, client: Client, error: Exception, status: int, code: str) -> None:
        found, problem = answer_to(client, error)
        assert (found, problem["code"]) == (status, code)

    def test_unforeseen_ones_tell_nothing(self, client: Client) -> None:
        status, problem = answer_to(client, RuntimeError("inner marker"))
        assert status == 500
        assert "marker" not in str(problem)

    def test_say_which_methods_there_are(self, client: Client) -> None:
        answer = client.delete("/api/toy/echo")
        assert answer.status_code == 405
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "POST", "HEAD", "OPTIONS"}
        assert answer.json()["code"] == "request.method"

    def test_come_for_unknown_addresses_after_sign_in(self, client: Client) -> None:
        for verb in ("get", "post", "delete"):
            answer = getattr(client, verb)("/api/v1/nothing/here")
            assert (answer.status_code, answer.json()["code"]) == (404, "request.not_found")
            assert getattr(Client(), verb)("/api/v1/nothing/here").status_code == 401

    def test_list_validation_faults_by_pointer(self, client: Client) -> None:
        answer = client.post("/api/toy/validate", {"lines": [{"amount": 1}, {"amount": "x"}]}, "application/json")
        assert answer.status_code == 400
        assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/lines/1/amount", "/name"]


class TestBodies:
    def post(self, client: Client, raw: bytes, content_type: str = "application/json") -> tuple[int, dict]:
        answer = client.generic("POST", "/api/toy/echo", raw, content_type)
        return answer.status_code, answer.json()

    @pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "a/b+json", ""])
    def test_are_json_by_several_names(self, client: Client, content_type: str) -> None:
        content_type = content_type.replace("a/b", "application/vnd.x")
        assert self.post(client, b'{"a": 1}', content_type) == (200, {"given": {"a": 1}})

    @pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data; boundary=x", "application/xml"])
    def test_are_nothing_else(self, client: Client, content_type: str) -> None:
        status, problem = self.post(client, b"x", content_type)
        assert (status, problem["code"]) == (415, "request.media_type")

    def test_are_utf_8(self, client: Client) -> None:
        assert self.post(client, b"{}", "application/json; charset=latin-1")[0] == 415

    @pytest.mark.parametrize(
        "raw", [b'{"a": NaN}', b'{"a": 1, "a": 2}', b"{", b"\xff", b'{"a": 1e999}', b"[" * 100_000]
    )
    def test_are_strict(self, client: Client, raw: bytes) -> None:
        status, problem = self.post(client, raw)
        assert (status, problem["code"]) == (400, "request.bad")
        assert problem["errors"][0]["message"] == problem["detail"]

    def test_are_at_most_a_mebibyte(self, client: Client) -> None:
        fits = b'"' + b"a" * (1_048_576 - 2) + b'"'
        assert self.post(client, fits)[0] == 200
        status, problem = self.post(client, fits + b" ")
        assert (status, problem["code"]) == (413, "request.too_large")

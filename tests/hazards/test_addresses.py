"""Hazard row "objects": every address there is, asked by nobody with every verb. What is open is listed here."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from integrator.events.models import Event
from integrator.people.models import Person
from tests.support.api import Api
from tests.support.personas import make_person

pytestmark = pytest.mark.django_db

VERBS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")
SAMPLES = {
    "uuid": str(uuid.UUID(int=7)), "int": "1", "slug": "some", "str": "some", "path": "some", "case_export": "csv",
}  # fmt: skip
CLOSED = {301, 302, 400, 401, 403, 404, 405}
OPEN = {  # (address, verb) that answer nobody with 2xx
    ("/healthz", "get"),
    ("/healthz", "head"),
    ("/readyz", "get"),
    ("/readyz", "head"),
    ("/metrics", "get"),  # only from this machine itself, or with its token
    ("/metrics", "head"),
    ("/accounts/login/", "get"),
    ("/accounts/login/", "head"),
    ("/accounts/login/", "post"),
    ("/accounts/login/", "put"),  # shows the form
    ("/accounts/login/", "options"),
    ("/accounts/logout/", "options"),
    ("/accounts/inactive/", "get"),
    ("/accounts/inactive/", "head"),
    ("/accounts/inactive/", "options"),
    ("/admin/login/", "get"),
    ("/admin/login/", "head"),
    ("/admin/login/", "post"),
    ("/admin/jsi18n/", "get"),
}


def list_addresses() -> list[str]:
    """A sample of every pattern of the product."""
    return sorted({f"/{path}" for path in _walk(get_resolver().url_patterns, "")})


def _walk(patterns: list[Any], prefix: str) -> Iterator[str]:
    for pattern in patterns:
        path = prefix + _fill(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield path


def _fill(pattern: str) -> str:
    """The pattern with samples for its parts; regular expressions as far as ours and allauth's go."""
    filled = re.sub(r"(?<!\?P)<(?:(\w+):)?\w+>", lambda found: SAMPLES[found[1] or "str"], pattern)
    if not filled.startswith("^") and "(?" not in filled:
        return filled
    filled = filled.removeprefix("^").removesuffix("$").replace("\\Z", "")
    filled = filled.replace("(?:/(?P<path>.*?))?/?", "/some")
    filled = re.sub(r"\(\?:([^|)]*)[^)]*\)", r"\1", filled)
    return re.sub(r"\(\?P<\w+>[^)]*\)", "some", filled).replace("\\", "")


ADDRESSES = list_addresses()


class TestEveryAddress:
    def test_is_known_here(self) -> None:
        assert len(ADDRESSES) > 90
        for part in ("/hooks/some", "/api/v1/me", "/inbox/", "/runs/", "/settings/people/", "/audit/", "/connections/"):
            assert part in ADDRESSES

    @pytest.mark.parametrize("path", ADDRESSES)
    def test_is_closed_to_nobody(self, path: str) -> None:
        for verb in VERBS:
            answer = getattr(Client(), verb)(path)
            if (path, verb) not in OPEN:
                assert answer.status_code in CLOSED, f"{verb} {path}: {answer.status_code}"
            if 300 <= answer.status_code < 400:
                assert answer.headers["Location"].startswith("/"), f"{verb} {path}"

    @pytest.mark.parametrize("path", ADDRESSES)
    def test_is_closed_to_htmx_without_a_session_too(self, path: str) -> None:
        for verb in ("get", "post"):
            answer = getattr(Client(), verb)(path, headers={"HX-Request": "true"})
            assert answer.status_code in CLOSED or (path, verb) in OPEN

    @pytest.mark.django_db(transaction=True)  # one long transaction would hold back the seals of every other test
    def test_changes_nothing_for_a_person_without_roles(self) -> None:
        """Somebody who works nowhere may use every address and leaves no trace but those of signing in and out."""
        newcomer = make_person("newcomer")
        before = Person.objects.count()
        for path in ADDRESSES:
            client = Client()
            client.force_login(newcomer)
            for verb in VERBS:
                answer = getattr(client, verb)(path)
                assert answer.status_code < 500, f"{verb} {path}: {answer.status_code}"
        names = set(Event.objects.filter(actor=f"person:{newcomer.pk}").values_list("name", flat=True))
        assert names <= {"person.signed_in", "person.signed_out", "mfa.enabled"}, names
        assert Person.objects.count() == before
        assert not Person.objects.get(pk=newcomer.pk).memberships.exists()


class TestRights:
    def test_end_with_the_next_request_over_the_api(self) -> None:
        person = make_person("leaver")
        api = Api(person=person)
        assert api.get("me").status_code == 200
        Person.objects.filter(pk=person.pk).update(is_active=False)
        assert api.get("me").status_code == 401

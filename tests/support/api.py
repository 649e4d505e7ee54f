"""Calls of the API as a person with a token. Every answer is held to the OpenAPI schema: status, type and shape."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import resolve
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator, FormatChecker

from integrator.people.models import Person
from tests.support.personas import bearer, make_token_of

PREFIX = "/api/v1/"


@cache
def load_schema() -> dict[str, Any]:
    """The API's OpenAPI document, as ``/api/schema/`` gives it."""
    return json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True)))


def find_operations(path: str) -> dict[str, Any]:
    """The operations at an address, by verb; fails the test for an address that the schema has not."""
    route = resolve(path.partition("?")[0]).route
    template = "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", route)
    return load_schema()["paths"][template]


def check_answer(verb: str, path: str, answer: HttpResponse) -> None:
    """Fail where an answer is not what the schema promises."""
    described = find_operations(path)[verb]["responses"].get(str(answer.status_code))
    assert described is not None, f"{verb} {path} answers {answer.status_code}, which its schema does not know."
    if answer.status_code == 204:
        return  # nothing to hold
    media_type = answer.headers["Content-Type"].partition(";")[0]
    if "*/*" in described["content"]:
        return  # somebody's file, of any type
    assert media_type in described["content"], f"{verb} {path} answers with {media_type}."
    if media_type.endswith(("/json", "+json")):
        schema = {**described["content"][media_type]["schema"], "components": load_schema()["components"]}
        validator = Draft202012Validator(schema, format_checker=FormatChecker())
        faults = [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(json.loads(answer.content))]
        assert not faults, f"{verb} {path}: {faults}"


@dataclass(kw_only=True)
class Api:
    """A machine that acts as ``person`` (None: with no token). Paths begin behind ``/api/v1/``."""

    person: Person | None
    client: Client = field(default_factory=Client)
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.person is not None:
            self.headers = bearer(make_token_of(self.person))

    def get(self, path: str) -> HttpResponse:
        """GET, checked against the schema."""
        answer = self.client.get(PREFIX + path, headers=self.headers)
        check_answer("get", PREFIX + path, answer)
        return answer

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """POST of JSON (nothing for None), checked against the schema. Headers as ``idempotency_key="k"``."""
        return self.send("post", path, body, **headers)

    def send(self, verb: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """Any verb with JSON (nothing for None), checked against the schema."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.client.generic(
            verb.upper(),
            PREFIX + path,
            data=b"" if body is None else json.dumps(body),
            content_type="application/json",
            headers={**self.headers, **named},
        )
        check_answer(verb, PREFIX + path, answer)
        return answer

    def put(self, path: str, body: Any = None) -> HttpResponse:
        """PUT of JSON."""
        return self.send("put", path, body)

    def patch(self, path: str, body: Any = None) -> HttpResponse:
        """PATCH of JSON."""
        return self.send("patch", path, body)

    def delete(self, path: str) -> HttpResponse:
        """DELETE."""
        return self.send("delete", path)

    def call(self, verb: str, path: str, body: Any = None) -> HttpResponse:
        """Any verb by name."""
        return self.get(path) if verb == "get" else self.send(verb, path, body)

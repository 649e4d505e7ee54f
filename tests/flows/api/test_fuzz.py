"""Generated calls of every operation: no crash, and no status that the schema does not know."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings, strategies
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from integrator.people.roles import Role
from integrator.wsgi import application
from tests.support.alerts import send_alert_to
from tests.support.api import Api, load_schema
from tests.support.company import Company
from tests.support.personas import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
EXAMPLES = 20
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SCHEMA = schemathesis.openapi.from_dict(load_schema())
SCHEMA.app = application
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations() if found.ok().path.startswith("/api/v1/")]


@pytest.fixture
def _open_connection() -> Iterator[None]:
    """A served request closes its connection at the end, and with it the test's transaction; here it may not."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def _no_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of connections call what was generated: no name leads anywhere but to this machine."""
    resolve = socket.getaddrinfo

    def resolve_here(host: Any, *args: Any, **more: Any) -> Any:
        if host not in {"localhost", "127.0.0.1", "::1"}:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return resolve(host, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve_here)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
@pytest.mark.usefixtures("_open_connection", "_no_way_out")
def test_generated_calls_neither_crash_nor_leave_the_schema(furnished: Company, operation: Any) -> None:
    who = choose_person(operation)
    if who == "admin":
        furnished.people[who] = make_person(who, (None, Role.ADMIN))
    headers = Api(person=furnished.people[who]).headers
    known = name_parts(furnished, operation.path, who)

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(), is_there=strategies.booleans())
    def try_one(case: Any, is_there: bool) -> None:
        if is_there:  # else the ids are generated too, and nothing has them
            case.path_parameters.update({name: known[name] for name in case.path_parameters})
        case.validate_response(case.call(headers=headers), checks=CHECKS)

    try_one()


def choose_person(operation: Any) -> str:
    """Somebody who gets far: into the task of legal only lee, to notes of one's own operator, else the lead."""
    if "/notes/" in operation.path or "/views/" in operation.path or "/substitutes/" in operation.path:
        return "operator"
    if "/tasks/" in operation.path and not {"due", "guests", "revoke", "reassign"} & set(operation.path.split("/")):
        return "lee"
    if operation.path.startswith(("/api/v1/calendars", "/api/v1/teams", "/api/v1/people")):
        return "admin"
    is_publishers = operation.path.startswith(("/api/v1/flows", "/api/v1/forms", "/api/v1/tables"))
    return "publisher" if is_publishers else "lead"


def name_parts(company: Company, path: str, who: str) -> dict[str, str]:
    """The parts of an address by their names in the schema. ``key`` means another thing in each list."""
    parts = {
        **company.get_parts(),
        "alert": send_alert_to(company.people[who], team_id=company.team.pk).pk,
        "sum": "sum",
        "first": 1,
    }
    area = path.removeprefix("/api/v1/").partition("/")[0]
    keys = {
        "flows": "sum",
        "cases": "contribution",
        "case-types": "case_type",
        "forms": "form",
        "sla": "policy",
        "connections": "connection",
        "tables": "table",
        "calendars": "calendar",
    }
    same = {
        "number": "first" if area == "forms" else "case",
        "request_id": "question",
        "pass_id": "guest",
        "slug": "slug",
        "key": keys.get(area, "sum"),
        "team": "team",
        "environment": "environment",
        "username": "username",
    }
    names = {**{f"{part}_id": part for part in parts}, **same}
    return {name: str(parts[part]) for name, part in names.items()}

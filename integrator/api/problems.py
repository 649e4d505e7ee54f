"""Every refusal of the API as ``application/problem+json`` (RFC 9457), and the one table from error code to status.

The core knows no HTTP status: a domain error has ``code``, ``message`` and ``details``, and this table does the rest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.views import set_rollback

from integrator.lib.clock import to_rfc3339

# Exact codes first, then the last word of a code; what is in neither is the caller's mistake: 400.
STATUS_BY_CODE: Mapping[str, int] = {
    "task.decided_already": 409,
    "task.claimed": 409,
    "task.withdrawn": 409,
    "task.changed": 409,
    "task.own_request": 403,
    "task.second_entry": 403,
    "task.edited": 403,
    "task.not_lead": 403,
    "task.no_lead": 403,
    "task.delegated": 403,
    "task.not_delegate": 403,
    "task.not_your_answer": 403,
    "task.not_your_question": 403,
    "task.settled": 409,
    "task.not_settled": 409,
    "task.question_closed": 409,
    "task.reopening_asked": 409,
    "guest.revoked": 403,
    "guest.expired": 403,
    "guest.over": 409,
    "guest.used": 409,
    "guest.stale": 409,
    "task.not_asked": 403,
    "task.confidential": 403,
    "substitution.overlaps": 409,
    "case.closed": 409,
    "case.edited": 409,
    "case.duplicate": 409,
    "case.part_not_found": 404,
    "case_type.exists": 409,
    "case_type.used": 409,
    "sla_policy.exists": 409,
    "audit.packs_not_ready": 409,
    "form.changed_meanwhile": 409,
    "form.key_taken": 409,
    "form.not_published": 409,
    "form.nothing_to_undo": 409,
    "flow.invalid": 400,
    "flow.no_draft": 409,
    "flow.input_invalid": 400,
    "flow.not_by_hand": 409,
    "flow.not_paused": 409,
    "flow.not_published": 409,
    "flow.paused": 409,
    "flow.archived": 409,
    "flow.asked_already": 409,
    "flow.in_use": 409,
    "flow.live_already": 409,
    "flow.needs_second_person": 409,
    "flow.newer_version": 409,
    "flow.nothing_new": 409,
    "flow.tests_failed": 409,
    "draft.changed_meanwhile": 409,
    "flow.team_changed": 409,
    "incident.answered_already": 409,
    "run.final": 409,
    "run.not_final": 409,
    "person.last_admin": 409,
    "person.name_taken": 409,
    "person.email_taken": 409,
    "team.name_taken": 409,
    "calendar.key_taken": 409,
    "calendar.in_use": 409,
    "connection.in_use": 409,
    "table.key_taken": 409,
    "table.changed_meanwhile": 409,
    "table.tests_failed": 409,
    "connection.key_taken": 409,
    "connection.environment_in_use": 409,
    "file.too_many": 413,
    "file.field_too_large": 413,
    "file.storage_full": 507,
    "file.storage_unavailable": 503,
    "secret.unreadable": 500,
    "secret.key_broken": 500,
    "database.unavailable": 503,
}
STATUS_BY_LAST_WORD: Mapping[str, int] = {
    "not_found": 404,
    "forbidden": 403,
    "conflict": 409,
    "decided": 409,
    "too_large": 413,
    "unavailable": 503,
}
CODE_BY_STATUS: Mapping[int, str] = {
    400: "request.bad",
    401: "request.unauthenticated",
    403: "request.forbidden",
    404: "request.not_found",
    405: "request.method",
    406: "request.not_acceptable",
    413: "request.too_large",
    415: "request.media_type",
    416: "request.range",
    429: "request.too_many",
    503: "database.unavailable",
}
TITLES: Mapping[int, str] = {
    400: "The request cannot be understood",
    401: "Sign-in needed",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "No such format",
    409: "Changed in the meantime",
    413: "Too large",
    415: "Not JSON",
    416: "No such part",
    429: "Too many requests",
    503: "Not available at the moment",
}
NOT_FOUND_DETAIL = "There is nothing here that you can see."
RESERVED_MEMBERS = frozenset({"type", "title", "status", "code", "detail", "errors"})


class ProblemEncoder(DjangoJSONEncoder):
    """Datetimes as RFC 3339 in UTC with ``Z``."""

    def default(self, o: Any) -> Any:
        return to_rfc3339(o) if isinstance(o, datetime) else super().default(o)


def answer_problem(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """This will answer an error of a view; None for what nobody foresaw, which is then logged as a crash with 500.

    DRF's ``EXCEPTION_HANDLER``: domain errors, validation, 401, 404, 405 and parse errors look alike.
    """
    response = build_problem(error)
    if response is not None:
        set_rollback()
    return response


def build_problem(error: Exception) -> HttpResponse | None:
    """The answer to one error, or None for an unforeseen one."""
    if isinstance(error, Http404):
        return make_problem(status=404, detail=NOT_FOUND_DETAIL)
    if isinstance(error, PermissionDenied):
        return make_problem(status=403, detail="Your roles do not allow this.")
    if isinstance(error, APIException):
        return describe_api_exception(error)
    if isinstance(error, OperationalError | InterfaceError):
        return make_problem(
            status=503, detail="The database cannot be reached. Try again in a moment.", headers={"Retry-After": "5"}
        )
    if is_domain_error(error):
        return describe_domain_error(error)
    return None


def is_domain_error(error: Exception) -> bool:
    """Whether this is one of our own trees: a dotted ``code`` and a safe ``message``."""
    code, message = getattr(error, "code", None), getattr(error, "message", None)
    return isinstance(code, str) and "." in code and isinstance(message, str)


def find_status(code: str) -> int:
    """This will give the HTTP status of a domain error's code."""
    return STATUS_BY_CODE.get(code) or STATUS_BY_LAST_WORD.get(code.rpartition(".")[2], 400)


def describe_domain_error(error: Any) -> HttpResponse:
    """A conflict says its details at the top (``decided_by``, ``claimed_at`` …); a fault its list of errors."""
    status = find_status(error.code)
    if status == 404:  # absent and forbidden look the same; an ``advice`` speaks of nothing but what the caller may do
        return make_problem(status=404, detail=getattr(error, "advice", "") or NOT_FOUND_DETAIL)
    details = dict(getattr(error, "details", None) or {})
    errors = read_faults(error, details)
    members = details if status == 409 else {}
    return make_problem(status=status, code=error.code, detail=error.message, errors=errors, members=members)


def read_faults(error: Any, details: dict[str, Any]) -> list[dict[str, str]]:
    """``[{pointer, message}]`` from ``errors`` or ``faults`` of the error or its details, or from its one field."""
    found = getattr(error, "errors", None) or getattr(error, "faults", None)
    found = found or details.pop("errors", None) or details.pop("faults", None)
    if found:
        return [read_fault(fault) for fault in found]
    pointer = details.pop("pointer", None)
    if pointer is None and "field" in details:
        pointer = f"/{details.pop('field')}"
    return [] if pointer is None else [{"pointer": str(pointer), "message": error.message}]


def read_fault(fault: Any) -> dict[str, str]:
    """One fault, given as a mapping or an object with ``pointer`` and ``message``."""
    if isinstance(fault, Mapping):
        return {"pointer": str(fault.get("pointer", "")), "message": str(fault.get("message", ""))}
    return {"pointer": str(getattr(fault, "pointer", "")), "message": str(getattr(fault, "message", fault))}


def describe_api_exception(error: APIException) -> HttpResponse:
    """What DRF itself refuses, with the headers the standards ask for."""
    headers: dict[str, str] = {}
    if auth_header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if wait_s := getattr(error, "wait", None):
        headers["Retry-After"] = f"{wait_s:.0f}"
    if isinstance(error, ValidationError):
        return make_problem(
            status=400,
            code="request.invalid",
            detail="Some members are missing or wrong; see errors.",
            errors=list_validation_faults(error.detail),
        )
    errors = getattr(error, "errors", [])
    return make_problem(status=error.status_code, detail=str(error.detail), errors=errors, headers=headers)


def list_validation_faults(detail: Any, pointer: str = "") -> list[dict[str, str]]:
    """DRF's nested messages as a flat list by JSON pointer (RFC 6901)."""
    if isinstance(detail, Mapping):
        return [
            fault
            for key, value in detail.items()
            for fault in list_validation_faults(value, pointer if key == "non_field_errors" else join(pointer, key))
        ]
    if isinstance(detail, list | tuple):
        if any(isinstance(item, Mapping | list) for item in detail):
            return [
                fault
                for index, item in enumerate(detail)
                for fault in list_validation_faults(item, join(pointer, index))
            ]
        return [{"pointer": pointer, "message": str(item)} for item in detail]
    return [{"pointer": pointer, "message": str(detail)}]


def join(pointer: str, key: object) -> str:
    """The pointer to a member, escaped."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def make_problem(  # one keyword for each member of the format
    *,
    status: int,
    detail: str,
    code: str = "",
    errors: list[dict[str, str]] | None = None,
    members: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """This will make an ``application/problem+json`` answer. ``members`` are added at the top level."""
    problem = {
        "type": "about:blank",
        "title": TITLES.get(status) or HTTPStatus(status).phrase,
        "status": status,
        "code": code or CODE_BY_STATUS.get(status, "request.bad" if status < 500 else "server.error"),
        "detail": detail,
        "errors": errors or [],
        **{key: value for key, value in (members or {}).items() if key not in RESERVED_MEMBERS},
    }
    return HttpResponse(
        json.dumps(problem, cls=ProblemEncoder, ensure_ascii=False),
        status=status,
        content_type="application/problem+json",
        headers=dict(headers or {}),
    )

"""``/api/v1/audit/rights``: who held which role on a day, from the event log. Thin: ``people.rights_report`` knows."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from integrator.api.bodies import get_caller, read_text
from integrator.api.docs import LIST_PROBLEMS, PAGE_PARAMETERS, answers, query
from integrator.api.paging import read_limit
from integrator.database.keyset import CursorRefused
from integrator.events.queries import record_audit_read
from integrator.lib.clock import ClockError, parse_instant, to_rfc3339
from integrator.people.rights_report import ReportRow, can_see_rights_report, end_of_day, list_report


class ReportedRoleSerializer(serializers.Serializer[Any]):
    """A role as it was held. ``team`` is its name, or everywhere. ``active``: as of that day."""

    person = serializers.CharField(allow_blank=True)
    user_name = serializers.CharField(allow_blank=True)
    team = serializers.CharField()
    role = serializers.CharField(help_text="A role, team lead, or substitute for somebody.")
    since = serializers.DateTimeField()
    given_by = serializers.CharField()
    active = serializers.BooleanField()


class RightsReportSerializer(serializers.Serializer[Any]):
    """One page of the roles held at ``at``, by team and person."""

    at = serializers.DateTimeField()
    results = ReportedRoleSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class RightsReportView(APIView):
    """Who held which role."""

    @extend_schema(
        operation_id="get_rights_report",
        tags=["audit"],
        parameters=[
            query("on", "At the end of this day, 2026-11-22 (UTC); without it now."),
            query("team", "A team's short name."),
            query("person", "A user name."),
            *PAGE_PARAMETERS,
        ],
        responses=answers(RightsReportSerializer, 404, *LIST_PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """The roles of the teams whose log you may read, rebuilt from the log. That you read them is an event."""
        person = get_caller(request)
        if not can_see_rights_report(person):
            raise NotFound
        size, (at, first) = read_limit(request), _read_place(request)
        team, who = read_text(request, "team"), read_text(request, "person").strip().lower()
        rows = list_report(person, at, team=team, who=who)
        filters = {"report": "rights", "on": at.isoformat(), "team": team, "person": who}
        record_audit_read(person=person, filters={name: value for name, value in filters.items() if value})
        following = None
        if len(rows) > first + size:
            cursor = _write_cursor(at, first + size)
            following = replace_query_param(request.build_absolute_uri(), "cursor", cursor)
        told = [_tell(row) for row in rows[first : first + size]]
        return Response({"at": to_rfc3339(at), "results": told, "next": following})


def _read_place(request: Request) -> tuple[datetime, int]:
    """Of which moment, and from which row on: a cursor keeps both, so that no row shifts between two pages."""
    cursor = request.query_params.get("cursor", "")
    if cursor:
        return _read_cursor(cursor)
    text = read_text(request, "on")
    try:
        day = serializers.DateField().to_internal_value(text) if text else None
    except ValidationError as error:
        raise ValidationError({"on": error.detail}) from error
    with timezone.override(UTC):
        return end_of_day(day, timezone.now()), 0


def _write_cursor(at: datetime, first: int) -> str:
    return base64.urlsafe_b64encode(f"{at.isoformat()} {first}".encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, int]:
    try:
        at, first = base64.b64decode(cursor, altchars=b"-_", validate=True).decode("ascii").split(" ")
        place = int(first)
        moment = parse_instant(at)
    except (ValueError, binascii.Error, ClockError) as error:
        raise CursorRefused from error
    if not 0 <= place < 10**9:
        raise CursorRefused
    return moment, place


def _tell(row: ReportRow) -> dict[str, Any]:
    return {
        "person": row.person,
        "user_name": row.user_name,
        "team": row.team,
        "role": row.role,
        "since": to_rfc3339(row.since_at),
        "given_by": row.given_by,
        "active": row.is_active,
    }

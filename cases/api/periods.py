"""The period that a report of the API is asked for, and what every report says of itself."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from cases.reports.figures import Times
from cases.reports.log import Scope
from cases.reports.periods import MAX_DAYS, USUAL_DAYS, make_scope, read_day
from integrator.api.bodies import get_caller, read_text
from integrator.api.docs import query
from integrator.lib.clock import to_rfc3339
from integrator.people.models import Person
from integrator.people.rights import Action, can_anywhere

PERIOD_PARAMETERS = (
    query("since", "The first day, 2026-11-22, in UTC (signed in by a browser: in your zone)."),
    query("until", "The last day; it counts whole, as far as it is over."),
    OpenApiParameter(
        "days",
        {"type": "integer", "minimum": 1, "maximum": MAX_DAYS, "default": USUAL_DAYS},
        description="Instead of days: the last so many until now.",
    ),
    query("team", "A team's short name."),
    query("type", "The key of a case type."),
)


class TimesSerializer(serializers.Serializer[Any]):
    """How long things took, elapsed, in seconds. Both figures are those of one of them; null without any."""

    count = serializers.IntegerField(help_text="Of how many.")
    median_s = serializers.FloatField(allow_null=True, help_text="Half took no longer.")
    nine_in_ten_s = serializers.FloatField(allow_null=True, help_text="Nine in ten took no longer.")


class PeriodSerializer(serializers.Serializer[Any]):
    """The period that was counted: from ``since`` on, before ``until``."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField()


def get_report_reader(request: Request) -> Person:
    """The caller, who may read cases in some team. Raises Http404, as for the pages of reports."""
    return get_reader_who(request, Action.CASE_READ)


def get_reader_who(request: Request, action: Action) -> Person:
    """The caller, who may do ``action`` in some team. Raises Http404."""
    person = get_caller(request)
    if not can_anywhere(person, action):
        raise Http404
    return person


def read_scope(request: Request) -> Scope:
    """The scope that the address asks for, 30 days by default. Raises ValidationError."""
    length = _read_days(request)
    return make_scope(
        now=timezone.localtime(),
        since=_read_day(request, "since"),
        until=_read_day(request, "until"),
        days=length,
        team=read_text(request, "team", max_chars=100),
        case_type=read_text(request, "type", max_chars=100),
    )


def tell_period(scope: Scope) -> dict[str, str]:
    """The members of PeriodSerializer."""
    return {"since": to_rfc3339(scope.since_at), "until": to_rfc3339(scope.until_at)}


def tell_times(times: Times) -> dict[str, Any]:
    """The members of TimesSerializer."""
    return {"count": times.count, "median_s": tell_length(times.median), "nine_in_ten_s": tell_length(times.ninth)}


def tell_length(length: timedelta | None) -> float | None:
    """In seconds, to the millisecond."""
    return None if length is None else round(length.total_seconds(), 3)


def _read_day(request: Request, name: str) -> date | None:
    text = read_text(request, name, max_chars=40)
    day = read_day(text)
    if text and day is None:
        raise ValidationError({name: ["A day such as 2026-11-22 was expected."]})
    return day


def _read_days(request: Request) -> int:
    text = request.query_params.get("days", "")
    if not text:
        return USUAL_DAYS
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= MAX_DAYS):
        raise ValidationError({"days": [f"A whole number from 1 to {MAX_DAYS} was expected."]})
    return int(text)

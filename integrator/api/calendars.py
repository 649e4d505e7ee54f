"""``/api/v1/calendars`` and ``/api/v1/teams/{slug}/calendar``: business calendars, and by which one a team works.

Thin: the operations are in ``integrator.people``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrator.api.bodies import get_caller, read_members
from integrator.api.docs import (
    LIST_PROBLEMS,
    PAGE_PARAMETERS,
    PROBLEM_TYPE,
    WRITE_PROBLEMS,
    ProblemSerializer,
    answers,
    page_of,
)
from integrator.api.fields import NewKeyField
from integrator.api.paging import answer_page
from integrator.api.teams import take_for_team
from integrator.events.actors import Actor
from integrator.lib.clock import to_rfc3339
from integrator.lib.working_time import Hours
from integrator.people.calendars.hours import HoursRefused, read_hours, restore_hours, write_hours
from integrator.people.calendars.public_holidays import list_holidays
from integrator.people.models import BusinessCalendar, Person
from integrator.people.operations import (
    CalendarData,
    OwnDay,
    add_calendar,
    change_calendar,
    remove_calendar,
    set_team_calendar,
)
from integrator.people.rights import Action, can, can_anywhere

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
GONE = {204: OpenApiResponse(description="Done.")}


@extend_schema_field({"type": "string"})
class HoursField(serializers.CharField):
    """``9:00–12:00, 13:00–17:00`` as hours; empty is a day off."""

    def __init__(self) -> None:
        super().__init__(
            required=False, allow_blank=True, default="", max_length=300, help_text="9:00–12:00, 13:00–17:00"
        )

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The hours in order."""
        text = super().run_validation(data)
        try:
            return read_hours(text or "")
        except HoursRefused as error:
            raise serializers.ValidationError(error.message) from error


class WeekSerializer(serializers.Serializer[Any]):
    """The hours of each weekday; breaks are gaps, and what is left out is a day off."""

    monday, tuesday, wednesday, thursday, friday, saturday, sunday = (HoursField() for _ in DAYS)


class OwnDaySerializer(serializers.Serializer[Any]):
    """A day that differs, whatever weekday or holiday it is: without hours it is off."""

    date = serializers.DateField()
    name = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    hours = HoursField()


class CalendarBodySerializer(serializers.Serializer[Any]):
    """What a calendar says. Without ``country`` no public holiday is off."""

    name = serializers.CharField(max_length=120)
    zone = serializers.CharField(max_length=64, help_text="A time zone such as Europe/Berlin.")
    week = WeekSerializer()
    country = serializers.CharField(max_length=2, required=False, allow_blank=True, default="", help_text="ISO 3166.")
    region = serializers.CharField(max_length=10, required=False, allow_blank=True, default="", help_text="Such as BY.")
    own_days = OwnDaySerializer(many=True, required=False, default=[])


class NewCalendarSerializer(CalendarBodySerializer):
    """A new calendar and its short name; ``default`` counts for teams without one."""

    key = NewKeyField(max_length=60)


class CalendarSerializer(CalendarBodySerializer):
    """A calendar, and the teams that work by it."""

    key = serializers.CharField()
    teams = serializers.ListField(child=serializers.CharField())
    changed_at = serializers.DateTimeField()


class HolidaySerializer(serializers.Serializer[Any]):
    """A public holiday."""

    date = serializers.DateField()
    name = serializers.CharField()


class CalendarWithHolidaysSerializer(CalendarSerializer):
    """A calendar with the public holidays that are off by it, this year's and the next one's, from yesterday on."""

    holidays = HolidaySerializer(many=True)


class TeamCalendarBodySerializer(serializers.Serializer[Any]):
    """By which calendar the team works; null: by the default."""

    calendar = serializers.CharField(max_length=60, allow_null=True)


class TeamCalendarSerializer(TeamCalendarBodySerializer):
    """By which calendar a team works."""

    team = serializers.CharField()


class CalendarsView(APIView):
    """Business calendars."""

    @extend_schema(
        operation_id="list_calendars",
        tags=["calendars"],
        parameters=[*PAGE_PARAMETERS],
        responses=answers(page_of(CalendarSerializer), 403, 404, *LIST_PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """Every calendar, by name. For those who look after calendars."""
        _refuse(get_caller(request))
        rows = BusinessCalendar.objects.prefetch_related("teams")
        return answer_page(request, rows, order=("name",), serialize=tell_calendar)

    @extend_schema(
        operation_id="add_calendar",
        tags=["calendars"],
        request=NewCalendarSerializer,
        responses=answers(CalendarSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request) -> Response:
        """Add a calendar."""
        person = get_caller(request)
        given = read_members(request, NewCalendarSerializer, first=lambda: _refuse(person))
        _refuse(person)
        data = _read(given)
        return Response(
            tell_calendar(add_calendar(key=given["key"], data=data, actor=Actor.person(person), now=timezone.now()))
        )


class CalendarView(APIView):
    """One business calendar."""

    @extend_schema(
        operation_id="get_calendar",
        tags=["calendars"],
        responses=answers(CalendarWithHolidaysSerializer, 401, 403, 404, 406),
    )
    def get(self, request: Request, key: str) -> Response:
        """The calendar, with its coming holidays."""
        row = _find(get_caller(request), key)()
        return Response({**tell_calendar(row), "holidays": _tell_holidays(row)})

    @extend_schema(
        operation_id="change_calendar",
        tags=["calendars"],
        request=CalendarBodySerializer,
        responses=answers(CalendarSerializer, *WRITE_PROBLEMS),
    )
    def put(self, request: Request, key: str) -> Response:
        """Say anew all that the calendar says. Open clocks are counted anew in the background."""
        person = get_caller(request)
        find = _find(person, key)
        given = read_members(request, CalendarBodySerializer, first=find)
        find()
        row = change_calendar(key=key, data=_read(given), actor=Actor.person(person), now=timezone.now())
        return Response(tell_calendar(row))

    @extend_schema(
        operation_id="remove_calendar",
        tags=["calendars"],
        request=None,
        responses={**GONE, **{(status, PROBLEM_TYPE): ProblemSerializer for status in (401, 403, 404, 406, 409)}},
    )
    def delete(self, request: Request, key: str) -> Response:
        """Remove a calendar that no team works by."""
        person = get_caller(request)
        _find(person, key)()
        remove_calendar(key=key, actor=Actor.person(person))
        return Response(status=204)


class TeamCalendarView(APIView):
    """The calendar of a team."""

    @extend_schema(
        operation_id="set_team_calendar",
        tags=["calendars"],
        request=TeamCalendarBodySerializer,
        responses=answers(TeamCalendarSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, slug: str) -> Response:
        """Say by which calendar the team works. For those who look after the team."""
        person, team, given = take_for_team(request, TeamCalendarBodySerializer, slug)
        team = set_team_calendar(team_id=team.pk, key=given["calendar"] or "", actor=Actor.person(person))
        return Response({"team": team.slug, "calendar": team.calendar.key if team.calendar else None})


def tell_calendar(row: BusinessCalendar) -> dict[str, Any]:
    """The calendar as the API gives it; hours as people write them."""
    return {
        "key": row.key,
        "name": row.name,
        "zone": row.zone,
        "week": {name: _write(row.week.get(str(number), ())) for number, name in enumerate(DAYS)},
        "country": row.country,
        "region": row.region,
        "own_days": [{"date": day["date"], "name": day["name"], "hours": _write(day["hours"])} for day in row.own_days],
        "teams": sorted(team.slug for team in row.teams.all()),
        "changed_at": to_rfc3339(row.changed_at),
    }


def _write(kept: Iterable[list[int]]) -> str:
    return write_hours(restore_hours(kept))


def _tell_holidays(row: BusinessCalendar) -> list[dict[str, str]]:
    today = timezone.now().date()
    found = [day for year in (today.year, today.year + 1) for day in list_holidays(row.country, row.region, year)]
    return [{"date": day.isoformat(), "name": name} for day, name in found if day >= today - timedelta(days=1)]


def _read(given: Mapping[str, Any]) -> CalendarData:
    days: tuple[OwnDay, ...] = tuple(OwnDay(**day) for day in given["own_days"])
    again = [day for day, count in Counter(each.date for each in days).items() if count > 1]
    if again:
        raise ValidationError({"own_days": [f"{again[0]} is given twice. Keep one of them."]})
    week: dict[int, tuple[Hours, ...]] = {number: given["week"][name] for number, name in enumerate(DAYS)}
    return CalendarData(
        name=given["name"],
        zone=given["zone"],
        week=week,
        country=given["country"],
        region=given["region"].strip().upper(),
        own_days=days,
    )


def _refuse(person: Person) -> None:
    """Calendars belong to no team, so a right in one team is not enough. Raises Http404, PermissionDenied."""
    if not can_anywhere(person, Action.CALENDAR_MANAGE):
        raise Http404
    if not can(person, Action.CALENDAR_MANAGE):
        raise PermissionDenied


def _find(person: Person, key: str) -> Callable[[], BusinessCalendar]:
    def find() -> BusinessCalendar:
        _refuse(person)
        row = BusinessCalendar.objects.filter(key=key).first()
        if row is None:
            raise Http404
        return row

    return find

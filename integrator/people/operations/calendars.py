"""Writes to business calendars and to which one a team has. What was due by a calendar before stays due as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.lib.short_names import NO_SHORT_NAME, make_short_name
from integrator.lib.working_time import Hours
from integrator.people.calendars.hours import keep_hours
from integrator.people.calendars.public_holidays import list_countries
from integrator.people.errors import CalendarMissing, CalendarRefused
from integrator.people.models import BusinessCalendar, Team
from integrator.people.operations.teams import get_team_in, record_team_change_in

MAX_OWN_DAYS = 400
MAX_KEY_CHARS = 60
_FIELDS = ("name", "zone", "week", "country", "region", "own_days")


@dataclass(frozen=True, kw_only=True)
class OwnDay:
    """A day that differs: none or other hours, whatever weekday or holiday it is."""

    date: date
    name: str = ""
    hours: tuple[Hours, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CalendarData:
    """What is said of a calendar. ``week`` by weekday, 0 is Monday; no ``country``: no holidays."""

    name: str
    zone: str
    week: Mapping[int, tuple[Hours, ...]]
    country: str = ""
    region: str = ""
    own_days: tuple[OwnDay, ...] = ()


def add_calendar(*, key: str, data: CalendarData, actor: Actor, now: datetime) -> BusinessCalendar:
    """This will add a calendar; an empty ``key`` is made of the name. Records ``calendar.added``.

    Raises CalendarRefused.
    """
    key = key.strip() or make_short_name(data.name, most=MAX_KEY_CHARS)
    if not key:
        raise _refuse("key", NO_SHORT_NAME)
    row = BusinessCalendar(key=key, changed_at=now)
    _fill(row, data)
    with transaction.atomic(durable=True):
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            raise CalendarRefused(
                f"There is a calendar {key} already.", code="calendar.key_taken", details={"field": "key"}
            ) from error
        _record("calendar.added", row, actor)
    return row


def change_calendar(*, key: str, data: CalendarData, actor: Actor, now: datetime) -> BusinessCalendar:
    """This will change what the calendar says from now on. Records ``calendar.changed`` with old and new.

    Raises CalendarMissing, CalendarRefused.
    """
    with transaction.atomic(durable=True):
        row = _get_in(key)
        before = {name: getattr(row, name) for name in _FIELDS}
        _fill(row, data)
        changes = {name: (old, getattr(row, name)) for name, old in before.items() if old != getattr(row, name)}
        if changes:
            row.revision, row.changed_at = row.revision + 1, now
            row.save()
            _record("calendar.changed", row, actor, changes)
    return row


def remove_calendar(*, key: str, actor: Actor) -> None:
    """This will remove a calendar that no team has. Records ``calendar.removed``.

    Raises CalendarMissing, CalendarRefused ``calendar.in_use`` with the teams.
    """
    with transaction.atomic(durable=True):
        row = _get_in(key)
        teams = [str(team) for team in row.teams.order_by("name")]
        if teams:
            raise CalendarRefused(
                f"{', '.join(teams)} work by this calendar. Give them another one first.",
                code="calendar.in_use",
                details={"teams": teams},
            )
        _record("calendar.removed", row, actor)
        row.delete()


def set_team_calendar(*, team_id: int, key: str, actor: Actor) -> Team:
    """This will have the team work by this calendar, or by the default with an empty key. Records ``team.changed``.

    Raises TeamMissing, CalendarMissing.
    """
    with transaction.atomic(durable=True):
        team = get_team_in(team_id)
        old = team.calendar
        new = _get_in(key) if key else None
        if old != new:
            team.calendar = new
            team.save(update_fields=["calendar"])
            record_team_change_in(
                team, field="calendar", old=old.key if old else None, new=new.key if new else None, actor=actor
            )
    return team


def _get_in(key: str) -> BusinessCalendar:
    row = BusinessCalendar.objects.select_for_update(of=("self",)).filter(key=key).first()
    if row is None:
        raise CalendarMissing("There is no such calendar.", details={"calendar": key})
    return row


def _fill(row: BusinessCalendar, data: CalendarData) -> None:
    """Raises CalendarRefused with the first fault, in words."""
    if data.zone not in available_timezones():
        raise _refuse("zone", f"There is no time zone {data.zone}. Choose one such as Europe/Berlin.")
    _check_place(data.country, data.region)
    if not any(data.week.values()) and not any(day.hours for day in data.own_days):
        raise _refuse("week", "Give at least one weekday hours, such as 9:00–17:00.")
    if len(data.own_days) > MAX_OWN_DAYS:
        raise _refuse("own_days", f"A calendar has at most {MAX_OWN_DAYS} own days.")
    row.name, row.zone, row.country, row.region = data.name.strip(), data.zone, data.country, data.region
    row.week = {str(day): keep_hours(hours) for day, hours in sorted(data.week.items()) if hours}
    row.own_days = [_keep_day(day) for day in sorted(data.own_days, key=lambda each: each.date)]
    try:
        row.clean_fields(exclude=["week", "own_days"])
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise _refuse(field, messages[0]) from error


def _check_place(country: str, region: str) -> None:
    countries = list_countries()
    if country and country not in countries:
        raise _refuse("country", f"No public holidays are known for {country}.")
    if region and region not in countries.get(country, ()):
        raise _refuse("region", f"{region} is not a region of this country. Leave it empty for the country's holidays.")


def _keep_day(day: OwnDay) -> dict[str, Any]:
    return {"date": day.date.isoformat(), "name": day.name.strip(), "hours": keep_hours(day.hours)}


def _refuse(field: str, message: str) -> CalendarRefused:
    return CalendarRefused(message, details={"field": field})


def _record(name: str, row: BusinessCalendar, actor: Actor, changes: dict[str, tuple[Any, Any]] | None = None) -> None:
    data = {"calendar": row.key}
    record(name, actor=actor, subject=("calendar", row.pk), data=data, changes=changes or {})

"""From a calendar's row to the one that working time is counted by. A team without one has the default's hours."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from integrator.lib.working_time import Hours, WorkingCalendar, make_office_hours
from integrator.people.calendars.hours import restore_hours
from integrator.people.calendars.public_holidays import DaysOff
from integrator.people.models import BusinessCalendar, Team

DEFAULT_KEY = "default"
KEPT = 64

_lock = threading.Lock()
_built: dict[tuple[int, int], WorkingCalendar] = {}


def working_calendar_of(team_id: int | None) -> WorkingCalendar:
    """This will give the team's calendar, else the one with the key ``default``, else Monday to Friday from 9 to 17.

    One query, or two for a team without a calendar of its own. What was built is kept until the row changes.
    """
    team = Team.objects.select_related("calendar").filter(pk=team_id).first() if team_id is not None else None
    return working_calendar_of_team(team)


def working_calendar_of_team(team: Team | None) -> WorkingCalendar:
    """This will give the same for a team that was read with its calendar: no query, or one for the default."""
    row = team.calendar if team is not None else None
    row = row or BusinessCalendar.objects.filter(key=DEFAULT_KEY).first()
    if row is None:
        return make_office_hours(settings.SCHEDULE_ZONE)
    known = _built.get((row.pk, row.revision))
    if known is None:
        known = build_calendar(row)
        with _lock:
            if len(_built) >= KEPT:
                _built.clear()
            _built[(row.pk, row.revision)] = known
    return known


def forget_calendars() -> None:
    """This will have every calendar built anew: the rows may be others, as after a restore, under the same ids."""
    with _lock:
        _built.clear()


def build_calendar(row: BusinessCalendar) -> WorkingCalendar:
    """The row as a calendar to count by; years of holidays are looked up when they are needed."""
    return WorkingCalendar(
        zone=ZoneInfo(row.zone),
        week={int(day): restore_hours(hours) for day, hours in row.week.items()},
        days=DaysOff(row.country, row.region, _read_own_days(row.own_days)),
    )


def _read_own_days(kept: Iterable[Mapping[str, Any]]) -> dict[date, tuple[Hours, ...]]:
    return {date.fromisoformat(each["date"]): restore_hours(each["hours"]) for each in kept}

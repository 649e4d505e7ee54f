"""The addresses about business calendars, by right; a part of the registry in ``routes``."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from integrator.people.models import BusinessCalendar
from integrator.people.rights import Action
from tests.support.personas import Personas
from tests.support.route import Route


def _calendar(personas: Personas) -> dict[str, Any]:
    BusinessCalendar.objects.get_or_create(
        key="office", defaults={"name": "Office", "week": {"0": [[540, 1020]]}, "changed_at": timezone.now()}
    )
    return {"key": "office"}


MANAGE_CALENDARS: dict[str, Any] = {"action": Action.CALENDAR_MANAGE, "everywhere": True}
ONE_CALENDAR: dict[str, Any] = {**MANAGE_CALENDARS, "kwargs": _calendar}

CALENDAR_ROUTES: tuple[Route, ...] = (
    Route(name="calendars", verbs={"get": 200}, **MANAGE_CALENDARS),
    Route(name="calendar_add", verbs={"get": 200, "post": 400}, **MANAGE_CALENDARS),
    Route(name="calendar", verbs={"get": 200, "post": 400}, **ONE_CALENDAR),
    Route(name="calendar_remove", verbs={"post": 302}, **ONE_CALENDAR),
    Route(name="api_calendars", verbs={"get": 200, "post": 415}, is_machine=True, **MANAGE_CALENDARS),
    Route(name="api_calendar", verbs={"get": 200, "put": 415, "delete": 204}, is_machine=True, **ONE_CALENDAR),
)

"""The list of business calendars and the page of one, with its holidays and a deadline to try it on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrator.events.actors import Actor
from integrator.lib.working_time import NoWorkingTime, add_working_days
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader, needs
from integrator.people.calendar_forms import USUAL_WEEK, CalendarForm
from integrator.people.calendars import DEFAULT_KEY, build_calendar
from integrator.people.calendars.public_holidays import list_holidays
from integrator.people.errors import PeopleError
from integrator.people.forms import add_people_error
from integrator.people.models import BusinessCalendar
from integrator.people.operations import add_calendar, change_calendar, remove_calendar
from integrator.people.rights import Action, can


@needs(Action.CALENDAR_MANAGE)
@require_safe
def show_calendars(request: HttpRequest) -> HttpResponse:
    """Every calendar with the number of teams that work by it."""
    _check(request)
    rows = BusinessCalendar.objects.annotate(team_count=Count("teams"))
    return render_page(request, "people/calendars.html", {"calendars": rows, "default_key": DEFAULT_KEY})


@needs(Action.CALENDAR_MANAGE)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """The form for a new calendar."""
    _check(request)
    form = CalendarForm(request.POST if request.method == "POST" else None)
    form.initial = {**USUAL_WEEK, "zone": get_reader(request).time_zone}  # likelier than the first of the alphabet
    if form.is_bound and form.is_valid():
        try:
            row = add_calendar(
                key=form.cleaned_data["key"],
                data=form.data_given,
                actor=Actor.person(get_reader(request)),
                now=timezone.now(),
            )
        except PeopleError as error:
            add_people_error(form, error)
        else:
            messages.success(request, f"{row} is added. Choose it on the pages of the teams that work by it.")
            return redirect("calendar", key=row.key)
    return render_page(request, "people/calendar.html", {"form": form}, status=400 if form.is_bound else 200)


@needs(Action.CALENDAR_MANAGE)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """The calendar's form, its holidays of this year and the next, and what is due by it."""
    row = _get(request, key)
    form = CalendarForm(request.POST if request.method == "POST" else None, row=row)
    if form.is_bound and form.is_valid():
        try:
            change_calendar(key=key, data=form.data_given, actor=Actor.person(get_reader(request)), now=timezone.now())
        except PeopleError as error:
            add_people_error(form, error)
        else:
            said = "It counts for what is asked from now on, and clocks that run are counted anew."
            messages.success(request, f"{row} is changed. {said}")
            return redirect("calendar", key=key)
    context = {"form": form, "calendar": row, **_tell(row, timezone.now())}
    return render_page(request, "people/calendar.html", context, status=400 if form.is_bound else 200)


@needs(Action.CALENDAR_MANAGE)
@require_POST
def remove(request: HttpRequest, key: str) -> HttpResponse:
    """Removes a calendar that no team has."""
    row = _get(request, key)
    try:
        remove_calendar(key=key, actor=Actor.person(get_reader(request)))
    except PeopleError as error:
        messages.error(request, error.message)
        return redirect("calendar", key=key)
    messages.success(request, f"{row} is removed.")
    return redirect("calendars")


def _check(request: HttpRequest) -> None:
    """Calendars belong to no team, so a right in one team is not enough."""
    if not can(request.user, Action.CALENDAR_MANAGE):
        raise PermissionDenied


def _get(request: HttpRequest, key: str) -> BusinessCalendar:
    _check(request)
    row = BusinessCalendar.objects.filter(key=key).first()
    if row is None:
        raise Http404
    return row


def _tell(row: BusinessCalendar, now: datetime) -> dict[str, Any]:
    """What the calendar says, so that a mistake in it is seen: its holidays and what is due in two working days."""
    years = (now.year, now.year + 1)
    found = [day for year in years for day in list_holidays(row.country, row.region, year)]
    counted = build_calendar(row)
    try:
        due_at = add_working_days(counted, now, 2)
    except NoWorkingTime:
        due_at = None
    today = now.astimezone(counted.zone).date()
    return {
        "holidays": [day for day in found if day[0] >= today - timedelta(days=1)],
        "due_at": due_at,
        "teams": row.teams.order_by("name"),
        "is_default": row.key == DEFAULT_KEY,
    }

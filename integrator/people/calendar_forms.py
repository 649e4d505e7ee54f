"""The form of a business calendar: hours as people write them, and days that differ, a line each."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.http import QueryDict

from integrator.people.calendars.hours import HoursRefused, read_hours, restore_hours, write_hours
from integrator.people.calendars.public_holidays import list_countries, name_countries
from integrator.people.models import BusinessCalendar
from integrator.people.operations import CalendarData, OwnDay

_OWN_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})\s*(?::\s*(?P<hours>[^#]*?))?\s*(?:#\s*(?P<name>.*))?")
DAYS = tuple(f"day_{number}" for number in range(7))
USUAL_WEEK = dict.fromkeys(DAYS[:5], "09:00–17:00")  # what a new one begins with


class HoursField(forms.CharField):
    """``9:00–12:00, 13:00–17:00`` as hours; empty is a day off."""

    def clean(self, value: Any) -> Any:
        """The hours in order."""
        try:
            return read_hours(super().clean(value))
        except HoursRefused as error:
            raise forms.ValidationError(error.message) from error


class CalendarForm(forms.Form):
    """A calendar; the week's fields are named by day."""

    name = forms.CharField(max_length=120, label="Name", help_text="Such as Bavaria, office.")
    key = forms.SlugField(
        max_length=60,
        required=False,
        label="Short name",
        help_text="“default” counts for teams without one. Left empty, it is made of the name.",
    )
    zone = forms.ChoiceField(
        label="Time zone", choices=lambda: [(zone, zone) for zone in sorted(available_timezones())]
    )
    day_0, day_1, day_2, day_3, day_4, day_5, day_6 = (
        HoursField(
            required=False,
            label=name,
            help_text="Breaks are gaps: 9:00–12:00, 13:00–17:00. Empty is a day off." if number == 0 else "",
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )
        for number, name in enumerate(calendar.day_name)
    )
    country = forms.ChoiceField(
        required=False,
        label="Public holidays of",
        choices=lambda: [("", "No country"), *((code, name) for code, name in name_countries().items())],
    )
    region = forms.CharField(
        required=False, max_length=10, label="Region", help_text="Such as BY for Bavaria; empty for the whole country."
    )
    own_days = forms.CharField(
        required=False,
        label="Days that differ",
        widget=forms.Textarea(attrs={"rows": 4, "class": "data", "spellcheck": "false"}),
        help_text="One a line. 2026-12-24: 9:00–13:00 # Christmas Eve. Without hours it is a day off.",
    )

    def __init__(self, data: QueryDict | None = None, *, row: BusinessCalendar | None = None) -> None:
        super().__init__(data, initial=None if row is None else tell_calendar(row))
        if row is not None:
            del self.fields["key"]

    def clean_own_days(self) -> tuple[OwnDay, ...]:
        """The days, in the order of the lines; each wrong line is named."""
        lines = [line.strip() for line in self.cleaned_data["own_days"].splitlines() if line.strip()]
        found: dict[date, OwnDay] = {}
        for line in lines:
            day = _read_own_day(line)
            if day.date in found:
                raise forms.ValidationError(f"{day.date} is given twice. Keep one line of it.")
            found[day.date] = day
        return tuple(found.values())

    def clean(self) -> dict[str, Any]:
        """The region is one of the country's."""
        cleaned = super().clean() or {}
        regions = list_countries().get(cleaned.get("country", ""), ())
        region = cleaned["region"] = (cleaned.get("region") or "").strip().upper()
        if region and region not in regions:
            known = f" Known are {', '.join(regions)}." if regions else ""
            self.add_error(
                "region", f"“{region}” is not a region of this country.{known} Leave it empty for all of it."
            )
        return cleaned

    @property
    def data_given(self) -> CalendarData:
        """What was typed, for the operation; the form is valid."""
        given = self.cleaned_data
        return CalendarData(
            name=given["name"],
            zone=given["zone"],
            week={number: given[field] for number, field in enumerate(DAYS)},
            country=given["country"],
            region=given["region"],
            own_days=given["own_days"],
        )


def tell_calendar(row: BusinessCalendar) -> dict[str, Any]:
    """The row as the form shows it."""
    week = {field: write_hours(restore_hours(row.week.get(str(number), ()))) for number, field in enumerate(DAYS)}
    own = "\n".join(_write_own_day(day) for day in row.own_days)
    place = {"country": row.country, "region": row.region}
    return {"name": row.name, "zone": row.zone, **week, **place, "own_days": own}


def _read_own_day(line: str) -> OwnDay:
    match = _OWN_DAY.fullmatch(line)
    try:
        day = date.fromisoformat(match[1] if match else "")
        hours = read_hours((match["hours"] if match else "") or "")
    except HoursRefused as error:
        raise forms.ValidationError(f"{line}: {error.message}") from error
    except ValueError as error:
        raise forms.ValidationError(
            f"“{line}” is not a day that differs. Write 2026-12-24: 9:00–13:00 # Christmas Eve."
        ) from error
    return OwnDay(date=day, name=(match["name"] if match else "") or "", hours=hours)


def _write_own_day(day: Mapping[str, Any]) -> str:
    hours: Iterable[list[int]] = day["hours"]
    written = write_hours(restore_hours(hours))
    return str(day["date"]) + (f": {written}" if written else "") + (f" # {day['name']}" if day["name"] else "")

"""Business calendars: kept, chosen by teams, counted by; the pages on which they are made."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.urls import reverse

from integrator.events.actors import SYSTEM
from integrator.lib.working_time import add_working_days, is_working
from integrator.people.calendars import working_calendar_of
from integrator.people.calendars.hours import read_hours
from integrator.people.calendars.public_holidays import CalendarPlaceUnknown, list_holidays, name_countries
from integrator.people.errors import CalendarMissing, CalendarRefused
from integrator.people.models import BusinessCalendar, Team
from integrator.people.operations import (
    CalendarData,
    OwnDay,
    add_calendar,
    change_calendar,
    remove_calendar,
    set_team_calendar,
)
from integrator.people.roles import Role
from tests.support.cases import events_of
from tests.support.personas import make_person, make_team, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 12, 23, 9, 0, tzinfo=UTC)  # a Wednesday; 10:00 in Berlin
OFFICE = dict.fromkeys(range(5), read_hours("9-17"))
BAVARIA = CalendarData(
    name="Bavaria",
    zone="Europe/Berlin",
    week=OFFICE,
    country="DE",
    region="BY",
    own_days=(OwnDay(date=date(2026, 12, 24), name="Christmas Eve", hours=read_hours("9-13")),),
)


def add(key: str = "bavaria", data: CalendarData = BAVARIA) -> BusinessCalendar:
    return add_calendar(key=key, data=data, actor=SYSTEM, now=NOW)


class TestWorkingCalendarOf:
    def test_counts_by_the_teams_calendar_with_its_holidays_and_own_days(self) -> None:
        team = make_team("legal")
        add()
        set_team_calendar(team_id=team.pk, key="bavaria", actor=SYSTEM)
        counted = working_calendar_of(team.pk)
        assert add_working_days(counted, NOW, 1) == datetime(2026, 12, 24, 9, 0, tzinfo=UTC)
        assert add_working_days(counted, NOW, 2) == datetime(2026, 12, 28, 9, 0, tzinfo=UTC)  # over Christmas
        assert not is_working(counted, datetime(2027, 1, 6, 10, 0, tzinfo=UTC))  # Epiphany, in Bavaria only

    def test_falls_back_to_the_default_and_then_to_office_hours(self, settings: Any) -> None:
        settings.SCHEDULE_ZONE = "UTC"
        team = make_team("legal")
        assert is_working(working_calendar_of(team.pk), datetime(2026, 12, 25, 10, 0, tzinfo=UTC))
        add("default")
        assert not is_working(working_calendar_of(team.pk), datetime(2026, 12, 25, 10, 0, tzinfo=UTC))
        assert not is_working(working_calendar_of(None), datetime(2026, 12, 25, 10, 0, tzinfo=UTC))

    def test_counts_by_what_was_changed_at_once(self) -> None:
        add("default")
        assert is_working(working_calendar_of(None), NOW)
        change_calendar(
            key="default", data=CalendarData(name="D", zone="UTC", week={0: read_hours("9-17")}), actor=SYSTEM, now=NOW
        )
        assert not is_working(working_calendar_of(None), NOW)


class TestChangeCalendar:
    def test_records_old_and_new(self) -> None:
        add()
        data = CalendarData(name="Bavaria", zone="Europe/Berlin", week=OFFICE, country="DE")
        row = change_calendar(key="bavaria", data=data, actor=SYSTEM, now=NOW)
        (event,) = events_of("calendar.changed")
        assert (set(event["_changes"]), row.revision) == ({"region", "own_days"}, 2)

    def test_changes_nothing_when_nothing_differs(self) -> None:
        add()
        assert change_calendar(key="bavaria", data=BAVARIA, actor=SYSTEM, now=NOW).revision == 1
        assert events_of("calendar.changed") == []

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"zone": "Europe/Munich"}, "zone"),
            ({"country": "XX"}, "country"),
            ({"country": "DE", "region": "TX"}, "region"),
            ({"week": {}}, "week"),
            ({"name": ""}, "name"),
        ],
    )
    def test_names_the_field_at_fault(self, more: dict[str, Any], field: str) -> None:
        given: dict[str, Any] = {"name": "Bavaria", "zone": "Europe/Berlin", "week": OFFICE, **more}
        with pytest.raises(CalendarRefused) as refused:
            add(data=CalendarData(**given))
        assert refused.value.details["field"] == field
        assert not BusinessCalendar.objects.exists()

    def test_takes_a_key_once(self) -> None:
        add()
        with pytest.raises(CalendarRefused, match="already"):
            add()


class TestRemoveCalendar:
    def test_is_refused_while_a_team_works_by_it(self) -> None:
        team = make_team("legal")
        add()
        set_team_calendar(team_id=team.pk, key="bavaria", actor=SYSTEM)
        with pytest.raises(CalendarRefused, match="Legal work by"):
            remove_calendar(key="bavaria", actor=SYSTEM)
        set_team_calendar(team_id=team.pk, key="", actor=SYSTEM)
        remove_calendar(key="bavaria", actor=SYSTEM)
        with pytest.raises(CalendarMissing):
            remove_calendar(key="bavaria", actor=SYSTEM)


class TestPublicHolidays:
    def test_are_known_by_country_and_region(self) -> None:
        assert (date(2026, 11, 26), "Thanksgiving Day") in list_holidays("US", "", 2026)
        assert name_countries()["DE"] == "Germany"
        with pytest.raises(CalendarPlaceUnknown):
            list_holidays("ZZ", "", 2026)


class TestPages:
    FORM = {
        "name": "Bavaria", "key": "bavaria", "zone": "Europe/Berlin", "day_0": "9-12, 13-17", "country": "DE",
        "region": "by", "own_days": "2026-12-24: 9:00–13:00 # Christmas Eve\n2026-12-31",
    }  # fmt: skip

    def test_make_one_and_show_it_again_as_it_was_typed(self) -> None:
        client = sign_in(make_person("", (None, Role.ADMIN)))
        assert client.post(reverse("calendar_add"), self.FORM).status_code == 302
        row = BusinessCalendar.objects.get()
        assert (row.week, row.region) == ({"0": [[540, 720], [780, 1020]]}, "BY")
        assert [day["name"] for day in row.own_days] == ["Christmas Eve", ""]
        page = client.get(reverse("calendar", kwargs={"key": "bavaria"})).content.decode()
        assert "09:00–12:00, 13:00–17:00" in page
        assert "2026-12-24: 09:00–13:00 # Christmas Eve" in page
        assert "Epiphany" in page

    @pytest.mark.parametrize(
        ("field", "typed", "said"),
        [
            ("day_0", "nine", "Write it like 9:00–17:00"),
            ("region", "TX", "Known are BB, BE, BW, BY"),
            ("own_days", "Christmas", "Write 2026-12-24: 9:00–13:00"),
            ("own_days", "2026-02-30", "is not a day that differs"),
            ("own_days", "2026-12-24: noon", "is not a stretch of hours"),
            ("own_days", "2026-12-24\n2026-12-24", "is given twice"),
        ],
    )
    def test_say_what_to_write_and_keep_what_was_typed(self, field: str, typed: str, said: str) -> None:
        client = sign_in(make_person("", (None, Role.ADMIN)))
        answer = client.post(reverse("calendar_add"), {**self.FORM, field: typed})
        page = answer.content.decode()
        assert (answer.status_code, said in page, typed.splitlines()[0] in page) == (400, True, True)

    def test_let_a_team_choose_one(self) -> None:
        team, client = make_team("legal"), sign_in(make_person("", (None, Role.ADMIN)))
        row = add()
        client.post(reverse("team_calendar", kwargs={"slug": "legal"}), {"calendar": row.pk})
        assert Team.objects.get(pk=team.pk).calendar == row
        (event,) = events_of("team.changed")
        assert event["_changes"] == {"calendar": (None, "bavaria")}

"""The form for a new calendar."""

from __future__ import annotations

import pytest
from django.test import Client

from integrator.people.models import Membership, Person


class TestNewCalendar:
    @pytest.mark.django_db
    def test_begins_with_the_zone_of_who_adds_it(self, client: Client) -> None:
        admin = Person.objects.create(username="adm", name="Adm", email="adm@example.org", time_zone="Europe/Berlin")
        Membership.objects.create(person=admin, team=None, role="admin")
        client.force_login(admin)
        page = client.get("/settings/calendars/add/").content.decode()
        assert '<option value="Europe/Berlin" selected>' in page
        assert page.count('value="09:00–17:00"') == 5

    @pytest.mark.django_db
    def test_makes_the_short_name_of_the_name(self, client: Client) -> None:
        admin = Person.objects.create(username="adm", name="Adm", email="adm@example.org")
        Membership.objects.create(person=admin, team=None, role="admin")
        client.force_login(admin)
        typed = {"name": "Bavaria, office", "key": "", "zone": "UTC", "day_0": "9:00-17:00"}
        made = client.post("/settings/calendars/add/", typed)
        assert made.headers["Location"] == "/settings/calendars/of/bavaria-office/"
        again = client.post("/settings/calendars/add/", typed)
        assert (again.status_code, "There is a calendar bavaria-office already." in again.content.decode()) == (
            400,
            True,
        )
        nameless = client.post("/settings/calendars/add/", {**typed, "name": "東"})
        assert "No short name can be made of this name." in nameless.content.decode()

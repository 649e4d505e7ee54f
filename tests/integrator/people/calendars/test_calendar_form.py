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

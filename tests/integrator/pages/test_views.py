"""One's own preferences."""

from __future__ import annotations

import pytest
from django.test import Client

from integrator.people.models import Person
from tests.support.personas import make_person, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def lee(transactional_db) -> Person:
    return make_person("lee")


class TestEditPreferences:
    def test_keeps_name_zone_and_theme(self, lee: Person) -> None:
        client = sign_in(lee)
        answer = client.post("/settings/me/", {"name": "Lee", "time_zone": "Europe/Berlin", "theme": "dark"})
        assert answer.status_code == 302
        lee.refresh_from_db()
        assert (lee.name, lee.time_zone, lee.theme) == ("Lee", "Europe/Berlin", "dark")
        assert 'data-bs-theme="dark"' in client.get("/settings/me/").text

    def test_keeps_what_was_typed_when_it_refuses(self, lee: Person) -> None:
        answer = sign_in(lee).post("/settings/me/", {"name": "Lee", "time_zone": "Moon/Base", "theme": ""})
        assert answer.status_code == 400
        assert 'value="Lee"' in answer.text

    def test_wants_a_person(self) -> None:
        assert Client().get("/settings/me/").status_code == 302


class TestSetTheme:
    def test_changes_the_theme_and_goes_back(self, lee: Person) -> None:
        answer = sign_in(lee).post("/settings/theme/", {"theme": "light", "next": "/settings/me/?a=1"})
        assert answer["Location"] == "/settings/me/?a=1"
        lee.refresh_from_db()
        assert lee.theme == "light"

    @pytest.mark.parametrize("address", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
    def test_never_leads_elsewhere(self, lee: Person, address: str) -> None:
        assert sign_in(lee).post("/settings/theme/", {"theme": "", "next": address})["Location"] == "/"

    def test_answers_a_script_without_a_page(self, lee: Person) -> None:
        answer = sign_in(lee).post("/settings/theme/", {"theme": "dark"}, headers={"HX-Request": "true"})
        assert answer.status_code == 204

    def test_refuses_an_unknown_theme(self, lee: Person) -> None:
        assert sign_in(lee).post("/settings/theme/", {"theme": "pink"}).status_code == 400

    def test_refuses_a_get(self, lee: Person) -> None:
        assert sign_in(lee).get("/settings/theme/").status_code == 405

    def test_refuses_a_post_without_its_token(self, lee: Person) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(lee)
        answer = client.post("/settings/theme/", {"theme": "dark"}, headers={"HX-Request": "true"})
        assert answer.status_code == 403
        assert "Nothing was changed" in answer.text

"""The filter of the audit page: a chip for each thing in force, that leads to the page without it."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.test import Client

from flows.views.audit_filter import GROUPS, FilterForm, make_chips
from integrator.people.roles import Role
from tests.support.personas import make_person, sign_in


def chips_of(query: str) -> dict[str, tuple[str, str]]:
    """What each chip in force says, and the query without it."""
    asked = QueryDict(query)
    form = FilterForm(asked)
    form.is_valid()
    return {chip.label: (chip.value, chip.without) for chip in make_chips(form, asked) if chip.value}


class TestChips:
    @pytest.mark.parametrize(
        ("query", "label", "value"),
        [
            ("since=2026-11-05&until=2026-11-05", "Period", "5 Nov 2026"),
            ("since=2026-11-05&until=2026-11-22", "Period", "5 Nov 2026 to 22 Nov 2026"),
            ("since=2026-11-05", "Period", "from 5 Nov 2026"),
            ("amount_to=20.50", "Amount", "up to 20.50"),
            ("amount_from=1E3&amount_to=2000", "Amount", "1000 to 2000"),
            ("name=task.decided", "What", "Task decided"),
            ("actor=lee", "Who", "lee"),
            ("subject=case+C-1", "Subject", "case C-1"),
        ],
    )
    def test_say_what_is_in_force(self, query: str, label: str, value: str) -> None:
        assert chips_of(query) == {label: (value, "?")}

    def test_lead_to_the_page_without_them_and_from_its_beginning(self) -> None:
        found = chips_of("since=2026-11-05&until=2026-11-22&actor=lee&before=70&event=12&other=1")
        assert found["Period"][1] == "?actor=lee&other=1"
        assert found["Who"][1] == "?since=2026-11-05&until=2026-11-22&other=1"

    def test_come_first_when_they_are_in_force_or_cannot_be_read(self) -> None:
        asked = QueryDict("outcome=approved&amount_to=much&actor=lee")
        form = FilterForm(asked)
        form.is_valid()
        labels = [chip.label for chip in make_chips(form, asked)]
        assert labels[:4] == ["Who", "Outcome", "Amount", "Period"]

    def test_say_nothing_of_what_cannot_be_read(self) -> None:
        assert chips_of("since=soon&name=nothing&amount_from=NaN") == {}

    def test_hold_every_field_of_the_form_once(self) -> None:
        assert sorted(name for names in GROUPS.values() for name in names) == sorted(FilterForm.base_fields)


@pytest.mark.django_db
class TestPage:
    @pytest.fixture
    def client(self) -> Client:
        return sign_in(make_person("aud", (None, Role.AUDITOR)))

    def test_keeps_the_other_filters_in_each_chip(self, client: Client) -> None:
        page = client.get("/audit/", {"actor": "lee", "outcome": "<b>", "before": "70"}).content.decode()
        assert page.count('<input type="hidden" name="actor" value="lee">') == len(GROUPS) - 1 + 3  # and three files
        assert 'aria-label="Remove the filter Outcome &lt;b&gt;"' in page
        assert 'href="?actor=lee"' in page
        assert "<b>any</b>" in page

    def test_shows_beside_a_field_why_it_cannot_be_read(self, client: Client) -> None:
        page = client.get("/audit/", {"since": "soon"}).content.decode()
        assert "data-fold open" in page
        assert "Enter a valid date" in page

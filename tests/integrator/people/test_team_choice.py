"""The field in which somebody chooses a team."""

from __future__ import annotations

import pytest
from django import forms

from integrator.people.models import Team
from integrator.people.team_choice import offer_teams

pytestmark = pytest.mark.django_db


class TestOfferTeams:
    def test_offers_what_there_is(self) -> None:
        team = Team.objects.create(slug="legal", name="Legal")
        field = forms.ModelChoiceField(queryset=Team.objects.none(), help_text="Whose it is.")
        offer_teams(field, Team.objects.all())
        assert list(field.queryset) == [team]
        assert field.help_text == "Whose it is."

    def test_leads_to_where_the_first_one_is_added(self) -> None:
        field = forms.ModelChoiceField(queryset=Team.objects.none())
        offer_teams(field, Team.objects.all())
        assert 'There is no team yet. <a href="/settings/teams/add/">' in field.help_text

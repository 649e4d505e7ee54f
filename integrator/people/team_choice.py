"""The field in which somebody chooses a team: what it offers, and what it says where there is none."""

from __future__ import annotations

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html

from integrator.people.models import Team


def offer_teams(field: forms.Field, teams: QuerySet[Team]) -> None:
    """This will let a choice field offer these teams, and lead to where one is added if there is none. One query."""
    if not isinstance(field, forms.ModelChoiceField):
        return
    field.queryset = teams
    if not teams.exists():
        add = '<a href="{}">Add the first one</a>, then come back.'
        field.help_text = format_html("There is no team yet. " + add, reverse("team_add"))

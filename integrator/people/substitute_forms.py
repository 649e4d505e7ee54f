"""The form that names a substitute: days in the reader's zone, people by name. The operation decides what may be."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from integrator.people.models import Person, Team
from integrator.people.operations import NewSubstitution
from integrator.people.queries import list_people_to_cover, list_teams_to_cover
from integrator.people.refs import RefUnknown, get_active_person


class SubstituteForm(forms.Form):
    """Who acts, for whom, from which day until which, and where. Both days count."""

    person = forms.ModelChoiceField(
        queryset=Person.objects.none(), required=False, label="For whom", empty_label="For me"
    )
    substitute = forms.CharField(
        max_length=254,
        label="Who acts",
        help_text="A user name or e-mail address. They need an account of their own.",
        widget=forms.TextInput(attrs={"list": "people-known", "autocomplete": "off"}),
    )
    first_day = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last_day = forms.DateField(
        label="Until, that day included", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    team = forms.ModelChoiceField(
        queryset=Team.objects.none(), required=False, label="Only in the team", empty_label="In every team"
    )
    note = forms.CharField(max_length=500, required=False, label="Note", help_text="Such as where to find the keys.")

    def __init__(self, data: Any, *, reader: Person, today: date) -> None:
        super().__init__(data, initial={"first_day": today, "last_day": today + timedelta(days=6)})
        self._reader = reader
        people = list_people_to_cover(reader)
        if people.exists():
            self._choose("person", people)
        else:
            del self.fields["person"]
        self._choose("team", list_teams_to_cover(reader))

    def _choose(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = rows

    def clean_substitute(self) -> Person:
        """The person of that name."""
        try:
            return get_active_person(str(self.cleaned_data["substitute"]).strip())
        except RefUnknown as error:
            raise forms.ValidationError(error.message) from error

    def read(self, now: datetime) -> NewSubstitution:
        """What was asked for; from today on means from now on."""
        given = self.cleaned_data
        starts_at = max(_midnight(given["first_day"]), now)
        covered: Person = given.get("person") or self._reader
        team: Team | None = given["team"]
        return NewSubstitution(
            person_id=covered.pk,
            substitute_id=given["substitute"].pk,
            team_id=team.pk if team else None,
            starts_at=starts_at,
            ends_at=_midnight(given["last_day"] + timedelta(days=1)),
            note=given["note"],
        )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone())

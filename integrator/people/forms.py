"""Forms of the pages about people. They read what was typed; what may be written is decided by the operations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from integrator.people.errors import PeopleError
from integrator.people.models import BusinessCalendar, Person, Team
from integrator.people.roles import Role

EXPIRY_CHOICES = [("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("", "it is revoked")]


class PersonForm(forms.Form):
    """A new person."""

    username = forms.CharField(max_length=150, label="User name", help_text="What they sign in with, such as ana.")
    name = forms.CharField(max_length=150, required=False, label="Name", help_text="What others see.")
    email = forms.EmailField(required=False, label="E-mail address", help_text="They may sign in with it too.")
    password = forms.CharField(
        required=False,
        label="First password",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        help_text="Left empty, we make one and show it to you once. No mail is sent.",
    )


class RoleForm(forms.Form):
    """A role for a known person."""

    role = forms.ChoiceField(choices=Role.choices, label="Role")
    team = forms.ModelChoiceField(
        queryset=Team.objects.none(), required=False, label="Team", empty_label="Every team (auditor and admin only)"
    )

    def __init__(self, *args: Any, teams: QuerySet[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self.fields["team"], teams)


class MemberForm(forms.Form):
    """A person with a role for a known team."""

    person = forms.ModelChoiceField(queryset=Person.objects.none(), label="Person", empty_label="Choose…")
    role = forms.ChoiceField(choices=Role.choices, label="Role")

    def __init__(self, *args: Any, people: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self.fields["person"], people)


class LeadForm(forms.Form):
    """Who a team escalates to."""

    lead = forms.ModelChoiceField(queryset=Person.objects.none(), required=False, label="Lead", empty_label="Nobody")

    def __init__(self, *args: Any, people: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self.fields["lead"], people)


class ParentForm(forms.Form):
    """The team above a team."""

    parent = forms.ModelChoiceField(
        queryset=Team.objects.none(), required=False, label="Team above", empty_label="None"
    )

    def __init__(self, *args: Any, teams: QuerySet[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self.fields["parent"], teams)


class TeamCalendarForm(forms.Form):
    """By which calendar a team works."""

    calendar = forms.ModelChoiceField(
        queryset=BusinessCalendar.objects.none(), required=False, label="Calendar", empty_label="The default"
    )

    def __init__(self, *args: Any, calendars: QuerySet[BusinessCalendar], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self.fields["calendar"], calendars)


class TeamForm(forms.Form):
    """A new team."""

    name = forms.CharField(max_length=120, label="Name", help_text="Such as Customer support.")
    slug = forms.SlugField(
        max_length=60,
        label="Short name",
        help_text="Small letters, digits, dashes; flow files use it: team:support.",
    )


class TokenForm(forms.Form):
    """A new access token."""

    name = forms.CharField(max_length=120, label="What is it for?", help_text="Such as Nightly report.")
    days = forms.ChoiceField(choices=EXPIRY_CHOICES, required=False, initial="90", label="It works until")


def choose_from(field: forms.Field, rows: QuerySet[Any]) -> None:
    """Give a choice field its rows."""
    if isinstance(field, forms.ModelChoiceField):
        field.queryset = rows


def add_people_error(form: forms.Form, error: PeopleError) -> None:
    """This will put what an operation refused beside the field it is about."""
    field = str(error.details.get("field", ""))
    form.add_error(field if field in form.fields else None, error.message)

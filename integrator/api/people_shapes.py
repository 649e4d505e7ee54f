"""The shapes of people, teams and roles for those who look after them, and how rows are told. No rule lives here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from rest_framework import serializers

from integrator.lib.clock import to_rfc3339
from integrator.people.models import Membership, Person, Team
from integrator.people.queries import group_by_person, list_memberships
from integrator.people.roles import Role

WHO = "A user name or an e-mail address."
STATES = ("active", "deactivated")


class RoleOfPersonSerializer(serializers.Serializer[Any]):
    """A role somebody holds; ``team`` null: everywhere. Its ``id`` takes it away."""

    id = serializers.IntegerField()
    role = serializers.ChoiceField(Role.choices)
    team = serializers.CharField(allow_null=True)
    since_at = serializers.DateTimeField()


class PersonSerializer(serializers.Serializer[Any]):
    """Somebody who signs in. ``last_login_at`` null: never yet."""

    username = serializers.CharField()
    name = serializers.CharField()
    email = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(STATES)
    deactivated_at = serializers.DateTimeField(allow_null=True)
    last_login_at = serializers.DateTimeField(allow_null=True)
    roles = RoleOfPersonSerializer(many=True)


class AddedPersonSerializer(PersonSerializer):
    """Somebody new. ``made_password`` is the first password where we made it, told this once; null: as given."""

    made_password = serializers.CharField(allow_null=True)


class NewPersonSerializer(serializers.Serializer[Any]):
    """Somebody to add. Without ``password`` one is made and told in the answer; no mail is sent."""

    username = serializers.CharField(max_length=150)
    name = serializers.CharField(max_length=150, required=False, allow_blank=True, default="")
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True, default="")
    password = serializers.CharField(
        max_length=4096, required=False, allow_blank=True, default="", trim_whitespace=False, write_only=True
    )


class NewRoleSerializer(serializers.Serializer[Any]):
    """A role for somebody; without ``team`` it is held everywhere, which only auditor and admin can be."""

    role = serializers.ChoiceField(Role.choices)
    team = serializers.CharField(max_length=60, required=False, allow_null=True, help_text="A team's short name.")


class TeamRowSerializer(serializers.Serializer[Any]):
    """A team. ``above`` is the team whose lead hears what its own let lie, ``people_count`` counts the active ones."""

    slug = serializers.CharField()
    name = serializers.CharField()
    lead = serializers.CharField(allow_null=True)
    above = serializers.CharField(allow_null=True)
    calendar = serializers.CharField(allow_null=True, help_text="Null: the default.")
    people_count = serializers.IntegerField()


class RoleInTeamSerializer(serializers.Serializer[Any]):
    """A role in the team. Its ``id`` takes it away."""

    id = serializers.IntegerField()
    role = serializers.ChoiceField(Role.choices)
    since_at = serializers.DateTimeField()


class MemberSerializer(serializers.Serializer[Any]):
    """Somebody of a team, with the roles there."""

    username = serializers.CharField()
    name = serializers.CharField()
    state = serializers.ChoiceField(STATES)
    roles = RoleInTeamSerializer(many=True)


class TeamWithPeopleSerializer(TeamRowSerializer):
    """A team with its people."""

    people = MemberSerializer(many=True)


class NewTeamSerializer(serializers.Serializer[Any]):
    """A team to add."""

    slug = serializers.SlugField(max_length=60, help_text="Its short name: flow files say team:support.")
    name = serializers.CharField(max_length=120)


class NewMemberSerializer(serializers.Serializer[Any]):
    """A role in the team for somebody."""

    person = serializers.CharField(max_length=300, help_text=WHO)
    role = serializers.ChoiceField(Role.choices)


class LeadSerializer(serializers.Serializer[Any]):
    """Who the team escalates to; null: nobody."""

    lead = serializers.CharField(max_length=300, allow_null=True, help_text=WHO)


class AboveSerializer(serializers.Serializer[Any]):
    """The team above; null: none."""

    above = serializers.CharField(max_length=60, allow_null=True, help_text="A team's short name.")


class NothingSerializer(serializers.Serializer[Any]):
    """No member at all."""


def tell_person(person: Person) -> dict[str, Any]:
    """Somebody with their roles, which come prefetched with their teams."""
    return {
        "username": person.username,
        "name": person.get_full_name(),
        "email": person.email,
        "state": _tell_state(person),
        "deactivated_at": _tell_instant(person.deactivated_at),
        "last_login_at": _tell_instant(person.last_login),
        "roles": [
            {**_tell_role(row), "team": row.team.slug if row.team is not None else None}
            for row in person.memberships.all()
        ],
    }


def tell_team_row(team: Team) -> dict[str, Any]:
    """A team of ``list_teams``, which counts its people."""
    return {
        "slug": team.slug,
        "name": team.name,
        "lead": team.lead.username if team.lead is not None else None,
        "above": team.parent.slug if team.parent is not None else None,
        "calendar": team.calendar.key if team.calendar is not None else None,
        "people_count": team.people_count,  # type: ignore[attr-defined]  # list_teams annotates it
    }


def tell_team(team: Team) -> dict[str, Any]:
    """The same with its people. One query more."""
    return {**tell_team_row(team), "people": [_tell_member(*each) for each in group_by_person(list_memberships(team))]}


def _tell_member(person: Person, rows: Iterable[Membership]) -> dict[str, Any]:
    return {
        "username": person.username,
        "name": person.get_full_name(),
        "state": _tell_state(person),
        "roles": [_tell_role(row) for row in rows],
    }


def _tell_role(row: Membership) -> dict[str, Any]:
    return {"id": row.pk, "role": row.role, "since_at": to_rfc3339(row.since_at)}


def _tell_state(person: Person) -> str:
    return "active" if person.is_active else "deactivated"


def _tell_instant(at: datetime | None) -> str | None:
    return to_rfc3339(at) if at is not None else None

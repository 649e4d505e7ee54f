"""Finds whom an alert is for, as of now: people by name or e-mail, and everybody of a team. Only reads."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from integrator.people.models import Membership, Person, Team
from integrator.people.refs import Ref, RefUnknown, get_active_person, get_team, parse_ref
from notifications.errors import AudienceInvalid

MAX_ENTRIES = 100
MAX_PEOPLE = 1_000


def resolve_audience(refs: Any) -> tuple[int, ...]:
    """The ids of the active people that a reference, or a list of them, names; each once. Two queries a reference.

    ``team:legal`` and ``each:team:legal`` are the active members and the lead. Raises AudienceInvalid naming whom.
    """
    listed = refs if isinstance(refs, list) else [refs]
    if not listed or len(listed) > MAX_ENTRIES:
        message = f"There is nobody to tell: name 1 to {MAX_ENTRIES} people or teams in “to”."
        raise AudienceInvalid("alert.nobody", message)
    found: dict[int, None] = {}
    for text in listed:
        try:
            found.update(dict.fromkeys(_resolve(parse_ref(text))))
        except RefUnknown as error:
            raise AudienceInvalid("alert.unknown_person", error.message, error.details) from error
    if len(found) > MAX_PEOPLE:
        message = f"{len(found):,} people would be told; {MAX_PEOPLE:,} is the most of one alert. Name fewer teams."
        raise AudienceInvalid("alert.too_many", message)
    return tuple(found)


def list_members(team: Team) -> list[int]:
    """The ids of the team's active members, and of its lead, by user name."""
    members = Membership.objects.filter(team=team).values("person_id")
    people = Person.objects.filter(Q(id__in=members) | Q(id=team.lead_id), is_active=True)
    return list(people.order_by("username", "id").values_list("id", flat=True))


def _resolve(ref: Ref) -> list[int]:
    if ref.sort == "person":
        return [get_active_person(ref.name).pk]
    team = get_team(ref.name)
    members = list_members(team)
    if not members:
        message = f"The team {team.name} has nobody who could be told. Add people to it, or name somebody else."
        raise AudienceInvalid("alert.nobody", message, {"who": f"team:{team.slug}"})
    return members

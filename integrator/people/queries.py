"""What the pages about people, teams and tokens read. Visibility is a parameter here, never a view's memory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from django.db.models import Count, Prefetch, Q, QuerySet

from integrator.people.models import AccessToken, Membership, Person, Substitution, Team
from integrator.people.rights import Action, EveryTeam, TeamScope, limit_to_teams, team_ids_where

LEAST_CHARS, MOST_FOUND = 2, 10  # of what is typed, and of people that are offered for it


def list_people(*, find: str = "", state: str = "") -> QuerySet[Person]:
    """This will give people by user name, with their roles; ``find`` is part of a name or address. Two queries."""
    people = Person.objects.order_by("username", "id").prefetch_related(prefetch_roles())
    if find:
        people = people.filter(Q(username__icontains=find) | Q(name__icontains=find) | Q(email__icontains=find))
    if state in {"active", "deactivated"}:
        people = people.filter(is_active=state == "active")
    return people


def get_person(username: str) -> Person | None:
    """This will give one person with roles, or None."""
    return Person.objects.prefetch_related(prefetch_roles()).filter(username=username).first()


def list_active_people() -> QuerySet[Person]:
    """This will give everybody who can be given a role, by user name."""
    return Person.objects.filter(is_active=True).order_by("username", "id")


def find_people_by_name(words: str, *, team: str = "") -> QuerySet[Person]:
    """This will give ten active people at most whose name or user name has ``words`` in it, by name, with their teams.

    ``team`` keeps to the members of the team of that short name. Fewer than two characters find nobody. Two queries.
    """
    asked = words.strip()
    if len(asked) < LEAST_CHARS:
        return Person.objects.none()
    people = Person.objects.filter(Q(username__icontains=asked) | Q(name__icontains=asked), is_active=True)
    if team:
        people = people.filter(pk__in=Person.objects.filter(memberships__team__slug=team))
    return people.prefetch_related("memberships__team").order_by("name", "username", "id")[:MOST_FOUND]


def list_teams(scope: TeamScope) -> QuerySet[Team]:
    """This will give the teams of a scope by name, with ``people_count`` and their lead."""
    teams = Team.objects.select_related("lead").annotate(
        people_count=Count("memberships__person", filter=Q(memberships__person__is_active=True), distinct=True)
    )
    return limit_to_teams(teams, scope, field="id").order_by("name", "id")


def get_team(slug: str, scope: TeamScope) -> Team | None:
    """This will give one team of the scope, or None."""
    return limit_to_teams(Team.objects.select_related("lead"), scope, field="id").filter(slug=slug).first()


def list_memberships(team: Team) -> QuerySet[Membership]:
    """This will give the team's memberships by person, then role."""
    return team.memberships.select_related("person").order_by("person__username", "person_id", "role", "id")


def group_by_person(memberships: Iterable[Membership]) -> list[tuple[Person, list[Membership]]]:
    """This will put the memberships of each person together; they must come in the order of ``list_memberships``."""
    groups = groupby(memberships, key=lambda membership: membership.person_id)
    return [(rows[0].person, rows) for _, found in groups for rows in [list(found)]]


def list_tokens(person: Person) -> QuerySet[AccessToken]:
    """This will give the person's own tokens, newest first."""
    return AccessToken.objects.filter(person=person).order_by("-created_at", "-id")


def list_substitutions(person: Person) -> QuerySet[Substitution]:
    """This will give those the person has a part in, and those of teams where they name substitutes; newest first."""
    rows = Substitution.objects.select_related("person", "substitute", "team", "created_by")
    scope = team_ids_where(person, Action.SUBSTITUTE_NAME)
    if not isinstance(scope, EveryTeam):
        led = Team.objects.filter(lead=person).values("id")
        rows = rows.filter(Q(person=person) | Q(substitute=person) | Q(team_id__in=scope) | Q(team_id__in=led))
    return rows.order_by("-starts_at", "-id")


def describe_substitution_state(row: Substitution, *, now: datetime) -> str:
    """``active``, ``planned`` or ``ended``."""
    if row.ended_at is not None or row.ends_at <= now:
        return "ended"
    return "active" if row.starts_at <= now else "planned"


def list_people_to_cover(person: Person) -> QuerySet[Person]:
    """This will give for whom the person may name substitutes beside themselves, by user name."""
    scope = team_ids_where(person, Action.SUBSTITUTE_NAME)
    if isinstance(scope, EveryTeam):
        return list_active_people().exclude(pk=person.pk)
    teams = Q(memberships__team_id__in=scope) | Q(memberships__team__lead=person)
    return list_active_people().filter(teams).exclude(pk=person.pk).distinct()


def list_teams_to_cover(person: Person) -> QuerySet[Team]:
    """This will give the teams to which the person may limit a substitution: own ones, and those they look after."""
    scope = team_ids_where(person, Action.SUBSTITUTE_NAME)
    teams = Team.objects.order_by("name", "id")
    if isinstance(scope, EveryTeam):
        return teams
    return teams.filter(Q(memberships__person=person) | Q(lead=person) | Q(id__in=scope)).distinct()


def describe_token_state(token: AccessToken, *, now: datetime) -> str:
    """``active``, ``revoked`` or ``expired``."""
    if token.revoked_at is not None:
        return "revoked"
    return "expired" if token.expires_at is not None and token.expires_at <= now else "active"


def prefetch_roles() -> Prefetch[str]:
    """A person's memberships with their teams, in the order they are shown."""
    return Prefetch(
        "memberships", queryset=Membership.objects.select_related("team").order_by("team__name", "role", "id")
    )

"""Types of cases, as one person may see them."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from cases.errors import CaseTypeError
from cases.models import CaseType
from integrator.people.models import Person, Team
from integrator.people.rights import Action, EveryTeam, can_anywhere, limit_to_teams, team_ids_where


def list_case_types_for(person: Person) -> QuerySet[CaseType]:
    """Every type by name, for whoever sees cases somewhere."""
    rows = CaseType.objects.select_related("team").order_by("name", "id")
    return rows if can_anywhere(person, Action.CASE_READ) else rows.none()


def get_case_type_for(person: Person, key: str) -> CaseType:
    """The type of this key. Raises CaseTypeError ``case_type.not_found``."""
    row = list_case_types_for(person).filter(key=key).first()
    if row is None:
        raise CaseTypeError("case_type.not_found", "There is no such case type.")
    return row


def list_managed_types(person: Person) -> QuerySet[CaseType]:
    """The types with the number of their open and of all cases, for whoever manages types somewhere."""
    if not can_anywhere(person, Action.CASE_TYPE_MANAGE):
        return CaseType.objects.none()
    rows = CaseType.objects.select_related("team").order_by("name", "id")
    return rows.annotate(open_count=Count("cases", filter=Q(cases__closed_at__isnull=True)))


def list_offered_types(person: Person) -> list[CaseType]:
    """The types of which the person may open a case in some team."""
    scope = team_ids_where(person, Action.CASE_CHANGE)
    rows = CaseType.objects.filter(is_offered=True).select_related("team").order_by("name", "id")
    if isinstance(scope, EveryTeam):
        return list(rows)
    return [row for row in rows if scope and (row.team_id is None or row.team_id in scope)]


def list_teams_to_open_in(person: Person) -> QuerySet[Team]:
    """The teams in which the person may open cases, by name."""
    return limit_to_teams(Team.objects.order_by("name", "id"), team_ids_where(person, Action.CASE_CHANGE), field="id")

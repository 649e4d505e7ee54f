"""Incidents as one person may see them: those of the runs they may see."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet

from flows.errors import NotFound
from flows.models import Incident
from integrator.people.models import Person
from integrator.people.rights import Action, limit_to_teams, team_ids_where


def incidents_visible_to(person: Person, action: Action = Action.RUN_READ) -> QuerySet[Incident]:
    """The incidents of the teams in which the person may do ``action``."""
    return limit_to_teams(Incident.objects.all(), team_ids_where(person, action))


def list_incidents(person: Person, *, is_open: bool | None = None, flow: str = "") -> QuerySet[Incident]:
    """This will give the incidents with run and flow, newest first. Page with the order ``("-opened_at", "-id")``.

    ``is_open`` True: those that nobody has answered yet; False: the others.
    """
    rows = incidents_visible_to(person)
    if is_open is True:
        rows = rows.filter(closed_at__isnull=True, answer="")
    elif is_open is False:
        rows = rows.exclude(closed_at__isnull=True, answer="")
    if flow:
        rows = rows.filter(run__flow__key=flow)
    return _with_parts(rows).order_by("-opened_at", "-id")


def list_open_incidents(person: Person, *, flow: str = "") -> QuerySet[Incident]:
    """This will give the incidents that still want an answer, newest first."""
    return list_incidents(person, is_open=True, flow=flow)


def get_incident_for(person: Person, incident_id: uuid.UUID) -> Incident:
    """This will give the incident with its run and flow. Raises NotFound, for strangers too."""
    incident = _with_parts(incidents_visible_to(person)).filter(id=incident_id).first()
    if incident is None:
        raise NotFound("incident")
    return incident


def count_open_incidents(person: Person, *, cap: int = 1_000) -> int:
    """This will count the open incidents that the person may answer, up to ``cap``, for the badge in the menu."""
    rows = incidents_visible_to(person, Action.INCIDENT_ANSWER).filter(closed_at__isnull=True, answer="")
    return rows.order_by()[:cap].count()


def _with_parts(rows: QuerySet[Incident]) -> QuerySet[Incident]:
    related = rows.select_related("run__flow", "run__version", "run__team", "answered_by")
    return related.defer("run__state", "run__output", "run__version__document")

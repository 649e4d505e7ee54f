"""Runs as one person may see them: analysts and operators those of their teams' flows, auditors and admins all."""

from __future__ import annotations

import uuid

from django.db.models import Q, QuerySet

from flows.errors import NotFound
from flows.models import Run
from integrator.people.models import Person
from integrator.people.rights import Action, limit_to_teams, team_ids_where

RUN_STATUSES: tuple[str, ...] = tuple(Run.Status.values)
HEAVY = ("state", "output")  # what only the run's own page or the engine reads


def runs_visible_to(person: Person, action: Action = Action.RUN_READ) -> QuerySet[Run]:
    """The runs of the teams in which the person may do ``action``. One query for the rights, at most."""
    return limit_to_teams(Run.objects.all(), team_ids_where(person, action))


def get_run_for(person: Person, run_id: uuid.UUID) -> Run:
    """This will give the run with its flow, version number and team. Raises NotFound, for strangers too."""
    run = _with_parts(runs_visible_to(person)).filter(id=run_id).first()
    if run is None:
        raise NotFound("run")
    return run


def list_runs(
    person: Person, *, status: str = "", flow: str = "", team: str = "", case: str = "", q: str = ""
) -> QuerySet[Run]:
    """This will give the runs, newest first, without their ``state`` and ``output``. Empty members let all through.

    ``status`` is one of ``RUN_STATUSES`` or ``incident`` (waits for a person's answer); ``flow`` and ``team`` are keys;
    ``q`` matches a run id, case number or business key, whole. Page with the order ``("-started_at", "-id")``.
    """
    runs = runs_visible_to(person)
    if status == "incident":
        runs = runs.filter(open_incidents__gt=0)
    elif status:
        runs = runs.filter(status=status)
    wanted = {"flow__key": flow, "team__slug": team, "case_number": case}
    runs = runs.filter(**{name: value for name, value in wanted.items() if value})
    if q.strip():
        runs = runs.filter(_matches(q.strip()))
    return _with_parts(runs).defer("version__document", *HEAVY).order_by("-started_at", "-id")


def _matches(text: str) -> Q:
    found = Q(business_key=text[:300]) | Q(case_number=text[:40])
    try:
        return found | Q(id=uuid.UUID(text))
    except ValueError:
        return found


def _with_parts(runs: QuerySet[Run]) -> QuerySet[Run]:
    return runs.select_related("flow", "version", "team").defer("version__document")

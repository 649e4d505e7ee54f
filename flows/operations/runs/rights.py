"""Who may give orders to a run: operators of its team, and who tried a draft, of that run of it.

A stranger cannot tell a run from a missing one.
"""

from __future__ import annotations

import uuid

from flows.errors import Forbidden, NotFound
from flows.models import Incident, Run
from integrator.people.models import Person
from integrator.people.rights import Action, can


def get_run_to_operate(person: Person, run_id: uuid.UUID) -> Run:
    """The run, if the person may operate it. Raises NotFound where they may not see it, else Forbidden."""
    run = _get_run(person, run_id)
    if not can(person, Action.RUN_OPERATE, run.team):
        raise _refuse(run)
    return run


def get_run_to_cancel(person: Person, run_id: uuid.UUID) -> Run:
    """The run, if the person may cancel it. Raises like ``get_run_to_operate``."""
    run = _get_run(person, run_id)
    if not may_cancel(person, run):
        raise _refuse(run)
    return run


def may_cancel(person: Person, run: Run) -> bool:
    """Whether the person operates the run, or began it themselves by trying their draft for real.

    The version must have been selected.
    """
    is_own_try = run.is_test and run.version.is_try and run.started_by_id == person.pk
    return can(person, Action.RUN_OPERATE, run.team_id) or (is_own_try and can(person, Action.FLOW_TRY, run.team_id))


def get_incident_to_answer(person: Person, incident_id: uuid.UUID) -> Incident:
    """The incident, if the person may answer it. Raises like ``get_run_to_operate``."""
    incident = Incident.objects.filter(id=incident_id).first()
    if incident is None:
        raise NotFound("incident")
    run = Run.objects.select_related("team").filter(id=incident.run_id).first()
    if run is None or not can(person, Action.RUN_READ, run.team):
        raise NotFound("incident")
    if not can(person, Action.INCIDENT_ANSWER, run.team):
        raise Forbidden("incident", f"Operators of {run.team} may answer incidents. Ask one of them.")
    return incident


def _get_run(person: Person, run_id: uuid.UUID) -> Run:
    run = Run.objects.select_related("flow", "team", "version").filter(id=run_id).first()
    if run is None or not can(person, Action.RUN_READ, run.team):
        raise NotFound("run")
    return run


def _refuse(run: Run) -> Forbidden:
    return Forbidden("run", f"Operators of {run.team} may do this. Ask one of them.")

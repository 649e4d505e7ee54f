"""Running again from a step: a new run, linked, that knows what the old one had found out before that step."""

from __future__ import annotations

import json
import uuid
from datetime import datetime

from django.db import transaction

from flows.definition.scopes import compute_scopes
from flows.engine.compiled import COMPILED
from flows.engine.run_files import carry_trigger_files_in
from flows.engine.state import ROOT, RunState
from flows.errors import RunRefused
from flows.models import Run, RunInput
from flows.operations.runs.rights import get_run_to_operate
from flows.operations.runs.starting import NewRun, create_run_in
from flows.registry import kind_specs
from integrator.events.actors import Actor
from integrator.events.log import EventDraft
from integrator.people.models import Person


def run_again_from(*, run_id: uuid.UUID, step: str, person: Person, now: datetime) -> Run:
    """This will start a new run of the same version at ``step`` with the outputs of the old one.

    Effects get new keys, so a target may see them again: the page says so first. Raises RunRefused for a run that has
    not ended, an unknown step, and a step inside a parallel part (its branches are gone), besides NotFound, Forbidden.
    """
    with transaction.atomic(durable=True):
        old = get_run_to_operate(person, run_id)
        if old.status not in Run.FINAL:
            raise RunRefused("run.not_final", "The run goes on still. Cancel it first, or answer its incident.")
        new = NewRun(
            version=old.version,
            trigger=json.loads(RunInput.objects.get(run_id=old.id).trigger),
            business_key=old.business_key,
            requested_by=old.requested_by,
            is_test=old.is_test,
            environment=old.environment,
            reserved_case_number="" if old.case_number else old.reserved_case_number,
            case_number=old.case_number,
            started_by=person,
            repeats=old,
            state=_make_state(old, step),
        )
        repeated = EventDraft(
            name="step.retried",
            actor=Actor.person(person),
            subject=("run", old.id),
            data={"step": step, "run": str(old.id)},
            correlation=str(old.id),
            team_id=old.team_id,
        )
        run = create_run_in(new, actor=Actor.person(person), now=now, more_events=(repeated,))
        carry_trigger_files_in(new.trigger, from_run=old.id, to_run=run.id, now=now)
        return run


def _make_state(old: Run, step: str) -> str:
    flow = COMPILED.get(old.version_id)
    if step not in flow.steps:
        raise RunRefused("run.step_unknown", f"This version has no step '{step}'.")
    if compute_scopes(flow.definition, kind_specs()).opener_of(step) is not None:
        raise RunRefused(
            "run.step_inside",
            f"'{step}' lies inside a parallel part. Choose the step that opens it, so that all branches run.",
        )
    state = RunState()
    state.scopes[ROOT].outputs = dict(RunState.load(old.state).scopes[ROOT].outputs) if old.state else {}
    state.add_token(step=step, scope=ROOT)
    return state.dump()

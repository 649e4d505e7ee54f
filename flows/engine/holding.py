"""Runs that may not go on by themselves: quarantined after three strikes, or unable to land. A person lets them go."""

from __future__ import annotations

import json
import uuid

from flows.engine import outcomes
from flows.engine.burst import ENGINE, Burst
from flows.engine.rows import ClaimedRun, IncidentRow, Landing
from integrator.events.log import EventDraft
from integrator.lib.ids import new_uuid

MAX_STRIKES = 3
ORDERS = frozenset({"release", "cancel"})  # all that a held run reads


def ignore_news(run: ClaimedRun) -> Landing:
    """A final run reads its late mail and stays as it is."""
    landing = Landing(run_id=run.id, fence=run.fence, now=run.now, is_over=True)
    for signal in run.signals:
        landing.consume(signal, "The run had ended.")
    return landing


def ignore_nothing(run: ClaimedRun) -> Landing:
    """Claimed for mail that somebody else has read meanwhile: the lease is given back, nothing else."""
    return Landing(run_id=run.id, fence=run.fence, now=run.now, is_over=True)


def hold_run(run: ClaimedRun, code: str, message: str) -> Landing:
    """A landing that changes nothing but to hold the run and open an incident for it. Its signals stay unread."""
    incident_id = new_uuid()
    landing = Landing(run_id=run.id, fence=run.fence, now=run.now, state=run.state, status="waiting", is_held=True)
    landing.open_incidents, landing.case_number = run.open_incidents + 1, run.case_number
    landing.waiting_for = [
        {"kind": "incident", "step": "", "id": incident_id.hex, "until": None, "subject": message[:300]}
    ]
    landing.incidents[incident_id] = IncidentRow(
        id=incident_id,
        run_id=run.id,
        team_id=run.team_id,
        visit_id=None,
        effect_id=None,
        step_key="",
        code=code,
        message=message,
        details={},
        opened_at=run.now,
    )
    if run.is_held:
        _drop_orders(run, landing, message)
    landing.events.append(_event(run, "incident.opened", ("incident", incident_id), {"code": code, "message": message}))
    return landing


def _drop_orders(run: ClaimedRun, landing: Landing, message: str) -> None:
    """It was held before: the orders that could not be followed are read, or it would be taken up for ever."""
    for signal in run.signals:
        if signal.kind not in ORDERS:
            continue
        landing.consumed[signal.id] = message
        if signal.kind == "release" and signal.subject is not None:
            landing.closed_incidents[signal.subject] = json.loads(signal.data)["answer"]
            landing.open_incidents -= 1


def quarantine_run(run: ClaimedRun) -> Landing:
    """Three workers in a row took this run and were not heard of again."""
    return hold_run(
        run,
        "run.quarantined",
        f"This run was taken up {MAX_STRIKES} times and its worker ended each time. It is set apart so that it takes "
        "no other run with it. Try again when the cause is mended, or give up.",
    )


def release_run(burst: Burst) -> Landing:
    """Act on a person's answer to a held run; everything else it has to read stays unread until it goes on."""
    run, landing = burst.run, burst.landing
    landing.state, landing.status, landing.is_held = run.state, "waiting", True
    landing.case_number = run.case_number
    for signal in run.signals:
        if signal.kind == "cancel":
            landing.consumed[signal.id] = ""
            outcomes.cancel_run(burst, json.loads(signal.data))
        elif signal.kind == "release" and signal.subject is not None:
            landing.consumed[signal.id] = ""
            _take_answer(burst, signal.subject, json.loads(signal.data)["answer"])
        if burst.is_final:
            landing.is_held = False
            landing.state = burst.state.dump()
            break
    return landing if landing.consumed else ignore_nothing(run)


def _take_answer(burst: Burst, incident_id: uuid.UUID, answer: str) -> None:
    landing = burst.landing
    outcomes.close_incident(burst, incident_id, answer)
    if answer == "give_up":
        outcomes.fail_run(burst, "run.given_up", "Somebody gave up on a run that was set apart.")
        return
    landing.is_held, landing.goes_on, landing.status = False, True, "running"


def _event(run: ClaimedRun, name: str, subject: tuple[str, object], data: dict[str, object]) -> EventDraft:
    return EventDraft(
        name=name,
        actor=ENGINE,
        subject=subject,
        data={"run": str(run.id), "step": "", **data},
        correlation=str(run.id),
        team_id=run.team_id,
    )

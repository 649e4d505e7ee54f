"""Parking a token on a wait: for people, a time, another run, or its own next try. Changes state and landing only."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from flows.definition.kind import Park, StepError, WaitSpec
from flows.definition.model import JSON
from flows.engine.retrying import get_step_delay_s
from flows.engine.rows import VisitChange, WaitRow
from flows.engine.state import Token
from integrator.lib.clock import to_rfc3339
from integrator.lib.ids import new_uuid

if TYPE_CHECKING:
    from flows.engine.burst import Burst


def park(burst: Burst, token: Token, outcome: Park) -> None:
    """The step waits for a task, a timer, a message or another run."""
    wait = outcome.wait
    token.status = "parked"
    token.park = {
        "kind": wait.kind,
        "id": wait.wait_id.hex,
        "subject": wait.subject,
        "until": to_rfc3339(wait.due_at) if wait.due_at else None,
    }
    burst.state.unbroken = 0
    set_visit_status(burst, token, "waiting")
    burst.landing.waits[wait.wait_id] = WaitRow(
        id=wait.wait_id,
        run_id=burst.run.id,
        visit_id=uuid.UUID(token.visit_id),
        step_key=token.step,
        kind=wait.kind,
        subject=wait.subject,
        due_at=wait.due_at,
        opened_at=burst.now,
        team_id=burst.run.team_id,
        message=wait.message,
    )


def plan_retry(burst: Burst, token: Token, error: StepError) -> bool:
    """Park a failed step until its next try, if its retry rule has one left; False when it has none.

    Effects are no business of this: their ledger tries again by itself, under one idempotency key.
    """
    step = burst.flow.steps[token.step]
    delay_s = get_step_delay_s(step.step.retry, tries=token.tries, error=error)
    if delay_s is None or step.spec.family == "outside":
        return False
    token.tries += 1
    due_at = burst.now + timedelta(seconds=delay_s)
    park(burst, token, Park(wait=WaitSpec(kind="timer", wait_id=new_uuid(), due_at=due_at)))
    token.park = {**(token.park or {}), "retry": True}
    set_visit_status(burst, token, "retrying", error=error.as_data())
    burst.record(
        "step.retried",
        subject=("run", burst.run.id),
        data={"step": token.step, "attempt": token.tries + 1, "code": error.code, "message": error.message},
    )
    return True


def try_again(burst: Burst, token: Token) -> None:
    """Let the step be executed once more in the same visit."""
    visit_id = uuid.UUID(token.visit_id)
    burst.landing.changes[visit_id] = VisitChange(visit_id, "running", error="null", more_attempts=1)
    token.status, token.park = "ready", None


def set_visit_status(burst: Burst, token: Token, status: str, *, error: Mapping[str, JSON] | None = None) -> None:
    """The visit goes on with another status word."""
    text = json.dumps(error, ensure_ascii=False)
    visit_id = uuid.UUID(token.visit_id)
    row = burst.landing.visits.get(visit_id)
    if row is not None:
        row.status, row.error = status, text
    else:
        known = burst.landing.changes.get(visit_id)
        burst.landing.changes[visit_id] = VisitChange(
            visit_id, status, error=text, more_attempts=known.more_attempts if known else 0
        )

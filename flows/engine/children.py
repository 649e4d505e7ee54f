"""Runs that a step of another run starts and waits for: their start, their end, their cancel. Writes no row itself.

The child's id is the id of the parent's wait, so both find each other without a search. A child is stored in the
landing of its parent's burst; its end tells the parent in the landing of its own last burst.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

from flows.definition.kind import Park, StartChild, WaitSpec
from flows.definition.model import JSON
from flows.engine import parking
from flows.engine.rows import ChildRow, NewsRow
from flows.engine.run_files import carry_files
from flows.engine.state import Token
from integrator.events.actors import Actor
from integrator.events.log import EventDraft
from integrator.files.facts import find_file_ids
from integrator.lib.ids import new_uuid

if TYPE_CHECKING:
    from flows.engine.burst import Burst


def start_child(burst: Burst, token: Token, outcome: StartChild) -> None:
    """Park the token on a run of the other flow. It has the parent's case, key, requester and environment; a test stays
    one."""
    flow, run, child_id = outcome.flow, burst.run, new_uuid()
    parking.park(burst, token, Park(wait=WaitSpec(kind="child", wait_id=child_id, subject=flow.name)))
    trigger = {"body": outcome.input, "headers": {}, "query": {}, "files": []}
    burst.landing.children[child_id] = ChildRow(
        id=child_id,
        parent_id=run.id,
        depth=run.depth + 1,
        is_test=run.is_test,
        environment=burst.context.environment,
        flow_id=flow.flow_id,
        version_id=flow.version_id,
        team_id=flow.team_id,
        trigger=json.dumps(trigger, ensure_ascii=False),
        business_key=run.business_key,
        requested_by=run.requested_by,
        case_number=burst.context.case_number,
        started_at=burst.now,
    )
    if ids := find_file_ids(outcome.input):
        burst.landing.writes.append(carry_files(ids, from_run=run.id, to_run=child_id))
    burst.landing.events.append(
        EventDraft(
            name="run.started",
            actor=Actor("system", "engine"),
            subject=("run", child_id),
            data={
                "flow": flow.key,
                "version": flow.number,
                "business_key": run.business_key,
                "parent": str(run.id),
                "step": token.step,
            },
            correlation=str(child_id),
            team_id=flow.team_id,
        )
    )


def cancel_child(burst: Burst, child_id: uuid.UUID, reason: str) -> None:
    """End the child too. One started in this very burst is never stored."""
    landing = burst.landing
    if landing.children.pop(child_id, None) is not None:
        landing.events = [event for event in landing.events if event.subject != ("run", child_id)]
        return
    order = json.dumps({"reason": reason}, ensure_ascii=False)
    landing.news.append(NewsRow(run_id=child_id, kind="cancel", subject=None, data=order))


def tell_parent(burst: Burst) -> None:
    """Once a run has ended: send its result to the run that waits for it, if there is one."""
    landing, run = burst.landing, burst.run
    if run.parent_id is None:
        return
    output: JSON = json.loads(landing.output) if landing.output else None
    news = {
        "run": str(run.id),
        "flow": run.flow_key,
        "status": landing.status,
        "output": output,
        "error": landing.error,
        "reason": f"The run of {run.flow_name} ended.",
    }
    if ids := find_file_ids(output):
        landing.writes.append(carry_files(ids, from_run=run.id, to_run=run.parent_id))
    landing.news.append(
        NewsRow(run_id=run.parent_id, kind="wait", subject=run.id, data=json.dumps(news, ensure_ascii=False))
    )

"""Runs, incidents and flows as the plain JSON of the interface. Times are RFC 3339 texts in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flows.models import Flow, FlowVersion, Incident, Run
from flows.queries.visits import VisitView, list_visits
from flows.queries.waiting import describe_waiting, list_open_incident_ids
from integrator.lib.clock import to_rfc3339

STEPS_AT_ONCE = 1_000
STEPS_MAX = 10_000
STEPS_BYTES = 16 * 1024 * 1024


def describe_run(run: Run) -> dict[str, Any]:
    """The run with its ``steps``, one entry a visit by start. Seven queries at most, unless it has very many visits.

    ``steps`` ends after ``STEPS_MAX`` visits, or ``STEPS_BYTES`` of outputs; ``steps_next`` says where to read on.
    """
    (described,) = describe_runs([run])
    steps: list[dict[str, Any]] = []
    after, size = 0, 0
    while True:
        visits = list_visits(run, after=after, limit=STEPS_AT_ONCE + 1)
        for visit in visits[:STEPS_AT_ONCE]:
            steps.append(describe_visit(visit))
            size += visit.output_bytes
            after = visit.sequence
            if len(steps) >= STEPS_MAX or size > STEPS_BYTES:
                break
        is_all = len(visits) <= STEPS_AT_ONCE and after == (visits[-1].sequence if visits else 0)
        if is_all or len(steps) >= STEPS_MAX or size > STEPS_BYTES:
            next_address = None if is_all else f"/api/v1/runs/{run.id}/steps?after={after}"
            return {**described, "steps": steps, "steps_next": next_address}


def describe_runs(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """The runs of a list, without ``steps``. Two queries at most; flow and version must have been selected."""
    waiting, incidents = describe_waiting(runs), list_open_incident_ids(runs)
    return [
        {
            "id": str(run.id),
            "flow": run.flow.key,
            "version": run.version.number,
            "status": run.status,
            "waiting_for": waiting[run.id],
            "incidents": incidents.get(run.id, []),
            "case": run.case_number or None,
            "business_key": run.business_key or None,
            "error": run.error,
            "parent_run": str(run.parent_id) if run.parent_id else None,
            "started_at": _as_time(run.started_at),
            "ended_at": _as_time(run.ended_at),
        }
        for run in runs
    ]


def describe_visit(visit: VisitView) -> dict[str, Any]:
    """One entry of a run's ``steps``."""
    return {
        "key": visit.key,
        "visit": visit.visit,
        "index": visit.index,
        "kind": visit.kind,
        "status": visit.status,
        "attempt": visit.attempt,
        "started_at": _as_time(visit.started_at),
        "ended_at": _as_time(visit.ended_at),
        "output": visit.output,
        "error": visit.error,
    }


def describe_incident(incident: Incident) -> dict[str, Any]:
    """The incident; run and flow must have been selected."""
    by = incident.answered_by
    return {
        "id": str(incident.id),
        "run": str(incident.run_id),
        "flow": incident.run.flow.key,
        "step": incident.step_key or None,
        "code": incident.code,
        "message": incident.message,
        "details": incident.details,
        "opened_at": _as_time(incident.opened_at),
        "answer": incident.answer or None,
        "answered_by": by.username if by else None,
        "answered_at": _as_time(incident.answered_at),
        "closed_at": _as_time(incident.closed_at),
    }


def describe_flow(flow: Flow) -> dict[str, Any]:
    """The flow as a list shows it. ``live_version`` is a number, None before the first publish."""
    trigger = getattr(flow, "trigger", None)
    return {
        "key": flow.key,
        "name": flow.name,
        "team": flow.team.slug,
        "description": flow.description,
        "live_version": flow.live_version.number if flow.live_version else None,
        "paused": flow.paused_at is not None,
        "trigger": {"kind": trigger.kind, "path": trigger.path} if trigger else None,
    }


def describe_version(version: FlowVersion) -> dict[str, Any]:
    """One published version without its document."""
    by = version.published_by
    return {
        "number": version.number,
        "digest": version.digest,
        "note": version.note or None,
        "published_at": _as_time(version.published_at),
        "published_by": by.username if by else None,
    }


def _as_time(moment: datetime | None) -> str | None:
    return None if moment is None else to_rfc3339(moment)

"""Tasks and timelines as the API tells them: the contract's members, and how a decision came out."""

from __future__ import annotations

from typing import Any

from cases.models import Task
from cases.queries import CoAsker, describe_co_askers, describe_task_rule
from cases.shapes import as_time, describe_task, name_decider
from cases.veils import mask_answer, mask_proposal
from integrator.events.queries import TimelineRow


def tell_task_row(task: Task) -> dict[str, Any]:
    """A task of a list; no query when it was fetched for one."""
    return {
        **describe_task(task),
        "outcome": task.outcome or None,
        "data": mask_answer(task),
        "comment": task.comment,
        "decided_by": name_decider(task),
        "decided_at": as_time(task.decided_at),
        "settles_at": as_time(task.settles_at),
        "kind": task.kind,
        "outcome_looks": task.outcome_looks,
        "follow_up_at": as_time(task.follow_up_at),
        "delegated_by": task.delegated_by.username if task.delegated_by else None,
        "withdrawn_at": as_time(task.withdrawn_at),
        "withdrawn_reason": task.withdrawn_reason or None,
    }


def tell_task(task: Task) -> dict[str, Any]:
    """One task with its approval's rule in words and everybody who is asked."""
    asked = [tell_co_asker(entry) for entry in describe_co_askers(task)]
    return {
        **tell_task_row(task),
        "rule": describe_task_rule(task) or None,
        "asked": asked,
        "proposal": mask_proposal(task),
    }


def tell_co_asker(entry: CoAsker) -> dict[str, Any]:
    """One entry of an approval."""
    return {
        "label": entry.label,
        "state": entry.state,
        "sentence": entry.sentence,
        "is_this": entry.is_this,
        "veto": entry.veto,
        "outcome": entry.outcome,
        "by": entry.by,
        "comment": entry.comment,
        "at": as_time(entry.at),
        "level": entry.level or None,
    }


def tell_event(row: TimelineRow) -> dict[str, Any]:
    """One row of a timeline."""
    return {
        "id": row.id,
        "at": as_time(row.at),
        "name": row.name,
        "actor": row.actor,
        "summary": row.summary,
        "data": row.data,
    }

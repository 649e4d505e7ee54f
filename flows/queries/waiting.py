"""What runs wait for, in the words of the interface: tasks by their own ids, timers, effects, incidents."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cases.models import Task
from flows.models import Incident, Run

Entry = dict[str, Any]


def describe_waiting(runs: Sequence[Run]) -> dict[uuid.UUID, list[Entry]]:
    """This will give ``[{kind, step, id, until}]`` for each run, by run id; one query when any of them asks people.

    An entry of kind ``task`` stands for one open task and has that task's id; before its tasks are written, the wait's.
    """
    tasks = _open_tasks_by_origin(runs)
    return {run.id: [entry for wait in run.waiting_for for entry in _describe(wait, tasks)] for run in runs}


def list_open_incident_ids(runs: Iterable[Run]) -> dict[uuid.UUID, list[str]]:
    """This will give the ids of each run's open incidents, oldest first, by run id; one query if there can be any."""
    found: dict[uuid.UUID, list[str]] = defaultdict(list)
    wanted = [run.id for run in runs if run.open_incidents]
    if wanted:
        rows = Incident.objects.filter(run_id__in=wanted, closed_at__isnull=True).order_by("opened_at", "id")
        for run_id, incident_id in rows.values_list("run_id", "id"):
            found[run_id].append(str(incident_id))
    return found


def _open_tasks_by_origin(runs: Sequence[Run]) -> dict[str, list[Task]]:
    origins = [str(uuid.UUID(wait["id"])) for run in runs for wait in run.waiting_for if wait["kind"] == "task"]
    found: dict[str, list[Task]] = defaultdict(list)
    if origins:
        tasks = Task.objects.active().filter(origin__in=origins).only("id", "origin", "due_at")
        for task in tasks.order_by("position", "created_at", "id"):
            found[task.origin].append(task)
    return found


def _describe(wait: Mapping[str, Any], tasks: Mapping[str, list[Task]]) -> list[Entry]:
    wait_id = str(uuid.UUID(wait["id"]))
    entry = {"kind": wait["kind"], "step": wait["step"], "id": wait_id, "until": wait.get("until")}
    asked = tasks.get(wait_id, []) if wait["kind"] == "task" else []
    return [{**entry, "id": str(task.pk)} for task in asked] or [entry]

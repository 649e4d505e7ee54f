"""How long the steps of a flow took lately."""

from __future__ import annotations

from datetime import datetime

from flows.models import Flow, StepVisit

RUNS = 50
VISITS = 2_000


def list_durations(flow: Flow, *, since_at: datetime) -> dict[str, list[float]]:
    """This will give the seconds that the visits of each step took, in the newest runs since then. Two queries.

    At most ``RUNS`` runs and ``VISITS`` visits are looked at; only visits that succeeded count.
    """
    runs = flow.runs.filter(started_at__gte=since_at).order_by("-started_at", "-id").values_list("id", flat=True)
    visits = StepVisit.objects.filter(
        run__in=list(runs[:RUNS]), status=StepVisit.Status.SUCCEEDED, ended_at__isnull=False
    ).order_by("run", "sequence")
    found: dict[str, list[float]] = {}
    for step, started_at, ended_at in visits.values_list("key", "started_at", "ended_at")[:VISITS]:
        if ended_at is not None:
            found.setdefault(step, []).append((ended_at - started_at).total_seconds())
    return found

"""Says cheaply whether a run's page would look different from what its reader sees. Tells nothing else."""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Count, Max, Sum, prefetch_related_objects

from cases.models import Task
from flows.models import Effect, Incident, Run, StepVisit
from flows.queries.visits import VisitView
from integrator.people.models import Person

_SETTLED = (Effect.Status.CONFIRMED, Effect.Status.FAILED, Effect.Status.DROPPED)


def get_run_revision(run: Run) -> str:
    """This will give a short text that changes with whatever the run's page shows. Three queries, four with children.

    The run row covers each landing, so also whatever an effect that has its answer, or a closed incident, led to;
    effects under way, answered incidents and single decisions change between landings.
    """
    under_way = Effect.objects.filter(run_id=run.id).exclude(status__in=_SETTLED)
    effects = under_way.order_by("id").values_list("id", "status", "attempt")
    is_open = Incident.objects.filter(run_id=run.id, closed_at__isnull=True)
    answered = is_open.exclude(answer="").order_by("id").values_list("id")
    tasks = (
        Task.objects.filter(correlation=str(run.id))
        .order_by("status")
        .values_list("status")
        .annotate(Count("id"), Sum("revision"))
    )
    facts = [run.status, run.fence, run.open_incidents, *effects, *answered, *tasks]
    children = [wait["id"] for wait in run.waiting_for if wait["kind"] == "child"]
    if children:
        facts += Run.objects.filter(id__in=children).order_by("id").values_list("id", "status", "open_incidents")
    return hashlib.blake2b(repr(facts).encode(), digest_size=8).hexdigest()


def list_asked(run: Run, waits: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Task]]:
    """This will give the tasks of the run by the wait that asked for them, in the order they were asked.

    Tasks without an entry come with their candidates. One query, up to three more for candidates.
    """
    found: defaultdict[uuid.UUID, list[Task]] = defaultdict(list)
    rows = Task.objects.filter(correlation=str(run.id), origin__in=[str(wait) for wait in waits])
    rows = rows.select_related("decided_by", "assignee")
    tasks = list(rows.order_by("created_at", "position", "id"))
    prefetch_related_objects([task for task in tasks if not task.entry], "candidates__person", "candidates__team")
    for task in tasks:
        try:
            found[uuid.UUID(task.origin)].append(task)
        except ValueError:
            continue  # asked by something that is no wait
    return dict(found)


def list_decidable(person: Person, run: Run) -> list[Task]:
    """This will give the tasks of the run that wait for an answer which this person may give, oldest first."""
    return list(Task.objects.filter(correlation=str(run.id)).decidable_by(person).order_by("created_at", "id"))


def list_children(run: Run, visits: Sequence[VisitView]) -> dict[uuid.UUID, Run]:
    """This will give the runs that these visits started, by id, with their flows. One query, none without any."""
    wanted = [wait.id for visit in visits for wait in visit.waits if wait.kind == "child"]
    if not wanted:
        return {}
    rows = Run.objects.filter(id__in=wanted, parent_id=run.id).select_related("flow")
    return {child.id: child for child in rows.defer("state", "output")}


def get_last_sequence(run: Run) -> int:
    """This will give the number of the newest visit; 0 before the first."""
    return StepVisit.objects.filter(run_id=run.id).aggregate(last=Max("sequence"))["last"] or 0

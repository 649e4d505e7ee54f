"""Goes through the last runs of a flow with a design that is not live yet, in the background, row by row.

A replay that stands still was interrupted: whoever looks next goes on with it. Nothing is sent and no run is changed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from flows.definition.flow_file import definition_from_data, semantic_digest
from flows.definition.model import FlowDefinition
from flows.engine.simulation import NotComparable, compare, load_recorded_run, replay
from flows.errors import NotFound
from flows.models import Draft, DraftReplay, Flow, PublishRequest, Run
from flows.operations.publishing.bells import ring_replays
from flows.operations.publishing.rights import actor_of, get_flow_to
from integrator.database.clock import get_database_now
from integrator.events.log import record
from integrator.people.models import Person
from integrator.people.rights import Action

RUNS_COMPARED = 40
STANDS_STILL = timedelta(seconds=20)
KEPT_FOR = timedelta(days=7)
_ENDED = (Run.Status.COMPLETED, Run.Status.FAILED, Run.Status.CANCELLED)


def start_replay(*, key: str, person: Person, request: PublishRequest | None = None, now: datetime) -> DraftReplay:
    """This will have the newest ended runs gone through with the person's draft, or with what a request asks for.

    One that is under way for the very same design is left at work; a finished one is made again. Raises NotFound,
    Forbidden.
    """
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_DRAFT, lock=True)
        document = request.document if request is not None else _get_document(flow, person)
        digest = semantic_digest(definition_from_data(document))
        known = DraftReplay.objects.filter(flow=flow, digest=digest).first()
        if known is not None and known.state == DraftReplay.State.RUNNING and now - known.moved_at < STANDS_STILL:
            return known
        rows = [{"run": str(run_id)} for run_id in _list_runs(flow)]
        values = {
            "document": document,
            "state": DraftReplay.State.RUNNING if rows else DraftReplay.State.DONE,
            "total": len(rows),
            "results": rows,
            "begun_at": now,
            "moved_at": now,
            "asked_by": person,
        }
        made, _ = DraftReplay.objects.update_or_create(flow=flow, digest=digest, defaults=values)
        data = {"flow": flow.key, "total": len(rows), "digest": digest}
        record("flow.replayed", actor=actor_of(person), subject=("flow", flow.pk), data=data, team_id=flow.team_id)
        ring_replays()
        return made


def replay_waiting() -> int:
    """This will take up every replay that is fresh or stands still, and give how many rows it made.

    It may run beside itself: each replay is taken by one, who loses it by standing still for 20 s.
    """
    made = 0
    while (taken := _take()) is not None:
        definition = definition_from_data(taken.document)
        for place in range(len(taken.results)):
            if "verdict" in taken.results[place]:
                continue
            taken.results[place] = compare_run(definition, taken.results[place]["run"])
            if not _keep(taken, is_last=place == len(taken.results) - 1):
                return made  # somebody began it anew, or took it over
            made += 1
    return made


def forget_replays(now: datetime) -> int:
    """This will delete replays that were begun a week ago: whoever asks again has them made anew."""
    return DraftReplay.objects.filter(begun_at__lt=now - KEPT_FOR).delete()[0]


def compare_run(definition: FlowDefinition, run_id: str) -> dict[str, Any]:
    """One row: ``{run, name, version, started_at, verdict, step, title, reason, added}``. Sends nothing.

    ``name`` is what people know the run by; at ``step``, with its ``title``, it differs first; ``added`` are new steps.
    """
    run = Run.objects.select_related("version").filter(id=run_id).first()
    if run is None:
        return {"run": run_id, "verdict": "not_comparable", "reason": "It is no longer kept.", "step": None}
    recorded = load_recorded_run(run)
    simulated = None if isinstance(recorded, NotComparable) else replay(definition, recorded)
    found = compare(recorded, simulated)
    return {
        "run": run_id,
        "name": run.business_key or run.case_number,
        "version": run.version.number,
        "started_at": run.started_at.isoformat(),
        "verdict": found.verdict,
        "step": found.step,
        "title": definition.steps[found.step].title if found.step and found.step in definition.steps else found.step,
        "added": list(found.added),
        "reason": simulated.veil.mask_text(found.reason) if simulated is not None else found.reason,
    }


def _get_document(flow: Flow, person: Person) -> Any:
    draft = Draft.objects.filter(flow=flow, author=person).first()
    if draft is None:
        raise NotFound("draft")
    return draft.document


def _list_runs(flow: Flow) -> list[Any]:
    """The newest ended runs that were no tests."""
    rows = Run.objects.filter(flow=flow, status__in=_ENDED, is_test=False).order_by("-started_at", "-id")
    return list(rows.values_list("id", flat=True)[:RUNS_COMPARED])


def _take() -> DraftReplay | None:
    """The oldest that is fresh or stands still, taken by moving it; None without one."""
    now = get_database_now()
    free = Q(moved_at=F("begun_at")) | Q(moved_at__lt=now - STANDS_STILL)
    for row in DraftReplay.objects.filter(free, state=DraftReplay.State.RUNNING).order_by("begun_at", "id"):
        at = max(now, row.moved_at + timedelta(microseconds=1))
        taken = DraftReplay.objects.filter(pk=row.pk, begun_at=row.begun_at, moved_at=row.moved_at).update(moved_at=at)
        if taken:
            row.moved_at = at
            return row
    return None


def _keep(row: DraftReplay, *, is_last: bool) -> bool:
    at = max(get_database_now(), row.moved_at + timedelta(microseconds=1))
    state = DraftReplay.State.DONE if is_last else DraftReplay.State.RUNNING
    mine = DraftReplay.objects.filter(pk=row.pk, begun_at=row.begun_at, moved_at=row.moved_at)
    if not mine.update(results=row.results, moved_at=at, state=state):
        return False
    row.moved_at = at
    return True

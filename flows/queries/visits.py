"""What a run did, visit by visit, with the changes it made outside and who was needed. For readers who may see it."""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import QuerySet

from flows.definition.sensitive import SensitivePaths
from flows.models import Effect, EffectAttempt, Incident, Run, StepVisit, Wait
from flows.veils import get_run_veil, get_sensitive_paths
from integrator.lib.sensitive import Path, cover
from integrator.lib.veil import Veil

Row = TypeVar("Row", Effect, Incident, Wait)


@dataclass(frozen=True, kw_only=True)
class EffectView:
    """One change outside with all its tries. ``request`` and ``outcome`` are plain JSON without secrets."""

    effect: Effect
    request: Any
    outcome: Any
    attempts: tuple[EffectAttempt, ...]


@dataclass(frozen=True, kw_only=True)
class VisitView:
    """One execution of a step. ``status`` is a word of ``StepVisit.Status``; ``retrying``: the next try is planned.

    ``attempt`` counts tries, from 1. ``error`` is ``{code, message, retryable, details}`` or None, while retrying that
    of the last try. ``incident`` is the open one or, when all are answered, the last; ``waits`` are oldest first.
    """

    id: uuid.UUID
    sequence: int
    key: str
    visit: int
    index: int | None
    kind: str
    status: str
    attempt: int
    started_at: datetime
    ended_at: datetime | None
    port: str
    input: Any
    output: Any
    output_bytes: int
    error: Any
    effects: tuple[EffectView, ...]
    incident: Incident | None
    waits: tuple[Wait, ...]

    @property
    def status_label(self) -> str:
        """The status for people."""
        return str(StepVisit.Status(self.status).label)


@dataclass(frozen=True, kw_only=True)
class VisitFilter:
    """Which visits to give: those for items of this ``index``, that ``failed``, that changed something ``outside``."""

    index: int | None = None
    failed: bool = False
    outside: bool = False

    @property
    def is_set(self) -> bool:
        """Whether some visits may be left out."""
        return self != VisitFilter()

    def apply(self, run: Run, rows: QuerySet[StepVisit]) -> QuerySet[StepVisit]:
        """``rows`` narrowed to what matches."""
        if self.index is not None:
            rows = rows.filter(index=self.index)
        if self.failed:
            rows = rows.filter(status__in=[StepVisit.Status.FAILED, StepVisit.Status.INCIDENT])
        if self.outside:
            rows = rows.filter(id__in=Effect.objects.filter(run_id=run.id).values("visit_id"))
        return rows


def list_visits(
    run: Run, *, after: int = 0, limit: int | None = None, wanted: VisitFilter | None = None
) -> list[VisitView]:
    """This will give the visits of the run by start. Five queries at most, however many visits there are.

    ``after`` is the sequence to begin behind, ``limit`` the most visits to give (None: all). Everything sensitive is
    masked, which takes a few queries more in flows that declare it.
    """
    rows = StepVisit.objects.filter(run_id=run.id, sequence__gt=after).order_by("sequence")
    if wanted is not None:
        rows = wanted.apply(run, rows)
    return view_visits(run, list(rows[:limit]), is_part=limit is not None)


def list_loop_visits(run: Run, *, limit: int) -> list[VisitView]:
    """This will give the newest visits of loops (``for_each``), newest first, without what belongs to them."""
    rows = StepVisit.objects.filter(run_id=run.id, kind="for_each").order_by("-sequence")[:limit]
    return _mask(run, [_merge(visit, (), [], []) for visit in rows])


def view_visits(run: Run, visits: Sequence[StepVisit], *, is_part: bool = True) -> list[VisitView]:
    """This will give these visits with what belongs to them, masked; ``is_part``: the run may have many others."""
    mine: dict[str, Any] = {"run_id": run.id}
    if is_part:
        mine["visit_id__in"] = [visit.id for visit in visits]
    effects = _by_visit(Effect.objects.filter(**mine).order_by("planned_at", "id"))
    waits = _by_visit(Wait.objects.filter(**mine).order_by("opened_at", "id"))
    incidents = _by_visit(Incident.objects.filter(**mine).select_related("answered_by").order_by("opened_at", "id"))
    attempts: dict[uuid.UUID, list[EffectAttempt]] = defaultdict(list)
    if effects:
        ids = [effect.id for found in effects.values() for effect in found]
        of_run = {"effect_id__in": ids} if is_part else {"effect__run_id": run.id}
        for attempt in EffectAttempt.objects.filter(**of_run).order_by("effect_id", "number"):
            attempts[attempt.effect_id].append(attempt)
    found = [
        _merge(
            visit,
            tuple(_view(effect, attempts[effect.id]) for effect in effects.get(visit.id, ())),
            incidents.get(visit.id, []),
            waits.get(visit.id, []),
        )
        for visit in visits
    ]
    return _mask(run, found)


def _mask(run: Run, found: list[VisitView]) -> list[VisitView]:
    paths = get_sensitive_paths(run.version_id)
    if not paths or not found:
        return found
    veil = get_run_veil(run)
    return [mask_visit(visit, paths, veil) for visit in found]


def mask_visit(visit: VisitView, paths: SensitivePaths, veil: Veil) -> VisitView:
    """The visit as readers see it: by where it is declared, and by value wherever it came."""
    inside = paths.of_step(visit.key)
    return replace(
        visit,
        input=veil.mask(visit.input),
        output=veil.mask(cover(visit.output, inside)),
        error=_mask_error(visit.error, inside, veil),
        effects=tuple(_mask_effect(view, inside, veil) for view in visit.effects),
    )


def _mask_effect(view: EffectView, inside: tuple[Path, ...], veil: Veil) -> EffectView:
    outcome = view.outcome
    if isinstance(outcome, dict):
        outcome = {**outcome, "output": cover(outcome.get("output"), inside)}
        outcome["error"] = _mask_error(outcome.get("error"), inside, veil)
    for attempt in view.attempts:
        attempt.exchange, attempt.error = veil.mask(attempt.exchange), _mask_error(attempt.error, inside, veil)
    return replace(view, request=veil.mask(view.request), outcome=veil.mask(outcome))


def _mask_error(error: Any, inside: tuple[Path, ...], veil: Veil) -> Any:
    if isinstance(error, dict) and inside:
        error = {**error, "details": cover(error.get("details"), inside)}
    return veil.mask(error)


def _by_visit(rows: Iterable[Row]) -> dict[uuid.UUID, list[Row]]:
    found: dict[uuid.UUID, list[Row]] = {}
    for row in rows:
        if row.visit_id is not None:
            found.setdefault(row.visit_id, []).append(row)
    return found


def _view(effect: Effect, attempts: list[EffectAttempt]) -> EffectView:
    return EffectView(
        effect=effect,
        request=json.loads(effect.request),
        outcome=json.loads(effect.outcome),
        attempts=tuple(attempts),
    )


def _merge(
    visit: StepVisit, effects: tuple[EffectView, ...], incidents: list[Incident], waits: list[Wait]
) -> VisitView:
    status, attempt, error = visit.status, visit.attempt, json.loads(visit.error)
    latest = effects[-1] if effects else None
    if latest is not None:
        attempt = max(latest.effect.attempt, 1)
        if status == StepVisit.Status.RUNNING and latest.effect.status == Effect.Status.PLANNED and latest.attempts:
            status, error = StepVisit.Status.RETRYING.value, latest.attempts[-1].error
    still_open = [incident for incident in incidents if incident.closed_at is None]
    return VisitView(
        id=visit.id,
        sequence=visit.sequence,
        key=visit.key,
        visit=visit.visit,
        index=visit.index,
        kind=visit.kind,
        status=str(status),
        attempt=attempt,
        started_at=visit.started_at,
        ended_at=visit.ended_at,
        port=visit.port,
        input=json.loads(visit.input),
        output=json.loads(visit.output),
        output_bytes=len(visit.output),
        error=error,
        effects=effects,
        incident=next(iter(still_open or incidents[-1:]), None),
        waits=tuple(waits),
    )

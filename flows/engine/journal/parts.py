"""What both journals write through the ORM, for all runs of a landing at once: waits, effects, incidents."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from flows.engine.rows import EffectRow, Landing, WaitRow
from flows.models import Effect, Incident, Wait
from integrator.timers.models import Timer


def write_waits(held: Sequence[Landing]) -> None:
    """Open waits with their timers, and close those that ended."""
    opened = [row for landing in held for row in landing.waits.values()]
    closed = {wait_id for landing in held for wait_id in landing.closed_waits}
    if opened:
        Wait.objects.bulk_create(_make_wait(row) for row in opened)
        Timer.objects.bulk_create(
            Timer(due_at=row.due_at, handler=Wait.TIMER_HANDLER, subject=row.id, context=row.run_id)
            for row in opened
            if row.due_at is not None and row.id not in closed
        )
    for landing in held:
        for wait_id, reason in landing.closed_waits.items():
            Wait.objects.filter(id=wait_id, closed_at__isnull=True).update(
                closed_at=landing.now, close_reason=reason[:200]
            )
    if closed:
        Timer.objects.filter(handler=Wait.TIMER_HANDLER, subject__in=closed).delete()


def _make_wait(row: WaitRow) -> Wait:
    return Wait(
        id=row.id,
        run_id=row.run_id,
        visit_id=row.visit_id,
        step_key=row.step_key,
        kind=row.kind,
        subject=row.subject[:500],
        due_at=row.due_at,
        opened_at=row.opened_at,
    )


def write_effects(held: Sequence[Landing]) -> None:
    """Plan effects; drop, send again or confirm those that a person or a join decided on."""
    planned = [row for landing in held for row in landing.effects.values()]
    if planned:
        Effect.objects.bulk_create(_make_effect(row) for row in planned)
    _drop_effects(held)
    undecided = Effect.objects.exclude(status__in=[Effect.Status.CONFIRMED, Effect.Status.SENDING])
    for landing in held:
        if landing.resent_effects:
            undecided.filter(id__in=landing.resent_effects).update(
                status=Effect.Status.PLANNED, due_at=landing.now, tries_left_from=F("attempt"), ended_at=None
            )
        for effect_id, outcome in landing.confirmed_effects.items():
            Effect.objects.filter(id=effect_id).update(
                status=Effect.Status.CONFIRMED, outcome=outcome, ended_at=landing.now
            )


def _drop_effects(held: Sequence[Landing]) -> None:
    """Those that have not left. One under way is finished; whoever records its answer sees that nobody waits for it."""
    dropped = {effect_id for landing in held for effect_id in landing.dropped_effects}
    if not dropped:
        return
    rows = Effect.objects.filter(id__in=dropped)
    # Locked first: an answer that is being recorded may plan another try, which the update below would not see.
    list(rows.select_for_update(no_key=True).order_by("id").values_list("id"))
    for landing in held:
        rows.filter(id__in=landing.dropped_effects, status=Effect.Status.PLANNED).update(
            status=Effect.Status.DROPPED, ended_at=landing.now
        )


def _make_effect(row: EffectRow) -> Effect:
    columns = {name: getattr(row, name) for name in row.__dataclass_fields__}
    return Effect(**columns, due_at=row.planned_at)


def write_incidents(held: Sequence[Landing]) -> None:
    """Open incidents, and close those that were answered or overtaken."""
    opened = [row for landing in held for row in landing.incidents.values()]
    if opened:
        Incident.objects.bulk_create(
            Incident(**{name: getattr(row, name) for name in row.__dataclass_fields__}) for row in opened
        )
    for landing in held:
        for incident_id, answer in landing.closed_incidents.items():
            _close_incidents(Incident.objects.filter(id=incident_id), landing, answer)
        if landing.closes_all_incidents:
            _close_incidents(Incident.objects.filter(run_id=landing.run_id), landing, Incident.Answer.RUN_ENDED)


def _close_incidents(incidents: QuerySet[Incident], landing: Landing, answer: str) -> None:
    """What a person answered stays, also when the run's end came first."""
    incidents.filter(closed_at__isnull=True).update(
        closed_at=landing.now, answer=Coalesce(NullIf(F("answer"), Value("")), Value(answer))
    )

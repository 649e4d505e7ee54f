"""Recording what came of one attempt of an effect, and telling its run, in one transaction. Makes no call."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from flows.definition.effect import EffectAnswer
from flows.engine.bells import ring_runs
from flows.engine.figures import count_attempt
from flows.engine.retrying import get_retry_delay_s, settle_answer
from flows.engine.veiling import veil_answer
from flows.models import Effect, EffectAttempt, Signal, StepVisit
from integrator.database.clock import get_database_now
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.lib.veil import veiled

ENGINE = Actor("system", "engine")


def record_answer(effect: Effect, answer: EffectAnswer) -> None:
    """Record one attempt's answer and tell the run, in one transaction. A sender that lost its fence only notes it."""
    with transaction.atomic():
        now = get_database_now()
        answer, veil = veil_answer(effect, answer)
        _keep_attempt(effect, answer, now)
        current = Effect.objects.select_for_update(no_key=True).get(id=effect.id)
        if current.fence != effect.fence or current.status not in {Effect.Status.SENDING, Effect.Status.UNKNOWN}:
            return
        is_late = current.status == Effect.Status.UNKNOWN
        if is_late and (answer.is_unknown or answer.not_sent):
            return
        with veiled(veil):
            _settle(current, answer, now)
    count_attempt(_outcome_word(answer))


def is_awaited(effect: Effect) -> bool:
    """Whether its step still waits for it; one cancelled meanwhile is finished, never begun again.

    The caller holds the effect's row: a landing that cancels locks it too, so one of them sees the other.
    """
    return StepVisit.objects.filter(id=effect.visit_id, ended_at__isnull=True).exists()


def _keep_attempt(effect: Effect, answer: EffectAnswer, now: datetime) -> None:
    """The answer of an attempt given up as lost is kept too when it comes late."""
    is_open = Q(ended_at__isnull=True) | Q(outcome=Effect.Status.UNKNOWN, exchange__isnull=True)
    EffectAttempt.objects.filter(is_open, effect=effect, number=effect.attempt).update(
        ended_at=now,
        outcome=_outcome_word(answer),
        exchange=dict(answer.exchange) or None,
        error=answer.error.as_data() if answer.error else None,
    )


def _settle(effect: Effect, answer: EffectAnswer, now: datetime) -> None:
    delay_s = _get_delay_s(effect, answer)
    effect.lease_until = None
    if delay_s is not None and is_awaited(effect):
        effect.status, effect.due_at = Effect.Status.PLANNED, now + timedelta(seconds=delay_s)
        effect.save(update_fields=["status", "due_at", "lease_until"])
        return
    answer, data = settle_answer(answer, repeat=effect.repeat)
    effect.status, effect.ended_at = data["status"], now
    effect.outcome = json.dumps(data, ensure_ascii=False)
    effect.save(update_fields=["status", "outcome", "lease_until", "ended_at"])
    Signal.objects.create(
        run_id=effect.run_id, kind=Signal.Kind.EFFECT, subject=effect.id, data=effect.outcome, created_at=now
    )
    _record_event(effect, answer)
    ring_runs()


def _get_delay_s(effect: Effect, answer: EffectAnswer) -> float | None:
    if answer.not_sent:
        return 0.0
    tries = effect.attempt - effect.tries_left_from
    return get_retry_delay_s(effect.retry, tries=tries, answer=answer, repeat=effect.repeat)


def _record_event(effect: Effect, answer: EffectAnswer) -> None:
    data: dict[str, object] = {
        "step": effect.step_key,
        "run": str(effect.run_id),
        "attempt": effect.attempt,
        "host": effect.host,
        "idempotency_key": effect.idempotency_key,
    }
    if answer.error is not None:
        data |= {"code": answer.error.code, "message": answer.error.message}
    record(
        f"effect.{effect.status}",
        actor=ENGINE,
        subject=("effect", effect.id),
        data=data,
        correlation=str(effect.run_id),
        team_id=effect.team_id,
    )


def _outcome_word(answer: EffectAnswer) -> str:
    if answer.error is None:
        return Effect.Status.CONFIRMED.value
    return Effect.Status.UNKNOWN.value if answer.is_unknown else Effect.Status.FAILED.value

"""The effect ledger: claim a planned effect, commit SENDING, call with no transaction open, record the answer once."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from flows.definition.effect import LIVE, EffectAnswer, EffectCall
from flows.definition.kind import StepError
from flows.engine.bells import ring_effects
from flows.engine.connections import resolve_connection
from flows.engine.faults import reach
from flows.engine.pacing import find_closed, take_turn_in, wait_for_turn
from flows.engine.recording import is_awaited, record_answer
from flows.engine.slots import HostSlots
from flows.engine.veiling import read_effect_veil
from flows.models import Effect, EffectAttempt
from flows.registry import get_connector
from integrator.database.clock import get_database_now
from integrator.database.errors import is_passing
from integrator.lib.ending import ENDING
from integrator.lib.veil import NO_VEIL, veiled

logger = logging.getLogger(__name__)
GRACE_S = 10.0
LOST_BATCH = 50
UNSETTLED_S = 60.0
LOST_TRIES = 3  # so many workers in a row that were not heard of again
RECORD_AGAIN_S = 0.5
RECORD_FOR_S = 60.0  # after the lease: an answer that comes late still spares a person a question


@dataclass(frozen=True, kw_only=True)
class ClaimedEffect:
    """An effect this worker may send until ``gives_up_at`` (monotonic seconds)."""

    effect: Effect
    now: datetime
    gives_up_at: float


SLOTS = HostSlots()


def send_effects() -> int:
    """Send planned effects one after the other until none is due; returns how many were sent or settled."""
    made = settle_lost()
    while not ENDING.is_set() and (claimed := take_effect()) is not None:
        ring_effects()  # where one is due there may be more: another thread looks while this one calls
        send_taken(claimed)
        made += 1
    return made


def take_effect() -> ClaimedEffect | None:
    """Claim a due effect together with a slot for its host; None when none is due or no slot is free."""
    with SLOTS.claiming:
        if SLOTS.free <= 0:
            return None
        claimed = claim_effect()
        if claimed is not None:
            SLOTS.take(claimed.effect.host)
        return claimed


def send_taken(claimed: ClaimedEffect) -> None:
    """Call, give the slot back, then record what came of it. What is logged meanwhile lies under the run's veil."""
    veil = NO_VEIL
    try:
        veil, _ = read_effect_veil(claimed.effect)
        with veiled(veil):
            answer = _call(claimed)
    finally:
        SLOTS.give_back(claimed.effect.host)
    reach("called")
    with veiled(veil):
        _keep_answer(claimed, answer)
        reach("recorded")


def claim_effect() -> ClaimedEffect | None:
    """Commit SENDING for the effect that is due longest, unless its host has its half of the slots.

    One whose connection lets nothing out now is passed over; it stays planned.
    """
    while True:
        found = _claim_one()
        if not isinstance(found, _Held):
            return found


class _Held:
    """An effect was due, but its connection's rate held it back: others may leave."""


def _claim_one() -> ClaimedEffect | _Held | None:
    asked_at = monotonic()  # before the database tells the time: the lease may be over a little later, never earlier
    with transaction.atomic():
        now = get_database_now()
        effect = (
            Effect.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(Q(status=Effect.Status.PLANNED, due_at__lte=now))
            .exclude(host__in=SLOTS.full_hosts())
            .exclude(environment_id__in=find_closed(now))
            .order_by("due_at", "id")
            .first()
        )
        if effect is None:
            return None
        if not take_turn_in(effect.environment_id, now):
            return _Held()
        lease_s = effect.timeout_s + GRACE_S
        effect.status, effect.fence, effect.attempt = Effect.Status.SENDING, effect.fence + 1, effect.attempt + 1
        effect.lease_until = now + timedelta(seconds=lease_s)
        effect.save(update_fields=["status", "fence", "attempt", "lease_until"])
        EffectAttempt.objects.create(effect=effect, number=effect.attempt, started_at=now)
    reach("sending")
    return ClaimedEffect(effect=effect, now=now, gives_up_at=asked_at + lease_s)


def settle_lost() -> int:
    """SENDING with its lease over: send again where that is safe, else ask a person. Returns how many were settled."""
    now = get_database_now()
    lost = list(
        Effect.objects.filter(status=Effect.Status.SENDING, lease_until__lt=now).order_by("lease_until", "id")[
            :LOST_BATCH
        ]
    )
    return sum(_settle_guarded(effect, now) for effect in lost)


def _settle_guarded(effect: Effect, now: datetime) -> bool:
    """One that cannot be settled holds up no other: its lease begins anew, so that it stands behind them."""
    try:
        if effect.repeat != "safe":
            record_answer(effect, _lost_answer())
        elif not _plan_again(effect, now):
            record_answer(effect, _lost_too_often())
    except Exception as error:
        if is_passing(error):
            raise
        logger.exception("effect %s cannot be settled; it is tried again in %.0f s", effect.id, UNSETTLED_S)
        rows = Effect.objects.filter(id=effect.id, fence=effect.fence, status=Effect.Status.SENDING)
        rows.update(lease_until=now + timedelta(seconds=UNSETTLED_S))
        return False
    return True


def _plan_again(effect: Effect, now: datetime) -> bool:
    """Send it once more, unless its step was cancelled meanwhile or it seems to end every worker that tries."""
    with transaction.atomic():
        rows = Effect.objects.filter(id=effect.id, fence=effect.fence, status=Effect.Status.SENDING)
        if rows.select_for_update(no_key=True).first() is None:
            return True  # somebody else has settled it
        attempts = EffectAttempt.objects.filter(effect=effect, ended_at__isnull=True)
        if attempts.filter(number__gt=effect.tries_left_from).count() >= LOST_TRIES or not is_awaited(effect):
            return False
        rows.update(status=Effect.Status.PLANNED, due_at=now, lease_until=None)
        return True


def _lost_answer() -> EffectAnswer:
    return EffectAnswer(
        error=StepError(
            "effect.unknown",
            "The worker ended while it made this call, so nobody can tell whether it arrived. Ask the other side, "
            "then say whether it happened.",
        ),
        is_unknown=True,
    )


def _lost_too_often() -> EffectAnswer:
    return EffectAnswer(
        error=StepError(
            "effect.worker_lost",
            "Each worker that made this call ended before it had the answer, so it is not tried again by itself. See "
            "what the call does to the worker, then try again or give up.",
        )
    )


def _call(claimed: ClaimedEffect) -> EffectAnswer:
    effect = claimed.effect
    request = json.loads(effect.request)
    environment = str(request.get("environment") or LIVE)
    call = EffectCall(
        effect_id=effect.id,
        idempotency_key=effect.idempotency_key,
        request=request,
        repeat=effect.repeat,
        timeout_s=effect.timeout_s,
        now=claimed.now,
        resolve_connection=lambda key: resolve_connection(
            effect.team_id, key, environment, environment_id=effect.environment_id
        ),
        outbound_allow=tuple(settings.OUTBOUND_ALLOW),
        abort_before_connect=lambda: monotonic() > claimed.gives_up_at - effect.timeout_s,
        run_id=effect.run_id,
        team_id=effect.team_id,
        take_turn=lambda within_s: wait_for_turn(effect.environment_id, within_s),
    )
    try:
        return get_connector(effect.connector).send(call)
    except StepError as error:
        return EffectAnswer(error=error)
    except Exception:
        logger.exception("effect %s: the connector failed", effect.id)
        return EffectAnswer(
            error=StepError(
                "effect.connector_failed",
                "The call could not be made because of a fault in the connector. The details are in the server's log.",
            ),
            is_unknown=effect.repeat != "safe",
        )


def _keep_answer(claimed: ClaimedEffect, answer: EffectAnswer) -> None:
    """Record the answer, again and again while the database is away: without it a person would have to be asked."""
    while True:
        try:
            record_answer(claimed.effect, answer)
            return
        except Exception as error:
            connection.close_if_unusable_or_obsolete()
            if not is_passing(error):
                logger.exception("effect %s: its answer cannot be stored", claimed.effect.id)
                record_answer(claimed.effect, _unstorable_answer())
                return
            if monotonic() > claimed.gives_up_at + RECORD_FOR_S:
                raise
            logger.warning("effect %s: its answer cannot be stored for now: %s", claimed.effect.id, error)
        time.sleep(RECORD_AGAIN_S)


def _unstorable_answer() -> EffectAnswer:
    return EffectAnswer(
        error=StepError(
            "effect.answer_unstorable",
            "The other side answered, but its answer could not be stored; the server's log says why. Ask the other "
            "side whether it happened.",
        ),
        is_unknown=True,
    )

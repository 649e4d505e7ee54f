"""The ledger of deliveries: claim one that is due, commit ``sending``, hand it over with no transaction open, record.

At least once: a worker that ends in the middle is followed by another when its lease is over, under the same
message id. Who comes back late records nothing.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from integrator.database.clock import get_database_now
from integrator.events.actors import SYSTEM
from integrator.events.log import record
from integrator.lib.ending import ENDING
from notifications.bells import ring_deliveries
from notifications.channels.email.sending import MailFailed, MailSkipped, send_mail
from notifications.models import Delivery, State

logger = logging.getLogger(__name__)
GRACE_S = 10.0
DELAYS_S = (5, 30, 120, 600, 1_800, 3_600, 7_200)  # after the first, second … try; then it has failed
LOST_BATCH = 100
_SLOTS = threading.BoundedSemaphore(4)  # of this process: a slow mail server holds up no runs


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a try ended: ``sent``, ``failed`` for good, ``skipped``, or ``queued`` for another."""

    state: State
    code: str = ""
    message: str = ""


def deliver_all() -> int:
    """This will send what is due, one after the other, until nothing is; gives how many were tried."""
    if not _SLOTS.acquire(blocking=False):
        return 0
    try:
        tried = 0
        release_lost()
        while not ENDING.is_set() and (claimed := claim_delivery()) is not None:
            ring_deliveries()  # where one is due there may be more: another thread looks while this one sends
            record_outcome(claimed, send(claimed))
            tried += 1
        return tried
    finally:
        _SLOTS.release()


def claim_delivery() -> Delivery | None:
    """Commit ``sending`` for the delivery that is due longest; None when none is."""
    with transaction.atomic():
        now = get_database_now()
        delivery = (
            Delivery.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(state=State.QUEUED, due_at__lte=now)
            .order_by("due_at", "id")
            .first()
        )
        if delivery is None:
            return None
        delivery.state, delivery.due_at = State.SENDING, None
        delivery.fence, delivery.attempts = delivery.fence + 1, delivery.attempts + 1
        delivery.lease_until = now + timedelta(seconds=settings.LEASE_S + GRACE_S)
        delivery.save(update_fields=["state", "due_at", "fence", "attempts", "lease_until"])
    return delivery


def release_lost() -> int:
    """Who held these is gone: they are due again, or have failed when that was the last try. Gives how many."""
    now = get_database_now()
    lost = list(
        Delivery.objects.filter(state=State.SENDING, lease_until__lt=now).order_by("lease_until", "id")[:LOST_BATCH]
    )
    for delivery in lost:
        code, message = "delivery.worker_lost", "The worker ended while it sent this; it may have arrived."
        record_outcome(delivery, Outcome(state=State.QUEUED, code=code, message=message), delay_s=0)
    return len(lost)


def send(delivery: Delivery) -> Outcome:
    """Hand the mail over, within the lease. Never raises: what went wrong is the outcome."""
    try:
        send_mail(delivery, timeout_s=float(settings.LEASE_S))
    except MailSkipped as error:
        return Outcome(state=State.SKIPPED, code=error.code, message=error.message)
    except MailFailed as error:
        state = State.QUEUED if error.retryable else State.FAILED
        return Outcome(state=state, code=error.code, message=error.message)
    except Exception:
        logger.exception("delivery %s: the channel failed", delivery.pk)
        message = "The mail could not be made because of a fault in Integrator. The details are in the server's log."
        return Outcome(state=State.FAILED, code="delivery.channel_failed", message=message)
    return Outcome(state=State.SENT)


def record_outcome(delivery: Delivery, outcome: Outcome, *, delay_s: float | None = None) -> bool:
    """Write down how a try ended, unless somebody else holds the delivery by now; says whether it was written."""
    state = outcome.state
    if state == State.QUEUED and delivery.attempts > len(DELAYS_S):
        state = State.FAILED
    with transaction.atomic():
        now = get_database_now()
        changes: dict[str, object] = {
            "state": state,
            "lease_until": None,
            "error_code": outcome.code,
            "error": outcome.message[:1000],
        }
        if state == State.QUEUED:
            wait_s = DELAYS_S[delivery.attempts - 1] if delay_s is None else delay_s
            changes["due_at"] = now + timedelta(seconds=wait_s)
        elif state in (State.SENT, State.FAILED):
            changes["sent_at" if state == State.SENT else "failed_at"] = now
        held = Delivery.objects.filter(pk=delivery.pk, state=State.SENDING, fence=delivery.fence)
        if held.update(**changes) != 1:
            return False
        if state == State.FAILED:
            _tell_failure(delivery, outcome)
    return True


def _tell_failure(delivery: Delivery, outcome: Outcome) -> None:
    alert = delivery.alert
    record(
        "delivery.failed",
        actor=SYSTEM,
        subject=("alert", alert.pk),
        data={
            "title": alert.title,
            "channel": delivery.get_channel_display(),
            "person": delivery.person.username if delivery.person else delivery.address,
            "code": outcome.code,
            "message": outcome.message,
            "attempts": delivery.attempts,
        },
        correlation=alert.correlation,
        team_id=alert.team_id,
    )

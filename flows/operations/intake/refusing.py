"""Keeping refused calls with their reason, so that somebody can mend the sender. A flood is counted, not kept."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from django.db import transaction

from flows.errors import CallRefused
from flows.models import StoredRequest
from flows.operations.intake.calls import REFUSED_BODY_BYTES, InboundCall
from flows.operations.intake.listeners import suggest_path
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.lib.veil import get_veil

KEPT_A_MINUTE = 60


@dataclass(kw_only=True)
class RefusalGate:
    """Lets so many refusals a minute through for each trigger; all unknown addresses together count as one."""

    limit: int = KEPT_A_MINUTE
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _counts: dict[int | None, tuple[int, int]] = field(default_factory=dict)  # trigger → (minute, refused in it)

    def enter(self, trigger_id: int | None, minute: int) -> int | None:
        """How many were passed over in the last minute that had any, or None when this one is passed over too."""
        with self._lock:
            last, refused = self._counts.get(trigger_id, (minute, 0))
            passed_over = 0
            if last != minute:
                passed_over, refused = max(0, refused - self.limit), 0
            self._counts[trigger_id] = (minute, refused + 1)
            return passed_over if refused < self.limit else None


GATE = RefusalGate()


def keep_refused_call(
    call: InboundCall, error: CallRefused, *, status: int, trigger_id: int | None = None, team_id: int | None = None
) -> StoredRequest | None:
    """This will keep the call, capped and masked, with ``request.refused``; None when its address refuses too many.

    Reason and errors hold nothing that lies under a veil. At most 60 a minute are kept for a trigger, and 60 for all
    unknown addresses; the next one kept says how many were not.
    """
    passed_over = GATE.enter(trigger_id, int(call.received_at.timestamp() // 60))
    if passed_over is None:
        return None
    reason = error.reason
    if error.code == "intake.unknown_path" and (similar := suggest_path(call.path)):
        reason = f"{reason} Did they mean /hooks/{similar}?"
    if passed_over:
        reason = f"{reason} (Before it, {passed_over:,} more were refused within a minute and not kept.)"
    reason, errors = get_veil().mask_text(reason), get_veil().mask(error.errors)
    with transaction.atomic(durable=True):
        fields = call.to_fields(
            body_limit_bytes=REFUSED_BODY_BYTES,
            trigger_id=trigger_id,
            team_id=team_id,
            outcome=StoredRequest.Outcome.REFUSED,
            status=status,
            code=error.code,
            reason=reason,
            errors=errors,
        )
        row = StoredRequest(**fields)
        row.save(force_insert=True)
        record(
            "request.refused",
            actor=Actor.caller(row.path[:100]),
            subject=("request", row.id),
            data={"path": row.path, "reason": reason, "status": status},
            team_id=team_id,
        )
    return row

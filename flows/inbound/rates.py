"""How many calls a trigger takes, as its ``rate`` says; the counting is ``integrator.rates``."""

from __future__ import annotations

import math

from flows.errors import CallRefused
from flows.operations.intake import Listener
from integrator.rates import Rate, get_counter


def admit(listener: Listener) -> None:
    """Count a call that showed who it is. Raises CallRefused (``intake.rate``) when its trigger takes no more now."""
    rate = _read_rate(listener)
    wait_s = get_counter().enter(str(listener.trigger_id), rate) if rate is not None else 0.0
    if rate is None or wait_s <= 0:
        return
    retry_after_s = max(1, math.ceil(wait_s))
    limit = f"{rate.requests:,} request{'s' if rate.requests != 1 else ''} in {rate.per_s:,} s"
    raise CallRefused(
        "intake.rate",
        f"This address takes {limit}. Send the call again in {retry_after_s:,} s.",
        reason=f"More than {limit}, as the trigger's rate allows; the caller was told to wait {retry_after_s:,} s.",
        details={"retry_after_s": retry_after_s},
    )


def _read_rate(listener: Listener) -> Rate | None:
    given = listener.reading.rate
    return Rate(requests=int(given["requests"]), per_s=int(given["per_s"])) if given else None

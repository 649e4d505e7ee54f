"""Whether and when an effect or another step is tried again, and what its last answer says to the run. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flows.definition.effect import EffectAnswer
from flows.definition.kind import StepError
from flows.definition.model import JSON, RetryPolicy

MAX_RETRY_AFTER_S = 86_400.0


def get_retry_delay_s(policy: Mapping[str, Any], *, tries: int, answer: EffectAnswer, repeat: str) -> float | None:
    """Seconds until the next attempt, or None when there is none.

    ``policy`` has the members of ``RetryPolicy`` (``{}``: no retry); ``tries`` counts attempts made under it. Only
    known failures that say they are retryable are repeated; an unknown outcome only where ``repeat`` is ``safe``.
    ``Retry-After`` of the target is honoured when it asks for longer.
    """
    if answer.error is None or not policy or tries >= int(policy.get("max_attempts", 1)):
        return None
    if answer.is_unknown and repeat != "safe":
        return None
    if not answer.error.retryable:
        return None
    first, factor = float(policy.get("first_delay_s", 1.0)), float(policy.get("factor", 2.0))
    delay_s = _back_off(first, factor, float(policy.get("max_delay_s", 300.0)), max(0, tries - 1))
    return max(delay_s, min(answer.retry_after_s or 0.0, MAX_RETRY_AFTER_S))


def get_step_delay_s(policy: RetryPolicy | None, *, tries: int, error: StepError) -> float | None:
    """Seconds until a step that is no effect is executed again, or None when it is not.

    ``tries`` counts how often it was tried again already. Only an error that says it is retryable is.
    """
    if policy is None or not error.retryable or tries + 1 >= policy.max_attempts:
        return None
    return _back_off(policy.first_delay_s, policy.factor, policy.max_delay_s, tries)


def settle_answer(answer: EffectAnswer, *, repeat: str) -> tuple[EffectAnswer, dict[str, JSON]]:
    """The last attempt's answer as it counts, and the news for the run: ``{status, output, error}``.

    An unknown outcome that is safe to repeat, and was repeated as often as it may be, is a known failure.
    """
    if answer.is_unknown and repeat == "safe" and answer.error is not None:
        answer = replace(answer, is_unknown=False)
    status = "confirmed" if answer.error is None else "unknown" if answer.is_unknown else "failed"
    error = answer.error.as_data() if answer.error else None
    if answer.is_unknown and error is not None:
        error["code"] = "effect.unknown"
    return answer, {"status": status, "output": answer.output, "error": error}


def _back_off(first_s: float, factor: float, max_s: float, retries: int) -> float:
    """The delay after ``retries`` earlier ones; grows until ``max_s``."""
    try:
        return min(first_s * factor**retries, max_s)
    except OverflowError:
        return max_s

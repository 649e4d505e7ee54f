"""A change made outside with all its tries, in words. Exchanges were masked before they were stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flows.models import EffectAttempt
from flows.queries import EffectView

_STATES = {"planned": "intended", "confirmed": "sent", "dropped": "cancelled"}
_LABELS = {"failed": "Failed", "dropped": "Not sent", "confirmed": "Confirmed"}
SAID_CHARS = 300
SAME = "The same again"


@dataclass(frozen=True, kw_only=True)
class Try:
    """One try. ``waited`` is the time since the try before, None for the first; ``state`` is empty while under way."""

    number: int
    started_at: datetime
    waited: timedelta | None
    took: timedelta | None
    state: str
    said: str
    exchange: Any


@dataclass(frozen=True, kw_only=True)
class Tries:
    """One change outside. ``sent`` and ``answered`` are of the last try that has an exchange, else what is planned."""

    id: str
    name: str
    state: str
    state_label: str
    key_end: str
    key: str
    planned_at: datetime
    due_at: datetime | None
    sent: Any
    answered: Any
    tries: tuple[Try, ...]

    @property
    def count_words(self) -> str:
        """``5 tries``."""
        count = len(self.tries)
        return f"{count} {'try' if count == 1 else 'tries'}"


def tell_tries(view: EffectView) -> Tries:
    """This will tell an effect and its attempts."""
    effect, exchange = view.effect, _last_exchange(view.attempts)
    request = view.request if isinstance(view.request, Mapping) else {}
    method = str(request.get("method") or "Change")
    return Tries(
        id=str(effect.id),
        name=f"{method} to {effect.host}" if effect.host else f"{method} by {effect.connector}",
        state=_STATES.get(effect.status, effect.status),
        state_label=_LABELS.get(effect.status, ""),
        key=effect.idempotency_key,
        key_end=effect.idempotency_key[-4:],
        planned_at=effect.planned_at,
        due_at=effect.due_at if effect.status == "planned" and view.attempts else None,
        sent=exchange.get("request") or dict(request),
        answered=exchange.get("answer") or ("Nothing came back" if view.attempts else "Nothing was sent yet"),
        tries=tuple(_tell_attempts(view.attempts)),
    )


def _tell_attempts(attempts: tuple[EffectAttempt, ...]) -> list[Try]:
    told: list[Try] = []
    before: EffectAttempt | None = None
    for attempt in attempts:
        told.append(
            Try(
                number=attempt.number,
                started_at=attempt.started_at,
                waited=attempt.started_at - before.ended_at if before and before.ended_at else None,
                took=attempt.ended_at - attempt.started_at if attempt.ended_at else None,
                state=_STATES.get(attempt.outcome, attempt.outcome),
                said=SAME if before and _say(attempt) == _say(before) and _say(attempt) else _say(attempt),
                exchange=attempt.exchange,
            )
        )
        before = attempt
    return told


def _say(attempt: EffectAttempt) -> str:
    if isinstance(attempt.error, dict) and attempt.error.get("message"):
        return str(attempt.error["message"])[:SAID_CHARS]
    answer = attempt.exchange.get("answer") if isinstance(attempt.exchange, dict) else None
    if isinstance(answer, dict) and answer.get("status"):
        return f"Answered {answer['status']}"
    return "" if attempt.outcome else "No answer was recorded yet"


def _last_exchange(attempts: tuple[EffectAttempt, ...]) -> Mapping[str, Any]:
    kept = (attempt.exchange for attempt in reversed(attempts))
    return next((exchange for exchange in kept if isinstance(exchange, dict) and exchange), {})

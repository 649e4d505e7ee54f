"""How a connection fares, told from the effect ledger: the last success and failure, and how many failed of late."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from flows.models import Effect

OF_LATE = timedelta(hours=24)
_BAD = (Effect.Status.FAILED, Effect.Status.UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Health:
    """Of one environment. Times are None where it never happened; ``last_bad_words`` is what the owner should read."""

    calls: int = 0
    failed: int = 0
    planned: int = 0
    last_good_at: datetime | None = None
    last_bad_at: datetime | None = None
    last_bad_words: str = ""

    @property
    def error_percent(self) -> int | None:
        """Of the calls that ended within 24 hours; None without one. A single failure is never rounded away."""
        if not self.calls:
            return None
        return max(1, round(100 * self.failed / self.calls)) if self.failed else 0

    @property
    def state(self) -> str:
        """``failing`` when the newest call failed, ``working`` when it did not, "" before the first."""
        if self.last_bad_at and (self.last_good_at is None or self.last_bad_at > self.last_good_at):
            return "failing"
        return "working" if self.last_good_at else ""


def get_health(environment_id: int, now: datetime) -> Health:
    """This will give the health of one environment. Three queries."""
    rows = Effect.objects.filter(environment_id=environment_id)
    counts = rows.aggregate(
        calls=Count("id", filter=Q(ended_at__gte=now - OF_LATE, status__in=[Effect.Status.CONFIRMED, *_BAD])),
        failed=Count("id", filter=Q(ended_at__gte=now - OF_LATE, status__in=_BAD)),
        planned=Count("id", filter=Q(status=Effect.Status.PLANNED)),
    )
    ended = rows.filter(ended_at__isnull=False).order_by("-planned_at", "-id")
    good = ended.filter(status=Effect.Status.CONFIRMED).first()
    bad = ended.filter(status__in=_BAD).first()
    return Health(
        **counts,
        last_good_at=good.ended_at if good else None,
        last_bad_at=bad.ended_at if bad else None,
        last_bad_words=_read_words(bad.outcome) if bad else "",
    )


def count_failures(environment_ids: Iterable[int], now: datetime) -> Mapping[int, tuple[int, int]]:
    """This will give (calls, failed) of the last 24 hours by environment, for lists. One query."""
    rows = Effect.objects.filter(environment_id__in=list(environment_ids), planned_at__gte=now - OF_LATE)
    counted = (
        rows.filter(ended_at__isnull=False)
        .order_by()
        .values_list("environment_id")
        .annotate(calls=Count("id"), failed=Count("id", filter=Q(status__in=_BAD)))
    )
    return {pk: (calls, failed) for pk, calls, failed in counted if pk is not None}


def _read_words(outcome: str) -> str:
    error = json.loads(outcome).get("error") or {}
    return str(error.get("message") or "")

"""The forecast of an open clock from those of the same type, kind and priority that ended."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Q

from cases.models import SlaClock
from cases.sla.arithmetic import percent_of
from cases.sla.book import Book
from cases.sla.forecast import Forecast, make_forecast


def forecast_clock(clock: SlaClock, now: datetime) -> Forecast | None:
    """This will tell how many like ones were late; None with too few, and for one that is late already. One query."""
    if clock.breached_at is not None:
        return None
    like = SlaClock.objects.filter(
        ended_at__isnull=False,
        state__in=("met", "breached"),
        case_type_id=clock.case_type_id,
        task_kind=clock.task_kind,
        priority=clock.priority,
        end_percent__gte=percent_of(Book().dial_of(clock), now),
    ).exclude(pk=clock.pk)
    found = like.order_by().aggregate(count=Count("pk"), late=Count("pk", filter=Q(state="breached")))
    return make_forecast(found["late"], found["count"])

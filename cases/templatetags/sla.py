"""The clock of the task or case that a page is about. Lists ask ``find_clocks`` once for all of their rows instead."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import template
from django.http import HttpRequest
from django.template import Context
from django.utils import timezone

from cases.models import Case, Task
from cases.sla.operations.alerting import path_of
from cases.sla.queries import ClockView, describe_clock, get_case_clock, get_task_clock, list_ledger
from cases.sla.words import say_length

register = template.Library()


@register.simple_tag
def clock_of(subject: Task | Case) -> ClockView | None:
    """What its clock shows now; None without one. A query, and two more where there is one; asked again, none."""
    if not hasattr(subject, "_clock_of_this_page"):
        clock = get_task_clock(subject) if isinstance(subject, Task) else get_case_clock(subject)
        view = None if clock is None else describe_clock(clock, timezone.now())
        subject._clock_of_this_page = view  # type: ignore[union-attr]
    told: ClockView | None = subject._clock_of_this_page  # type: ignore[union-attr]
    return told


@register.filter
def worked(seconds: int, clock: ClockView) -> str:
    """``24 h``; no day of working time, for nobody knows how long one is."""
    if seconds < 60:
        return "0 min"
    return say_length(timedelta(seconds=seconds), is_working=clock.is_working_time)


@register.inclusion_tag("cases/sla_drawer.html", takes_context=True)
def clock_drawer(context: Context, subject: Task | Case) -> dict[str, Any]:
    """The drawer for the ledger, filled where the address says ``clock=open``. Two queries then, else none."""
    request: HttpRequest = context["request"]
    clock = None
    if request.GET.get("clock") == "open":
        clock = get_task_clock(subject) if isinstance(subject, Task) else get_case_clock(subject)
    if clock is None:
        return {"is_closed": True}
    view = describe_clock(clock, timezone.now())
    return {"clock": view, "ledger": list_ledger(clock), "path": path_of(clock), "is_closed": False}

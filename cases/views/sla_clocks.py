"""The ledger of one clock, as a page and as a drawer beside its task or case, and moving a task's due date."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from cases.errors import CaseError
from cases.models import SlaClock
from cases.sla.errors import ClockNotFound
from cases.sla.forms import DueForm
from cases.sla.operations.alerting import path_of, title_of
from cases.sla.operations.changing import change_due_date
from cases.sla.queries import describe_clock, list_ledger
from cases.sla.queries.clocks import get_why
from cases.sla.queries.clocks_for import get_clock_for, may_move
from cases.sla.queries.forecast import forecast_clock
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader, signed_in


@signed_in
@require_safe
def show_clock(request: HttpRequest, clock_id: uuid.UUID) -> HttpResponse:
    """What stands on the clock, why, and every line of its ledger."""
    return _render(request, _get(request, clock_id), DueForm())


@signed_in
@require_POST
def move_due(request: HttpRequest, clock_id: uuid.UUID) -> HttpResponse:
    """Gives the clock's task another due date."""
    clock = _get(request, clock_id)
    form = DueForm(request.POST)
    if clock.task_id is None:
        raise Http404
    if not may_move(get_reader(request), clock):
        raise PermissionDenied
    if form.is_valid():
        try:
            change_due_date(
                task_id=clock.task_id,
                due_at=form.cleaned_data["due_at"],
                reason=form.cleaned_data["reason"],
                person=get_reader(request),
                now=timezone.now(),
            )
        except CaseError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "The due date is changed.")
            return redirect("sla_clock", clock_id=clock_id)
    return _render(request, clock, form, status=400)


def _render(request: HttpRequest, clock: SlaClock, form: DueForm, *, status: int = 200) -> HttpResponse:
    now = timezone.now()
    context = {
        "clock": describe_clock(clock, now),
        "ledger": list_ledger(clock),
        "why": get_why(clock),
        "title": title_of(clock),
        "path": path_of(clock),
        "is_closed": request.GET.get("drawer") == "closed",
        "forecast": forecast_clock(clock, now) if clock.ended_at is None else None,
        "due_form": form if clock.ended_at is None and may_move(get_reader(request), clock) else None,
    }
    return render_page(request, "cases/sla_clock.html", context, fragment="drawer", status=status)


def _get(request: HttpRequest, clock_id: uuid.UUID) -> SlaClock:
    try:
        return get_clock_for(get_reader(request), clock_id)
    except ClockNotFound as error:
        raise Http404 from error

"""Orders to a run: cancel it, run it again from a step. Each is one operation."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from flows.errors import RunRefused
from flows.operations.runs import cancel_run, run_again_from
from flows.views.refusals import page_for
from integrator.people.access import get_reader
from integrator.people.rights import Action


@page_for(Action.RUN_READ)
@require_POST
def cancel(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Orders the end of a run; ``comment`` is the reason."""
    reason = request.POST.get("comment", "").strip()[:1_000]
    try:
        cancel_run(run_id=run_id, person=get_reader(request), reason=reason, now=timezone.now())
    except RunRefused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "The run is being cancelled. What it asked of people is withdrawn.")
    return redirect("run", run_id=run_id)


@page_for(Action.RUN_READ)
@require_POST
def run_again(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Starts a new run at ``step`` and leads to it."""
    try:
        made = run_again_from(
            run_id=run_id, step=request.POST.get("step", ""), person=get_reader(request), now=timezone.now()
        )
    except RunRefused as error:
        messages.error(request, error.message)
        return redirect("run", run_id=run_id)
    messages.success(request, "This is the new run. The old one stays as it was.")
    return redirect("run", run_id=made.id)

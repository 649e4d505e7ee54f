"""A draft tried for real: first what it touches, then the run, followed as it goes."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from flows.definition.effect import TEST
from flows.designer.trying.following import STATE, answer_real, tell_real
from flows.errors import FlowRefused, RunRefused, TryRefused
from flows.operations.publishing.rights import get_flow_to
from flows.operations.runs import cancel_run
from flows.operations.trying import list_reached, start_try
from flows.queries import get_run_for
from flows.queries.drafts import get_designer_draft
from flows.queries.named_environments import list_environments_to_try
from flows.views.refusals import page_for
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.rights import Action

PAGE = "flows/designer/trying/real.html"


@page_for(Action.FLOW_DRAFT)
@require_http_methods(["GET", "POST"])
def try_for_real(request: HttpRequest, key: str) -> HttpResponse:
    """GET names everything that it touches in the ``environment`` asked for; POST starts the test run."""
    person = get_reader(request)
    found = get_designer_draft(person, key)
    get_flow_to(person, key, Action.FLOW_TRY)
    environments = list_environments_to_try(found.definition, found.flow.team)
    asked = (request.POST if request.method == "POST" else request.GET).get("environment") or TEST
    refusal = ""
    if request.method == "POST":
        try:
            run = start_try(key=key, person=person, now=timezone.now(), environment=asked)
            return answer_real(request, get_run_for(person, run.id))
        except (TryRefused, FlowRefused) as error:
            refusal = error.message
    errors = [finding for finding in found.findings if finding.severity == "error"]
    chosen = asked if asked in environments else TEST
    context = {
        "flow": found.flow,
        "reached": list_reached(found, chosen),
        "errors": errors,
        "refusal": refusal,
        "environment": chosen,
        "environments": environments,
    }
    return render_page(request, PAGE, context, status=400 if refusal else 200)


@page_for(Action.RUN_READ)
@require_safe
def show_state(request: HttpRequest, key: str, run_id: uuid.UUID) -> HttpResponse:
    """How the run stands and what each step came to."""
    run = get_run_for(get_reader(request), run_id)
    return render(request, STATE, tell_real(request, run))


@page_for(Action.RUN_READ)
@require_POST
def cancel(request: HttpRequest, key: str, run_id: uuid.UUID) -> HttpResponse:
    """Orders the run's end; the engine ends it, and the panel follows."""
    person = get_reader(request)
    note, refusal = "The run is being cancelled. What it asked of people is withdrawn.", ""
    try:
        cancel_run(run_id=run_id, person=person, reason=f"{person} cancelled the try.", now=timezone.now())
    except RunRefused as error:
        note, refusal = "", error.message
    return answer_real(request, get_run_for(person, run_id), note=note, refusal=refusal)

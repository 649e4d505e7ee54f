"""Flows drawn to be read: what is live, one version, and a run with its states laid over. They change nothing."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from flows.definition.flow_file import definition_from_data, file_data
from flows.designer.overlay import tell_run_overlay
from flows.designer.state import tell_nodes
from flows.models import Flow, Run
from flows.queries import get_draft, get_flow_for, get_run_for, get_run_revision, get_version
from flows.queries.named_people import with_people_named
from flows.views.flows import frame_flow
from flows.views.refusals import page_for
from flows.views.runs import frame_run
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.rights import Action


@page_for(Action.FLOW_READ)
@require_safe
def show_flow_canvas(request: HttpRequest, key: str) -> HttpResponse:
    """The flow as it is live, else as the reader drafted it."""
    person = get_reader(request)
    flow = get_flow_for(person, key)
    draft = get_draft(flow, person)
    document = get_version(flow, flow.live_version.number).document if flow.live_version else None
    if document is None and draft is not None:
        document = draft.document
    drawn = tell_drawing(flow, document) if document is not None else None
    return render_page(request, "flows/flow_canvas.html", {**frame_flow(request, flow, "canvas"), "drawing": drawn})


@page_for(Action.FLOW_READ)
@require_safe
def show_version_canvas(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """One version."""
    flow = get_flow_for(get_reader(request), key)
    version = get_version(flow, number)
    context = {"version": version, "drawing": tell_drawing(flow, version.document)}
    return render_page(request, "flows/flow_version_canvas.html", {**frame_flow(request, flow, "versions"), **context})


@page_for(Action.RUN_READ)
@require_safe
def show_run_canvas(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """A run: the version it follows, with what each step has come to."""
    run = get_run_for(get_reader(request), run_id)
    context = {
        "drawing": tell_drawing(run.flow, run.version.document),
        "overlay": _tell_overlay(run),
        "overlay_url": reverse("run_overlay", args=[run.id]),
    }
    return render_page(request, "flows/run_canvas.html", {**frame_run(request, run, "canvas"), **context})


@page_for(Action.RUN_READ)
@require_safe
def show_run_overlay(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """JSON: the states again; 204 while ``?seen=`` is what they are."""
    run = get_run_for(get_reader(request), run_id)
    if request.GET.get("seen") == get_run_revision(run):
        return HttpResponse(status=204)
    return JsonResponse(_tell_overlay(run), headers={"Cache-Control": "no-store"})


def tell_drawing(flow: Flow, document: Mapping[str, Any]) -> dict[str, Any]:
    """What the canvas needs to draw a definition for readers, in the shape of a draft's state."""
    definition = definition_from_data(document)
    return {
        "flow": {"key": flow.key, "name": definition.name, "team": flow.team.slug},
        "revision": 0,
        "document": {"steps": {}, **file_data(definition)},
        **tell_nodes(with_people_named(definition)),
        "problems": [],
        "undo": None,
        "redo": None,
        "may": {"edit": False, "publish": False},
        "people": [],
    }


def _tell_overlay(run: Run) -> dict[str, Any]:
    told = tell_run_overlay(run, now=timezone.now())
    return {**told, "revision": get_run_revision(run), "over": run.status in Run.FINAL}

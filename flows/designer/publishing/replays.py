"""Past runs gone through with a draft: starting it, how far it is, and one run side by side."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from flows.definition.flow_file import definition_from_data
from flows.definition.model import FlowDefinition
from flows.designer.publishing.side_by_side import replay_one
from flows.errors import NotFound
from flows.models import Flow, PublishRequest
from flows.operations.publishing.bells import ring_replays
from flows.operations.publishing.replaying import start_replay
from flows.operations.publishing.rights import get_flow_to
from flows.queries import get_draft, get_flow_for, get_run_for
from flows.queries.publishing import get_publish_request
from flows.queries.replays import get_replay
from flows.views.flows import frame_flow
from flows.views.refusals import page_for
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.models import Person
from integrator.people.rights import Action

PAGE = "flows/designer/publishing/replay.html"


@page_for(Action.RUN_READ)
@require_POST
def begin(request: HttpRequest, key: str) -> HttpResponse:
    """Has the last runs gone through with one's draft, or with what ``?request=`` asks for."""
    person = get_reader(request)
    flow = get_flow_for(person, key)
    get_flow_to(person, key, Action.FLOW_DRAFT)
    asked = _get_asked(request, person, flow)
    made = start_replay(key=key, person=person, request=asked, now=timezone.now())
    if request.headers.get("HX-Request") == "true":  # the open page begins it by itself
        return _show_progress(request, flow, made.digest)
    back = request.POST.get("back", "")
    if not back.startswith("/") or not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return redirect("flow_publish", key=key)
    return HttpResponseRedirect(back)


@page_for(Action.RUN_READ)
@require_safe
def show_progress(request: HttpRequest, key: str, digest: str) -> HttpResponse:
    """How far it is: a fragment that an open page asks for. One that stands still is taken up again."""
    person = get_reader(request)
    flow = get_flow_for(person, key)
    get_flow_to(person, key, Action.FLOW_DRAFT, even_archived=True)
    return _show_progress(request, flow, digest)


@page_for(Action.RUN_READ)
@require_safe
def show_run(request: HttpRequest, key: str, run_id: uuid.UUID) -> HttpResponse:
    """One past run beside what the draft, or what ``?request=`` asks for, would do."""
    person = get_reader(request)
    flow = get_flow_for(person, key)
    get_flow_to(person, key, Action.FLOW_DRAFT, even_archived=True)
    run = get_run_for(person, run_id)
    if run.flow_id != flow.pk:
        raise NotFound("run")
    asked = _get_asked(request, person, flow)
    reason, rows = replay_one(_get_definition(flow, person, asked), run)
    context = {"run": run, "reason": reason, "rows": rows, "asked": asked}
    return render_page(request, PAGE, {**frame_flow(request, flow, "draft"), **context})


def _show_progress(request: HttpRequest, flow: Flow, digest: str) -> HttpResponse:
    found = get_replay(flow, digest, now=timezone.now())
    if found is None:
        raise NotFound("replay")
    if found.is_still:
        ring_replays()
    context = {"flow": flow, "replay": found, "digest": digest, "asked_id": request.GET.get("request", "")}
    return render_page(request, "flows/designer/publishing/progress.html", context)


def _get_asked(request: HttpRequest, person: Person, flow: Flow) -> PublishRequest | None:
    given = request.GET.get("request", "")
    if not given:
        return None
    try:
        return get_publish_request(person, flow, uuid.UUID(given))
    except ValueError as error:
        raise NotFound("request") from error


def _get_definition(flow: Flow, person: Person, asked: PublishRequest | None) -> FlowDefinition:
    if asked is not None:
        return definition_from_data(asked.document)
    draft = get_draft(flow, person)
    if draft is None:
        raise NotFound("draft")
    return definition_from_data(draft.document)

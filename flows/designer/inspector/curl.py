"""Fills an HTTP step in from a cURL command. The command is read, never run, and not kept."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from flows.connectors.http.curl import CurlError, CurlStep, parse_curl
from flows.definition.model import Step
from flows.designer.inspector.fields import STEPS, Op
from flows.designer.inspector.saving import save_change
from flows.designer.inspector.views import load_inspected
from flows.errors import EditConflict, EditRefused, NotFound
from flows.views.refusals import page_for
from integrator.people.access import get_reader
from integrator.people.rights import Action

KIND = "http.request"
MAX_CHARS = 65_536
OWNED = ("method", "url", "query", "headers", "json", "form", "text", "multipart", "connection")


@page_for(Action.FLOW_DRAFT)
@require_POST
def fill_in(request: HttpRequest, key: str, step: str) -> HttpResponse:
    """``command`` → for a script ``{ops, notes}`` or ``{refusal}``; else the step is filled in at once."""
    person = get_reader(request)
    inspected = load_inspected(person, key, step)
    if inspected.step is None or inspected.step.kind != KIND:
        raise NotFound("step")
    try:
        read = parse_curl(request.POST.get("command", "")[:MAX_CHARS])
    except CurlError as error:
        return _refuse(request, inspected.address, error.message)
    ops = make_ops(inspected.step, read)
    if "X-Inspector" in request.headers:
        return JsonResponse({"ops": ops, "notes": list(read.notes), "refusal": ""})
    try:
        save_change(inspected, ops, person=person)
    except (EditRefused, EditConflict) as error:
        return _refuse(request, inspected.address, error.message)
    for note in read.notes:
        messages.info(request, note)
    return redirect(inspected.address)


def make_ops(step: Step, read: CurlStep) -> list[Op]:
    """What makes the step do what the command did: its settings set, those of another call taken away."""
    wanted = {**{name: None for name in OWNED if name in step.settings}, **read.settings}
    return [
        {"op": "set", "target": f"{STEPS}{step.key}", "path": ["with", name], "value": value}
        for name, value in wanted.items()
        if step.settings.get(name) != value
    ]


def _refuse(request: HttpRequest, address: str, message: str) -> HttpResponse:
    if "X-Inspector" in request.headers:
        return JsonResponse({"ops": [], "notes": [], "refusal": message}, status=400)
    messages.error(request, message)
    return redirect(address)

"""The drawer's tab Data: which sample stands for the trigger and each step, where it is from, and choosing others."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from flows.definition.graph import reading_order
from flows.definition.sampling import Sample
from flows.definition.start_forms import find_body_schema
from flows.designer.data.bench import TRIGGER, Bench, open_bench
from flows.designer.data.calling import describe_listening
from flows.errors import FlowsError, Forbidden, NotFound, SampleRefused
from flows.operations.samples import (
    TriggerChoice,
    pin_step_of_run,
    pin_step_sample,
    pin_trigger_sample,
    read_pasted,
    unpin_step_sample,
    unpin_trigger_sample,
)
from flows.queries.samples import list_sample_requests, list_sample_runs, say_run
from flows.views.refusals import page_for
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.rights import Action

TEMPLATE = "flows/designer/data/drawer.html"
SHOWN = 8
SHOWN_CHARS = 20_000
UNPIN = "unpin"


@page_for(Action.FLOW_DRAFT)
@require_safe
def show_data(request: HttpRequest, key: str) -> HttpResponse:
    """The tab, as a fragment."""
    return render_drawer(request, key)


@page_for(Action.FLOW_DRAFT)
@require_POST
def change_trigger_sample(request: HttpRequest, key: str) -> HttpResponse:
    """``source`` is request or run (with ``id``), pasted (with ``text``), schema, or unpin: what comes by itself."""
    person, now, source = get_reader(request), timezone.now(), request.POST.get("source", "")

    def change() -> None:
        if source == UNPIN:
            unpin_trigger_sample(key=key, person=person)
            return
        choice = TriggerChoice(source=source, id=_read_id(request), text=request.POST.get("text", ""))
        pin_trigger_sample(key=key, person=person, choice=choice, now=now)

    return _change(request, key, change, TRIGGER)


@page_for(Action.FLOW_DRAFT)
@require_POST
def change_step_sample(request: HttpRequest, key: str, step: str) -> HttpResponse:
    """``source`` is run (with ``id``), pasted (with ``text``), or unpin."""
    person, now, source = get_reader(request), timezone.now(), request.POST.get("source", "")

    def change() -> None:
        if source == UNPIN:
            unpin_step_sample(key=key, person=person, step=step)
            return
        if step not in open_bench(request, key).definition.steps:
            raise SampleRefused("sample.step_unknown", "There is no such step any more. Load the page again.")
        run_id = _read_id(request)
        if source == "run" and run_id is not None:
            pin_step_of_run(key=key, person=person, step=step, run_id=run_id, now=now)
        else:
            output = read_pasted(request.POST.get("text", ""))
            pin_step_sample(key=key, person=person, step=step, output=output, source="pasted", now=now)

    return _change(request, key, change, step)


def render_drawer(
    request: HttpRequest, key: str, *, refusal: str = "", refused_at: str = "", changed: bool = False, status: int = 200
) -> HttpResponse:
    """The tab with what it knows now. ``changed`` tells other parts of the page that samples are others."""
    bench = open_bench(request, key)
    person = bench.person
    context = {
        "flow": bench.flow,
        "trigger": _tell(bench, TRIGGER, bench.samples.trigger),
        "steps": [
            _tell(bench, step, sample)
            for step in reading_order(bench.definition)
            if (sample := bench.samples.steps.get(step)) is not None
        ],
        "runs": [{"run": run, "said": say_run(run)} for run in list_sample_runs(bench.flow, person)[:SHOWN]],
        "requests": list(list_sample_requests(bench.flow, person)[:SHOWN]),
        "listening": describe_listening(request, bench, now=timezone.now()),
        "has_schema": bool(bench.definition.trigger and find_body_schema(bench.definition.trigger.settings)),
        "refusal": refusal,
        "refused_at": refused_at,
        "text": request.POST.get("text", "") if refusal else "",
    }
    triggers: dict[str, Any] | None = {"designer:sample": {}} if changed else None
    return render_page(request, TEMPLATE, context, status=status, triggers=triggers)


def answer_change(request: HttpRequest, key: str, **more: Any) -> HttpResponse:
    """The tab after a change; a browser without scripts goes back to the canvas."""
    if request.headers.get("HX-Request") == "true":
        return render_drawer(request, key, **more)
    return redirect(f"/flows/{key}/draft/?drawer=data")


def _change(request: HttpRequest, key: str, change: Callable[[], None], at: str) -> HttpResponse:
    try:
        change()
    except (NotFound, Forbidden):
        raise
    except FlowsError as error:
        # 200: htmx swaps in nothing else, and the sentence stands beside what was typed
        return render_drawer(request, key, refusal=error.message, refused_at=at)
    return answer_change(request, key, changed=True)


def _read_id(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get("id", ""))
    except ValueError:
        return None


def _tell(bench: Bench, step: str, sample: Sample) -> dict[str, Any]:
    value = sample.value
    if step == TRIGGER and isinstance(value, dict):
        value = value.get("body")
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return {
        "key": step,
        "title": bench.title(step),
        "icon": bench.icon(step),
        "sample": sample,
        "text": text if len(text) <= SHOWN_CHARS else f"{text[:SHOWN_CHARS]}\n…",
        "is_cut": len(text) > SHOWN_CHARS,
    }

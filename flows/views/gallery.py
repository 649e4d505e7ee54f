"""The gallery: starters with their pictures, one in words, tried with its sample, and made one's draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from flows.definition.model import FlowDefinition
from flows.definition.outline import OutlineLine, outline, outline_trigger
from flows.definition.words import say_port
from flows.engine.simulation import Simulated, run_tests
from flows.errors import FlowsError, NotFound
from flows.gallery import STARTERS, read_starter
from flows.operations.publishing.copying import import_copy
from flows.queries.named_people import with_people_named
from flows.registry import kind_specs, trigger_specs
from flows.views.flow_adding import is_order, make_copy_form, tell_refusal
from flows.views.outline_rows import tell_flow
from flows.views.refusals import page_for
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.rights import Action


@dataclass(frozen=True, kw_only=True)
class Card:
    """A starter of the list: its steps as a picture, what starts it first."""

    key: str
    name: str
    description: str
    picture: tuple[OutlineLine, ...]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What came of the sample: each step in the order it was entered, the calls that were not made, how it ended."""

    sample: str
    body: Any
    visits: tuple[Mapping[str, Any], ...]
    calls: tuple[Mapping[str, Any], ...]
    ended: str


@page_for(Action.FLOW_IMPORT)
@require_safe
def show_gallery(request: HttpRequest) -> HttpResponse:
    """All starters."""
    cards = [make_card(read_starter(key)) for key in STARTERS]
    return render_page(request, "flows/gallery.html", {"cards": cards})


@page_for(Action.FLOW_IMPORT)
@require_http_methods(["GET", "POST"])
def show_starter(request: HttpRequest, key: str) -> HttpResponse:
    """One starter in words; ``?try=1`` runs its sample in memory, POST makes it one's draft."""
    definition = _get_starter(key)
    first = {"name": definition.name, "key": key, "team": definition.team}
    form, picks = make_copy_form(request, definition, first)
    if is_order(request) and form.is_valid():
        try:
            to = form.read(picks, request.POST)
            result = import_copy(definition, to=to, person=get_reader(request), now=timezone.now())
        except FlowsError as error:
            form.add_error("key" if error.code == "flow.key_taken" else None, tell_refusal(error))
        else:
            messages.success(request, f"{result.flow} is your draft. Publish it to make it live.")
            return redirect("flow_draft", key=result.flow.key)
    context = {
        "card": make_card(definition),
        "told": tell_flow(with_people_named(definition)),
        "form": form,
        "picks": picks,
        "trial": try_sample(definition) if "try" in request.GET else None,
    }
    return render_page(request, "flows/gallery_starter.html", context, status=400 if form.errors else 200)


def make_card(definition: FlowDefinition) -> Card:
    """The starter with its steps in reading order."""
    start = outline_trigger(definition, trigger_specs())
    lines = outline(definition, kind_specs())
    picture = (start, *lines) if start is not None else tuple(lines)
    return Card(key=definition.key, name=definition.name, description=definition.description, picture=picture)


def try_sample(definition: FlowDefinition) -> Trial:
    """This will run the first test of a starter in memory. Nothing is stored and nothing sent."""
    result = run_tests(definition)[0]
    simulated = result.simulated
    return Trial(
        sample=result.test.name,
        body=(result.test.trigger or {}).get("body"),
        visits=tuple(_tell_visits(simulated)),
        calls=tuple(
            {"step": call.step, "method": call.request.get("method"), "url": call.request.get("url")}
            for call in simulated.faked
        ),
        ended=f"It ended as {simulated.status}",
    )


def _tell_visits(simulated: Simulated) -> list[dict[str, Any]]:
    return [
        {
            "title": visit.title,
            "status": visit.status,
            "port": say_port(visit.port) if visit.port != "next" else "",
            "note": visit.note,
            "output": visit.output,
        }
        for visit in simulated.visits
    ]


def _get_starter(key: str) -> FlowDefinition:
    try:
        return read_starter(key)
    except KeyError as error:
        raise NotFound("starter") from error

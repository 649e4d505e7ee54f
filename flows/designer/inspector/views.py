"""Pages and fragments of the inspector: a step, what starts the flow, the flow; one field alone; saving a field."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_http_methods, require_safe

from flows.designer.inspector.adding import may_add
from flows.designer.inspector.fields import Field, find_field
from flows.designer.inspector.saving import Change, read_change, read_typed, save_change
from flows.designer.inspector.showing import Inspected
from flows.errors import EditConflict, EditRefused, NotFound
from flows.queries.drafts import get_designer_draft
from flows.views.refusals import page_for
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.models import Person
from integrator.people.rights import Action

DELETE = "delete"
RELOADS = ("key", "kind", "way", "name")  # what else the inspector shows changes with these


@page_for(Action.FLOW_DRAFT)
@require_http_methods(["GET", "POST"])
def inspect_step(request: HttpRequest, key: str, step: str) -> HttpResponse:
    """The settings of a step; a POST saves one of them."""
    return _answer(request, key, step)


@page_for(Action.FLOW_DRAFT)
@require_http_methods(["GET", "POST"])
def inspect_trigger(request: HttpRequest, key: str) -> HttpResponse:
    """What starts the flow."""
    return _answer(request, key, "trigger")


@page_for(Action.FLOW_DRAFT)
@require_http_methods(["GET", "POST"])
def inspect_flow(request: HttpRequest, key: str) -> HttpResponse:
    """What holds for the whole flow."""
    return _answer(request, key, "flow")


@page_for(Action.FLOW_DRAFT)
@require_safe
def show_step_field(request: HttpRequest, key: str, step: str, field: str) -> HttpResponse:
    """One field of a step alone, as a fragment."""
    inspected = load_inspected(get_reader(request), key, step)
    return HttpResponse(draw_field(request, inspected, _get_field(inspected, field)))


@page_for(Action.FLOW_DRAFT)
@require_safe
def show_trigger_field(request: HttpRequest, key: str, field: str) -> HttpResponse:
    """One field of the trigger alone, as a fragment."""
    inspected = load_inspected(get_reader(request), key, "trigger")
    return HttpResponse(draw_field(request, inspected, _get_field(inspected, field)))


@page_for(Action.FLOW_DRAFT)
@require_safe
def show_flow_field(request: HttpRequest, key: str, field: str) -> HttpResponse:
    """One field of the flow alone, as a fragment."""
    inspected = load_inspected(get_reader(request), key, "flow")
    return HttpResponse(draw_field(request, inspected, _get_field(inspected, field)))


def load_inspected(person: Person, key: str, thing: str) -> Inspected:
    """This will give the thing in the person's own draft. Raises NotFound, Forbidden."""
    draft = get_designer_draft(person, key)
    inspected = Inspected(draft, thing, may_add(person, draft.flow))
    if thing not in ("trigger", "flow") and inspected.step is None:
        raise NotFound("step")
    return inspected


def draw_field(request: HttpRequest, inspected: Inspected, field: Field, change: Change | None = None) -> str:
    """This will draw one field, as it is or as a form left it."""
    state, refusal = (change.state, change.refusal) if change else (None, "")
    shown = inspected.show(field, inspected.facts(), state=state, refusal=refusal)
    shown = replace(shown, is_touched=change is not None)
    return render_to_string("flows/designer/inspector/field.html", {"it": shown, **page_context(inspected)}, request)


def page_context(inspected: Inspected) -> dict[str, Any]:
    """What every template of the inspector needs."""
    draft = inspected.draft
    return {
        "flow": draft.flow,
        "revision": draft.revision,
        "thing": inspected.key,
        "address": inspected.address,
        "saved_at": draft.draft.updated_at,
        "has_expressions": has_expressions(draft.flow.key),
    }


def has_expressions(key: str) -> bool:
    """Whether the field for expressions is installed."""
    try:
        reverse("draft_expression", args=[key])
    except NoReverseMatch:
        return False
    return True


def _answer(request: HttpRequest, key: str, thing: str) -> HttpResponse:
    person = get_reader(request)
    inspected = load_inspected(person, key, thing)
    if request.method == "POST":
        return _take(request, inspected, person)
    context = {"sections": inspected.show_all(), **page_context(inspected)}
    return render_page(request, "flows/designer/inspector/page.html", context, fragment="inspector")


def _take(request: HttpRequest, inspected: Inspected, person: Person) -> HttpResponse:
    """A form: a script gets the operations that it asks for, which it hands to the queue; else they are done here."""
    typed = read_typed(request.POST.dict())
    if typed.field == DELETE:
        return _delete(inspected, person)
    change = read_change(inspected, _get_field(inspected, typed.field), typed)
    if "X-Inspector" in request.headers:
        html = draw_field(request, inspected, change.field, change)
        answer = {"html": html, "ops": change.ops, "refusal": change.refusal, "reload": change.field.name in RELOADS}
        return JsonResponse(answer, status=400 if change.refusal else 200)
    return _save(request, inspected, person, change)


def _save(request: HttpRequest, inspected: Inspected, person: Person, change: Change) -> HttpResponse:
    if not change.refusal:
        try:
            save_change(inspected, change.ops, person=person)
        except (EditRefused, EditConflict) as error:
            change = replace(change, refusal=error.message)
    if change.refusal or change.state is not None:
        return _draw_page(request, inspected, change)
    if change.field.name == "key" and change.ops:
        return redirect("draft_step", key=inspected.draft.flow.key, step=str(change.field.value))
    return redirect(inspected.address)


def _delete(inspected: Inspected, person: Person) -> HttpResponse:
    remove = {"op": "delete_steps", "keys": [inspected.key], "heal": True}
    if inspected.key == "flow":
        raise NotFound("field")
    save_change(inspected, [{"op": "remove_trigger"} if inspected.key == "trigger" else remove], person=person)
    return redirect("draft_settings", key=inspected.draft.flow.key)


def _draw_page(request: HttpRequest, inspected: Inspected, change: Change) -> HttpResponse:
    """The whole page with this one field as it was typed, for browsers without scripts."""
    shown = inspected.show(change.field, inspected.facts(), state=change.state, refusal=change.refusal)
    context = {"sections": inspected.show_all(), "typed": shown, **page_context(inspected)}
    status = 400 if change.refusal else 200
    return render(request, "flows/designer/inspector/page.html", context, status=status)


def _get_field(inspected: Inspected, name: str) -> Field:
    field = find_field(inspected.fields(), name)
    if field is None:
        raise NotFound("field")
    return field

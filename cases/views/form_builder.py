"""The builder of a form: every edit is an operation on the draft, sent by a button, a dragged row or a changed control.

htmx gets the builder anew; after a changed control only what stands around it, so that nobody loses what they type.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from cases.forms import draw_form, plan_form
from cases.forms.building import has_field, lay_out
from cases.forms.designing import check_design
from cases.forms.errors import FormRefused
from cases.forms.palette import SHAPES
from cases.forms.sampling import with_samples
from cases.models import Form, FormDraft
from cases.operations.forms import change_draft, redo_edit, undo_edit
from cases.operations.forms.meanwhile import name_changer, say_when
from cases.queries.forms import find_uses_of_forms, get_form_for
from cases.views.form_pages import frame_form, page_for
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.models import Person
from integrator.people.rights import Action

PAGE = "cases/forms/builder.html"
STEPS = {"undo": undo_edit, "redo": redo_edit}


@page_for(Action.FORM_READ)
@require_safe
def show_builder(request: HttpRequest, key: str) -> HttpResponse:
    """The form with its preview; to be changed by those who may. ``?field=lines.amount`` opens one field."""
    row = get_form_for(get_reader(request), key)
    context = _build(request, row, request.GET.get("field", ""))
    return render_page(request, PAGE, context, fragment="builder")


@page_for(Action.FORM_DRAFT)
@require_POST
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Makes one edit: ``do`` is its name and what it needs, as a query; a field's own form sends ``edit`` itself."""
    person, now = get_reader(request), timezone.now()
    given = {name: str(value) for name, value in request.POST.items()} | dict(parse_qsl(request.POST.get("do", "")))
    name, chosen = given.get("edit", ""), given.get("chosen", "")
    known = get_form_for(person, key).draft
    revision, refusal = _read_revision(given), ""
    note = _tell_meanwhile(known, revision, person)
    try:
        if name in STEPS:
            STEPS[name](key=key, revision=revision, person=person, now=now)
        else:
            before = set(known.schema["properties"])
            draft = change_draft(key=key, edit=name, given=given, revision=None, person=person, now=now)
            chosen = _choose(name, given, before, draft.schema) or chosen
    except FormRefused as error:
        refusal = error.message
    if request.headers.get("HX-Request") != "true":
        return _lead_back(request, key, chosen, refusal or note)
    context = _build(request, get_form_for(person, key), chosen)
    is_same = name == "change-field" and chosen == given.get("chosen") and not refusal and not note
    if is_same and "field-moved" not in given:
        return render_page(request, PAGE, {**context, "is_around": True}, fragment="around")
    answer = render_page(
        request, PAGE, {**context, "refusal": refusal, "note": "" if refusal else note}, fragment="builder"
    )
    answer["HX-Retarget"], answer["HX-Reswap"] = "#form-builder", "outerHTML"  # a field's own form swaps nothing
    return answer


def _read_revision(given: dict[str, str]) -> int | None:
    """The draft that the page shows; None where it does not say."""
    text = given.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _tell_meanwhile(draft: FormDraft, revision: int | None, person: Person) -> str:
    """What has been done since the page was drawn, "" for nothing."""
    if revision is None or draft.revision == revision:
        return ""
    who, when = name_changer(draft.changed_by, person), say_when(draft.changed_at)
    return f"{who} changed this form meanwhile, {when}. Both changes are kept; this is how it is now."


def _choose(name: str, given: dict[str, str], before: set[str], schema: dict[str, Any]) -> str:
    """The field to have open afterwards: a new one, and one that has another name now."""
    table = given.get("table", "")
    if name in ("add-field", "change-field") and not table:
        new = [key for key in schema["properties"] if key not in before]
        return new[0] if new else given.get("key", "")
    if name in ("add-field", "change-field"):
        columns = list(schema["properties"].get(table, {}).get("items", {}).get("properties", {}))
        wanted = given.get("name", "").strip() or given.get("key", "")
        return f"{table}.{wanted if wanted in columns else columns[-1]}" if columns else table
    return table if name == "remove-field" else ""


def _lead_back(request: HttpRequest, key: str, chosen: str, refusal: str) -> HttpResponse:
    if refusal:
        messages.error(request, refusal)
    address = reverse("form_builder", kwargs={"key": key})
    return redirect(f"{address}?field={chosen}" if chosen else address)


def _build(request: HttpRequest, row: Form, chosen: str) -> dict[str, Any]:
    schema = row.draft.schema
    faults, sampled = check_design(schema), with_samples(schema)
    chosen = chosen if has_field(schema, chosen) else ""
    return {
        **frame_form(request, row, "form_builder"),
        "sections": lay_out(schema, chosen=chosen, faults=faults),
        "chosen": chosen,
        "faults": faults,
        "palette": list(SHAPES.items()),
        "column_sorts": [(name, sort) for name, sort in SHAPES.items() if sort.in_tables],
        "preview": draw_form(sampled),
        "plan": plan_form(sampled),
        "uses": find_uses_of_forms([row])[row.pk],
    }

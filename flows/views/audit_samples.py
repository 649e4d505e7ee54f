"""Samples of the event log: draw one, look at it, take its evidence packs along. Each is an event itself."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from cases.api.approvals import send_pack, send_packs
from cases.errors import CaseError, CaseNotFound, PacksNotReady
from cases.models import AuditSample
from cases.operations.drawing import MAX_SEED, MAX_SIZE, draw_sample
from cases.operations.exporting import export_event_evidence
from cases.operations.packing import ask_packs, take_packs
from cases.queries.packs import describe_packs
from flows.queries.audit_samples import find_sample, list_drawn, list_samples
from flows.views.audit_filter import FilterForm, read_filter, say_search
from flows.views.refusals import page_for
from integrator.events.queries import events_visible_to, find_events, record_audit_read
from integrator.pages.paging import get_page
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.models import Person
from integrator.people.rights import Action


class DrawForm(forms.Form):
    """How many, and by which seed."""

    size = forms.IntegerField(min_value=1, max_value=MAX_SIZE)
    seed = forms.CharField(required=False, max_length=MAX_SEED)


@page_for(Action.EVENT_READ)
@require_safe
def show_samples(request: HttpRequest) -> HttpResponse:
    """What was drawn, newest first: one's own samples."""
    samples = list_samples(get_reader(request))
    return render_page(request, "audit/samples.html", {"page": get_page(request, samples, order=("-drawn_at",))})


@page_for(Action.EVENT_EXPORT)
@require_POST
def draw(request: HttpRequest) -> HttpResponse:
    """Draws from what the filter lets through."""
    person, form = get_reader(request), DrawForm(request.POST)
    filters = read_filter(FilterForm(request.POST))
    if not form.is_valid():
        messages.error(request, f"A sample has 1 to {MAX_SIZE} events, and a seed of at most {MAX_SEED} characters.")
        return redirect("audit")
    try:
        sample = draw_sample(
            rows=find_events(person=person, filters=filters, action=Action.EVENT_EXPORT),
            search=filters.describe(),
            size=form.cleaned_data["size"],
            seed=form.cleaned_data["seed"],
            person=person,
            now=timezone.now(),
        )
    except CaseError as error:
        messages.error(request, error.message)
        return redirect("audit")
    return redirect("audit_sample", sample_id=sample.pk)


@page_for(Action.EVENT_READ)
@require_safe
def show_sample(request: HttpRequest, sample_id: uuid.UUID) -> HttpResponse:
    """The drawn events, and how they were drawn."""
    person = get_reader(request)
    sample = _get(person, sample_id)
    rows = list_drawn(person, sample)
    record_audit_read(person=person, filters={"sample": str(sample.pk)})
    context = {
        "sample": sample,
        "rows": rows,
        "search": say_search(sample.search),
        "packs": describe_packs(sample, person),
    }
    return render_page(request, "audit/sample.html", context)


@page_for(Action.EVENT_READ)
@require_safe
def show_progress(request: HttpRequest, sample_id: uuid.UUID) -> HttpResponse:
    """How far the packs are, for the page that is open. Nothing of the log is read by it."""
    person = get_reader(request)
    sample = _get(person, sample_id)
    return render(request, "audit/sample.html#packs", {"sample": sample, "packs": describe_packs(sample, person)})


@page_for(Action.EVENT_EXPORT)
@require_POST
def make_packs(request: HttpRequest, sample_id: uuid.UUID) -> HttpResponse:
    """Has the packs of all drawn events made in the background."""
    person = get_reader(request)
    ask_packs(sample=_get(person, sample_id), person=person, now=timezone.now())
    return redirect("audit_sample", sample_id=sample_id)


@page_for(Action.EVENT_EXPORT)
@require_POST
def download(request: HttpRequest, sample_id: uuid.UUID) -> HttpResponseBase:
    """The packs as one zip; back to the sample with a word where they are not made."""
    person = get_reader(request)
    try:
        file = take_packs(sample=_get(person, sample_id), person=person, now=timezone.now())
    except PacksNotReady as error:
        messages.error(request, error.message)
        return redirect("audit_sample", sample_id=sample_id)
    return send_packs(request, file)


@page_for(Action.EVENT_EXPORT)
@require_POST
def download_event(request: HttpRequest, event_id: int) -> HttpResponse:
    """The pack of one event: of the approval, task or case that it is about, else of the event itself.

    What belongs to a confidential case is found by those alone who may open it.
    """
    person = get_reader(request)
    event = events_visible_to(person, Action.EVENT_EXPORT).filter(id=event_id).select_related("payload").first()
    if event is None:
        raise Http404
    try:
        return send_pack(export_event_evidence(event=event, person=person, now=timezone.now()))
    except CaseNotFound as error:
        raise Http404 from error


def _get(person: Person, sample_id: uuid.UUID) -> AuditSample:
    sample = find_sample(person, sample_id)
    if sample is None:
        raise Http404
    return sample

"""Pages of a flow's versions: the list, one with what it changed, and going back to it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from flows.definition.flow_file import definition_from_data
from flows.errors import FlowRefused, NotFound
from flows.models import Flow
from flows.operations.publishing import Back, roll_back
from flows.operations.publishing.rights import get_flow_to
from flows.operations.publishing.testing import run_design_tests
from flows.queries import get_flow_for, get_version, list_versions
from flows.queries.history import VersionRow, diff_versions, list_other_numbers, list_version_rows
from flows.queries.publishing import list_open_requests
from flows.views.flows import frame_flow, tell_document
from flows.views.refusals import page_for
from integrator.pages.paging import get_page
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.rights import Action


class BackForm(forms.Form):
    """Why one goes back, and which version was live when the page was loaded."""

    note = forms.CharField(
        required=False,
        max_length=400,
        label="Why",
        help_text="Others read it in the list of versions.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    despite_tests = forms.CharField(
        required=False,
        max_length=300,
        label="Why although tests fail",
        help_text="It is kept in the audit trail.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    live = forms.IntegerField(widget=forms.HiddenInput)


@page_for(Action.FLOW_READ)
@require_safe
def show_versions(request: HttpRequest, key: str) -> HttpResponse:
    """Every published version, newest first."""
    flow = get_flow_for(get_reader(request), key)
    page = get_page(request, list_versions(flow), order=("-number",))
    context = {
        "page": page,
        "rows": list_version_rows(flow, page.rows),
        "requests": list_open_requests(get_reader(request), flow),
    }
    return render_page(request, "flows/flow_versions.html", {**frame_flow(request, flow, "versions"), **context})


@page_for(Action.FLOW_READ)
@require_safe
def show_version(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """What one version did, and what it changed against ``?against=`` (the one before)."""
    flow = get_flow_for(get_reader(request), key)
    row, others = _get_row(flow, number), list_other_numbers(flow, number)
    against = _pick_other(request.GET.get("against", ""), others, number)
    context = {
        "row": row,
        "told": tell_document(row.version.document),
        "others": others,
        "against": against,
        "diff": diff_versions(get_version(flow, against), row.version) if against else None,
    }
    return render_page(request, "flows/flow_version.html", {**frame_flow(request, flow, "versions"), **context})


@page_for(Action.FLOW_READ)
@require_http_methods(["GET", "POST"])
def go_back(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """What going back to this version would change; POST does it."""
    person = get_reader(request)
    flow = get_flow_for(person, key)
    get_flow_to(person, key, Action.FLOW_PUBLISH, even_archived=True)
    row = _get_row(flow, number)
    if flow.live_version is None:
        raise NotFound("version")
    form = BackForm(request.POST if request.method == "POST" else None, initial={"live": flow.live_version.number})
    if form.is_bound and form.is_valid():
        try:
            done = roll_back(key=key, number=number, back=Back(**form.cleaned_data), person=person, now=timezone.now())
        except FlowRefused as error:
            form.add_error(None, error.message)
        else:
            if done.request is not None:
                messages.success(request, "Asked. It goes live as soon as another publisher agrees.")
                return redirect("publish_request", key=key, request_id=done.request.pk)
            messages.success(request, done.published.message if done.published else "")
            return redirect("flow", key=key)
    definition = definition_from_data(row.version.document)
    tests = run_design_tests(definition, team_id=flow.team_id)
    context: dict[str, Any] = {
        "row": row,
        "form": form,
        "tests": tests,
        "failing_tests": [result for result in tests if not result.is_ok],
        "diff": diff_versions(get_version(flow, flow.live_version.number), row.version),
    }
    frame = frame_flow(request, flow, "versions")
    status = 400 if form.is_bound else 200
    return render_page(request, "flows/flow_version_restore.html", {**frame, **context}, status=status)


def _get_row(flow: Flow, number: int) -> VersionRow:
    return list_version_rows(flow, [get_version(flow, number)])[0]


def _pick_other(given: str, others: list[int], number: int) -> int | None:
    """The number of the address when there is such a version, else the one before, else None."""
    if given.isdecimal() and int(given) in others:
        return int(given)
    return next((other for other in others if other < number), None)

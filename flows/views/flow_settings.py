"""Settings of a flow beside its versions: tags, a second person, the archive."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from flows.errors import FlowRefused
from flows.operations.publishing import archive_flow, bring_back_flow, set_flow_tags, set_second_person
from flows.operations.publishing.rights import get_flow_to
from flows.queries import get_flow_for
from flows.views.flows import frame_flow
from flows.views.refusals import page_for
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.rights import Action, can


class SettingsForm(forms.Form):
    """Tags, and for publishers whether two must agree."""

    tags = forms.CharField(
        required=False,
        max_length=900,
        label="Tags",
        help_text="Words by which people find it in the list, with commas between them.",
    )
    needs_second_person = forms.BooleanField(
        required=False,
        label="A second publisher must agree before a new version goes live",
        help_text="Publishers may ask for this; only the team’s lead or an administrator may let go of it again. "
        "Commands on the server publish without it.",
    )


@page_for(Action.FLOW_READ)
@require_http_methods(["GET", "POST"])
def change_settings(request: HttpRequest, key: str) -> HttpResponse:
    """The form; publishers may ask for a second person, only the lead or an administrator may let go of it."""
    person = get_reader(request)
    flow = get_flow_for(person, key)
    may_relax = can(person, Action.FLOW_RELAX, flow.team_id)
    if not may_relax:
        get_flow_to(person, key, Action.FLOW_DRAFT, even_archived=True)
    may_draft = can(person, Action.FLOW_DRAFT, flow.team_id)
    may_second = may_relax if flow.needs_second_person else can(person, Action.FLOW_PUBLISH, flow.team_id)
    first = {
        "tags": ", ".join(flow.tags.values_list("name", flat=True)),
        "needs_second_person": flow.needs_second_person,
    }
    form = SettingsForm(request.POST if request.method == "POST" else None, initial=first)
    form.fields["tags"].disabled = not may_draft
    form.fields["needs_second_person"].disabled = not may_second
    if form.is_bound and form.is_valid():
        try:
            if may_draft:
                set_flow_tags(key=key, tags=form.cleaned_data["tags"].split(","), person=person)
            if form.cleaned_data["needs_second_person"] != flow.needs_second_person:
                set_second_person(key=key, needed=form.cleaned_data["needs_second_person"], person=person)
        except FlowRefused as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "Saved.")
            return redirect("flow", key=key)
    context = {**frame_flow(request, flow, "settings"), "form": form}
    return render_page(request, "flows/flow_settings.html", context, status=400 if form.is_bound else 200)


@page_for(Action.FLOW_READ)
@require_POST
def change_archive(request: HttpRequest, key: str) -> HttpResponse:
    """Archives (``state=archived``) or brings back."""
    wants_away = request.POST.get("state") == "archived"
    change = archive_flow if wants_away else bring_back_flow
    try:
        flow = change(key=key, person=get_reader(request), now=timezone.now())
    except FlowRefused as error:
        messages.error(request, error.message)
        return redirect("flow", key=key)
    if wants_away:
        messages.success(request, f"{flow} is archived. The list shows it under the state Archived.")
        return redirect("flows")
    paused = " It is paused until somebody resumes it." if flow.paused_at else ""
    messages.success(request, f"{flow} is back.{paused}")
    return redirect("flow", key=key)

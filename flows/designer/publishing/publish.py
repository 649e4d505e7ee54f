"""The page that tells what publishing one's draft would do, and does it or asks a second person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from flows.definition.flow_file import definition_from_data
from flows.definition.model import FlowDefinition
from flows.designer.finding_words import say_all
from flows.designer.publishing.drawn import VIEWS, tell_drawn_diff
from flows.errors import FlowRefused
from flows.models import Draft, Flow
from flows.operations.publishing import Terms, ask_to_publish, publish_draft
from flows.operations.publishing.rights import get_flow_to
from flows.operations.publishing.testing import run_design_tests
from flows.queries import get_draft, get_flow_for
from flows.queries.publishing import Candidate, Consequences, get_consequences, list_open_requests
from flows.queries.replays import get_replay
from flows.registry import kind_specs, trigger_specs
from flows.views.flows import frame_flow
from flows.views.refusals import page_for
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.models import Person
from integrator.people.rights import Action, can


class PublishForm(forms.Form):
    """What is said of the new version, and which draft was looked at, at which revision."""

    note = forms.CharField(
        required=False,
        max_length=500,
        label="What is new",
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
    revision = forms.IntegerField(widget=forms.HiddenInput)
    draft = forms.IntegerField(required=False, widget=forms.HiddenInput)


@page_for(Action.FLOW_READ)
@require_http_methods(["GET", "POST"])
def show_publish(request: HttpRequest, key: str) -> HttpResponse:
    """Consequences of publishing one's own draft; POST publishes it, or asks where a second person must agree."""
    person = get_reader(request)
    flow = get_flow_for(person, key)
    get_flow_to(person, key, Action.FLOW_DRAFT, even_archived=True)
    draft = get_draft(flow, person)
    if draft is None:
        messages.info(request, "You have changed nothing yet, so there is nothing to publish. Change something first.")
        return redirect("flow_draft", key=key)
    seen = {"revision": draft.revision, "draft": draft.pk}
    form = PublishForm(request.POST if request.method == "POST" else None, initial=seen)
    if form.is_bound and form.is_valid():
        answer = _publish(request, form, flow, person)
        if answer is not None:
            return answer
    definition = definition_from_data(draft.document)
    told = get_consequences(
        Candidate(flow=flow, definition=definition, base_version_id=draft.base_version_id), now=timezone.now()
    )
    context = {
        **frame_flow(request, flow, "draft"),
        **tell(request, flow, definition, told),
        **_offer(person, flow, draft),
    }
    status = 400 if form.is_bound else 200
    context["form"] = form
    return render_page(request, "flows/designer/publishing/publish.html", context, status=status)


def tell(request: HttpRequest, flow: Flow, definition: FlowDefinition, told: Consequences) -> dict[str, Any]:
    """What the parts of the page need beside the frame; ``?view=canvas`` draws it, ``?view=live`` what it replaces."""
    base = settings.BASE_URL.rstrip("/") if settings.BASE_URL else request.build_absolute_uri("/").rstrip("/")
    replay = get_replay(flow, told.digest, now=timezone.now())
    tests = run_design_tests(definition, team_id=flow.team_id)
    view = request.GET.get("view", "") if told.diff is not None and not told.newer else ""
    said = say_all(told.findings, definition, kind_specs(), trigger_specs())
    return {
        "told": replace(told, findings=tuple(said)),
        "diff": told.diff,
        "hook_base": base,
        "flow": flow,
        "replay": replay,
        "begins": replay is None and not (told.diff is None or told.is_same or told.newer or flow.archived_at),
        "tests": tests,
        "failing_tests": [result for result in tests if not result.is_ok],
        "view": view if view in VIEWS else "words",
        **(tell_drawn_diff(flow, definition, told.diff, is_live=view == "live") if view in VIEWS and told.diff else {}),
    }


def _offer(person: Person, flow: Flow, draft: Draft) -> dict[str, Any]:
    mine = list_open_requests(person, flow).filter(asked_by=person).first()
    return {"draft": draft, "asked": mine, "asks": asks_only(person, flow)}


def asks_only(person: Person, flow: Flow) -> bool:
    """Whether this person cannot publish at once, but ask somebody who can."""
    return flow.needs_second_person or not can(person, Action.FLOW_PUBLISH, flow.team_id)


def _publish(request: HttpRequest, form: PublishForm, flow: Flow, person: Person) -> HttpResponse | None:
    """The redirect after success; None when it was refused and the form says why."""
    terms = Terms(**{name: form.cleaned_data[name] for name in ("revision", "draft", "despite_tests")})
    note, now = form.cleaned_data["note"], timezone.now()
    try:
        if asks_only(person, flow):
            asked = ask_to_publish(key=flow.key, person=person, note=note, now=now, terms=terms)
            messages.success(request, "Asked. It goes live as soon as another publisher agrees.")
            return redirect("publish_request", key=flow.key, request_id=asked.pk)
        result = publish_draft(key=flow.key, author=person, person=person, note=note, now=now, terms=terms)
    except FlowRefused as error:
        form.add_error(None, error.message)
        return None
    (messages.success if result.is_new else messages.info)(request, result.message)
    return redirect("flow", key=flow.key)

"""The page of a question to publish: the same consequences, and another publisher's answer."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from flows.definition.flow_file import definition_from_data
from flows.designer.publishing.publish import tell
from flows.errors import FlowRefused
from flows.models import Flow, PublishRequest
from flows.operations.publishing import Decision, decide_publish_request, withdraw_publish_request
from flows.queries import get_flow_for
from flows.queries.publishing import Candidate, get_consequences, get_publish_request
from flows.views.flows import frame_flow
from flows.views.refusals import page_for
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.models import Person
from integrator.people.rights import Action

_ANSWERS = ("approve", "decline", "withdraw")


class AnswerForm(forms.Form):
    """A publisher's answer, and why one agrees although tests fail."""

    comment = forms.CharField(
        required=False,
        max_length=1000,
        label="Comment",
        help_text="Needed to decline: the author reads it.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    despite_tests = forms.CharField(
        required=False,
        max_length=300,
        label="Why although tests fail",
        help_text="Needed to agree then. It is kept in the audit trail.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


@page_for(Action.FLOW_READ)
@require_http_methods(["GET", "POST"])
def show_request(request: HttpRequest, key: str, request_id: uuid.UUID) -> HttpResponse:
    """What is asked for with its consequences; POST ``answer`` is approve, decline or withdraw."""
    person = get_reader(request)
    flow = get_flow_for(person, key)
    asked = get_publish_request(person, flow, request_id)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        answer = _answer(request, form, asked, person)
        if answer is not None:
            return answer
        asked = get_publish_request(person, flow, request_id)
    definition = definition_from_data(asked.document)
    told = get_consequences(
        Candidate(flow=flow, definition=definition, base_version_id=asked.base_version_id), now=timezone.now()
    )
    context = {**frame_flow(request, flow, "draft"), **tell(request, flow, definition, told)}
    context |= {"asked": asked, "form": form, "is_mine": asked.asked_by_id == person.pk, "asked_id": str(asked.pk)}
    status = 400 if form.is_bound else 200
    return render_page(request, "flows/designer/publishing/request.html", context, status=status)


def _answer(request: HttpRequest, form: AnswerForm, asked: PublishRequest, person: Person) -> HttpResponse | None:
    """The redirect after success; None when it was refused and the form says why."""
    wanted, flow = request.POST.get("answer", ""), asked.flow
    if wanted not in _ANSWERS:
        form.add_error(None, "Choose what to answer.")
        return None
    try:
        words = _act(wanted, form.cleaned_data, asked, person)
    except FlowRefused as error:
        form.add_error(None, error.message)
        return None
    messages.success(request, words)
    return _go(flow)


def _act(wanted: str, said: Mapping[str, str], asked: PublishRequest, person: Person) -> str:
    key, now = asked.flow.key, timezone.now()
    if wanted == "withdraw":
        withdraw_publish_request(key=key, request_id=asked.pk, person=person, now=now)
        return "Taken back. Your draft is as it was."
    decision = Decision(approve=wanted == "approve", **said)
    result = decide_publish_request(key=key, request_id=asked.pk, decision=decision, person=person, now=now)
    return result.message if result else f"Declined. {asked.asked_by} is told why."


def _go(flow: Flow) -> HttpResponse:
    return redirect("flow_versions", key=flow.key)

"""The page "Paste a cURL command": what it becomes as a step. Nothing is stored, no secret comes back."""

from __future__ import annotations

from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from flows.connectors.http.curl import CurlError, CurlStep, parse_curl
from flows.definition.flow_file import write_step
from flows.views.refusals import page_for
from integrator.pages.rendering import render_page
from integrator.people.rights import Action


class CurlForm(forms.Form):
    """A command as it was copied."""

    command = forms.CharField(
        label="cURL command",
        max_length=65_536,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
        help_text="As a partner's documentation or a browser's developer tools give it. It is read, never run.",
    )


@page_for(Action.FLOW_READ)
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """The form, and below it the step."""
    form = CurlForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return render_page(request, "flows/connection_curl.html", {"form": form})
    if form.is_valid():
        try:
            step = parse_curl(form.cleaned_data["command"])
        except CurlError as error:
            form.add_error("command", error.message)
        else:
            # An empty form again: the command holds secrets, and the page is not to show them once more.
            context = {"form": CurlForm(), "step": step, "text": make_text(step), "add_address": make_add_address(step)}
            return render_page(request, "flows/connection_curl.html", context)
    return render_page(request, "flows/connection_curl.html", {"form": form}, status=400)


def make_text(step: CurlStep) -> str:
    """The step as a flow file has it, to be put below ``steps:``."""
    return write_step(step.key, {"kind": "http.request", "with": step.settings})


def make_add_address(step: CurlStep) -> str:
    """Where the suggested connection is added, with what is known of it filled in; "" without one."""
    if step.connection is None:
        return ""
    known = {"kind": step.connection.kind, "key": step.connection.key, "base_url": step.connection.base_url}
    return f"{reverse('connection_add')}?{urlencode(known)}"

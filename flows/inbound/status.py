"""The public page behind ``status_url``: for whoever holds its 128-bit token. It tells how it goes and nothing else."""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from flows.queries.status import PublicStatus, get_public_status
from integrator.lib.clock import to_rfc3339

TOKEN = re.compile(r"[0-9a-f]{32}\Z")


@require_safe
def show_status(request: HttpRequest, token: str) -> HttpResponse:
    """Case number, status, milestones and times, as a page or, where JSON is asked for, as JSON."""
    status = get_public_status(token) if TOKEN.match(token) else None
    if status is None:
        raise Http404
    if _wants_json(request):
        response: HttpResponse = JsonResponse(describe_status(status))
    else:
        response = render(request, "flows/status.html", {"status": status})
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    response["Vary"] = "Accept"
    return response


def describe_status(status: PublicStatus) -> dict[str, object]:
    """``{case, status, text, milestones: [{name, at}], received_at, ended_at}``; ``case`` null without one."""
    return {
        "case": status.case or None,
        "status": status.status,
        "text": status.text,
        "milestones": [{"name": each.name, "at": to_rfc3339(each.at)} for each in status.milestones],
        "received_at": to_rfc3339(status.received_at),
        "ended_at": to_rfc3339(status.ended_at) if status.ended_at else None,
    }


def _wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"

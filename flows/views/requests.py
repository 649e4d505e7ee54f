"""Pages of stored requests: what came in, what became of it, and why. Replaying one is an operation."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from flows.errors import FlowsError, Forbidden, NotFound
from flows.models import StoredRequest
from flows.operations.requests import replay_request
from flows.operations.revealing import can_reveal_request
from flows.queries import count_requests, get_request_for, list_requests, list_same_reason
from flows.queries.answers import list_replies
from flows.queries.runs import runs_visible_to
from flows.veils import cover_request, get_request_paths, list_request_fields
from flows.views.body_lines import lay_out
from flows.views.filters import make_flow_filter, pick
from flows.views.refusals import page_for
from flows.views.reveals import make_reveals
from integrator.lib.redaction import mask_headers
from integrator.pages.freshness import FreshLine, count_newer
from integrator.pages.paging import get_page
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.models import Person
from integrator.people.rights import Action, can

COUNT_CAP = 1_000
SAME_CAUSE = 3
TABS = [("refused", "Refused"), ("accepted", "Accepted"), ("duplicate", "Repeated")]


@page_for(Action.REQUEST_READ)
@require_safe
def show_requests(request: HttpRequest) -> HttpResponse:
    """The list, newest first, a tab for each thing that can become of a call."""
    person, find, flow = get_reader(request), request.GET.get("q", "").strip(), request.GET.get("flow", "")
    outcome = pick(request.GET.get("outcome", ""), dict(TABS))
    found = list_requests(person, outcome=outcome, flow=flow, q=find)
    line = FreshLine(
        request=request,
        kept=("q", "outcome", "flow"),
        topic="request",
        words=("new request", "new requests"),
        count_since=lambda since_at: count_newer(found, "received_at", since_at),
    )
    if line.is_asked:
        return line.answer()
    counts = count_requests(person, flow=flow, q=find, cap=COUNT_CAP)
    page = get_page(request, found, order=("-received_at", "-id"))
    context = {
        "fresh": line.begin(now=timezone.now()),
        "page": page,
        "tabs": _make_tabs(request, outcome, counts),
        "filters": [make_flow_filter(person, flow, Action.REQUEST_READ)],
        "is_filtered": bool(find or flow or outcome),
        "same": _find_same_cause(page.rows) if outcome == "refused" and not request.GET.get("cursor") else None,
        "outcome": outcome,
        "summary": _summarise(counts),
    }
    return render_page(request, "flows/requests.html", context, fragment="requests-list")


@page_for(Action.REQUEST_READ)
@require_safe
def show_request(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """One call: what was sent, what we answered and why, and what came of it."""
    person, found = get_reader(request), get_request_for(get_reader(request), request_id)
    paths = get_request_paths(found)
    reveals = list_request_fields(found, paths) if paths and can_reveal_request(person, found) else {}
    cover_request(found, paths)
    run = runs_visible_to(person).filter(id=found.run_id).select_related("flow").first() if found.run_id else None
    is_refused = found.outcome == StoredRequest.Outcome.REFUSED
    context = {
        "found": found,
        "flow": found.trigger.flow if found.trigger else None,
        "run": run,
        "body": lay_out(found.body, found.errors),
        "headers": mask_headers(found.headers),
        "kept_until": found.received_at + timedelta(days=settings.REFUSED_REQUESTS_KEPT_DAYS) if is_refused else None,
        "replays": list_requests(person).filter(original_id=found.id)[:10],
        "same": list_same_reason(person, found) if is_refused else [],
        "may_replay": _may_replay(person, found),
        "run_status": _find_run_status(found) if run else None,
        "reveals": make_reveals(reveals),
    }
    return render_page(request, "flows/request.html", context)


@page_for(Action.REQUEST_READ)
@require_POST
def replay(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """Sends a stored call through its flow once more and leads to the new run."""
    try:
        made = replay_request(request_id=request_id, person=get_reader(request), now=timezone.now())
    except (NotFound, Forbidden):
        raise
    except FlowsError as error:
        messages.error(request, error.message)
        return redirect("request", request_id=request_id)
    messages.success(request, "The request is replayed: this is what came of it.")
    return redirect("request", request_id=made.id)


def _may_replay(person: Person, found: StoredRequest) -> bool:
    """Only what started a run can be replayed, by those who may do so in its team."""
    is_start = found.outcome == StoredRequest.Outcome.ACCEPTED and found.run_id is not None and not found.code
    return is_start and found.team_id is not None and can(person, Action.REQUEST_REPLAY, found.team_id)


def _find_run_status(found: StoredRequest) -> int | None:
    """What a step of the run said to the caller who waited for it; None for one who did not."""
    if found.trigger is None or found.trigger.settings.get("respond") is not True or found.run_id is None:
        return None
    reply = list_replies([found.run_id]).get(found.run_id)
    return reply.status if reply is not None else None


def _make_tabs(request: HttpRequest, outcome: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    query = request.GET.copy()
    query.pop("cursor", None)
    tabs = []
    for word, label in [("", "All"), *TABS]:
        query.pop("outcome", None)
        if word:
            query["outcome"] = word
        count = counts.get(word) if word else None
        said = None if count is None else f"{COUNT_CAP:,}+" if count >= COUNT_CAP else count
        address = f"{reverse('requests')}?{query.urlencode()}" if query else reverse("requests")
        tabs.append({"href": address, "label": label, "count": said, "is_here": word == outcome})
    return [*tabs, {"href": reverse("messages"), "label": "Messages", "icon": "mail", "is_here": False}]


def _find_same_cause(rows: list[StoredRequest]) -> dict[str, Any] | None:
    """The reason that several of these have in common; None when there is none."""
    reasons = Counter((row.reason, row.path) for row in rows if row.reason)
    for (reason, path), count in reasons.most_common(1):
        if count >= SAME_CAUSE and len(rows) > SAME_CAUSE:
            flow = next((row.trigger.flow for row in rows if row.path == path and row.trigger), None)
            return {"count": count, "all": len(rows), "reason": reason, "path": path, "flow": flow}
    return None


def _summarise(counts: dict[str, int]) -> str:
    if not any(counts.values()):
        return "Nothing has come in yet."
    said = [f"{min(counts[word], COUNT_CAP):,} {label.lower()}" for word, label in TABS if counts.get(word)]
    return f"{', '.join(said[:-1])}{' and ' if len(said) > 1 else ''}{said[-1]}."

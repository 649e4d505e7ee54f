"""Pages that show one flow: its outline, runs and address, and the frame of all of them. Changes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from flows.definition.flow_file import definition_from_data
from flows.definition.start_forms import PUBLIC, find_address
from flows.models import Flow
from flows.queries import (
    count_requests,
    get_draft,
    get_flow_for,
    get_version,
    list_requests,
    list_runs,
)
from flows.queries.named_people import with_people_named
from flows.queries.triggers import describe_trigger
from flows.views.auth_words import tell_auth
from flows.views.outline_rows import OutlinePage, tell_flow
from flows.views.refusals import page_for
from flows.views.run_rows import make_run_rows
from integrator.pages.paging import count_capped, get_page
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.rights import Action, can

COUNTED_DAYS = 30
COUNT_CAP = 1_000


@page_for(Action.FLOW_READ)
@require_safe
def show_flow(request: HttpRequest, key: str) -> HttpResponse:
    """What the flow does, in words: as it is live, else as it was drafted by the reader."""
    person, flow = get_reader(request), get_flow_for(get_reader(request), key)
    draft = get_draft(flow, person)
    if flow.live_version is None and draft is None:
        told = None
    else:
        number = flow.live_version.number if flow.live_version else None
        told = tell_version(flow, number) if number else tell_document(draft.document)  # type: ignore[union-attr]
    since_at = timezone.now() - timedelta(days=COUNTED_DAYS)
    runs = list_runs(person, flow=key).filter(started_at__gte=since_at)
    starts = describe_trigger(flow, now=timezone.now())
    context = {"starts": starts, "told": told, "run_count": count_capped(runs, COUNT_CAP), "counted_days": COUNTED_DAYS}
    return render_page(request, "flows/flow.html", {**frame_flow(request, flow, "outline"), **context})


@page_for(Action.RUN_READ)
@require_safe
def show_flow_runs(request: HttpRequest, key: str) -> HttpResponse:
    """The runs of this flow."""
    person = get_reader(request)
    flow = get_flow_for(person, key)
    page = get_page(request, list_runs(person, flow=key), order=("-started_at", "-id"))
    context = {"page": page, "rows": make_run_rows(page.rows)}
    return render_page(request, "flows/flow_runs.html", {**frame_flow(request, flow, "runs"), **context})


@page_for(Action.REQUEST_READ)
@require_safe
def show_flow_requests(request: HttpRequest, key: str) -> HttpResponse:
    """The flow's address, who may call it, and what came."""
    person = get_reader(request)
    flow = get_flow_for(person, key)
    trigger = getattr(flow, "trigger", None)
    is_form = bool(trigger and trigger.kind == "form")
    path = find_address(trigger.kind, trigger.path) if trigger and trigger.path else ""
    auth, secret = tell_auth(trigger.settings) if trigger and not is_form else ("", "")
    context = {
        "address": (settings.BASE_URL.rstrip("/") + path if settings.BASE_URL else request.build_absolute_uri(path))
        if path
        else "",
        "is_form": is_form,
        "is_public": bool(trigger and is_form and trigger.settings.get("access") == PUBLIC),
        "auth": auth,
        "secret": secret,
        "counts": count_requests(person, flow=key),
        "newest": list(list_requests(person, flow=key)[:10]),
    }
    return render_page(request, "flows/flow_requests.html", {**frame_flow(request, flow, "requests"), **context})


def frame_flow(request: HttpRequest, flow: Flow, here: str) -> dict[str, Any]:
    """What every page of a flow has: state, tabs, and what this reader may do with it."""
    person = get_reader(request)
    tabs = [
        ("outline", "flow", "Outline", "list-tree"),
        ("canvas", "flow_canvas", "Canvas", "sitemap"),
        ("versions", "flow_versions", "Versions", "versions"),
    ]
    if can(person, Action.RUN_READ, flow.team_id):
        tabs.append(("runs", "flow_runs", "Runs", "player-play"))
    if can(person, Action.REQUEST_READ, flow.team_id):
        tabs.append(("requests", "flow_requests", "Requests", "arrow-bar-to-down"))
    return {
        "flow": flow,
        "state": say_state(flow),
        "draft": get_draft(flow, person),
        "tabs": [
            {"label": label, "icon": icon, "href": reverse(name, args=[flow.key]), "is_here": word == here}
            for word, name, label, icon in tabs
        ],
        "may_draft": can(person, Action.FLOW_DRAFT, flow.team_id),
        "may_relax": can(person, Action.FLOW_RELAX, flow.team_id),
        "may_import": can(person, Action.FLOW_IMPORT, flow.team_id),
        "may_export": can(person, Action.FLOW_EXPORT, flow.team_id),
        "may_publish": can(person, Action.FLOW_PUBLISH, flow.team_id),
        "may_start": can(person, Action.RUN_START, flow.team_id),
        "may_pause": can(person, Action.FLOW_PAUSE, flow.team_id),
    }


def say_state(flow: Flow) -> str:
    """``archived``, ``paused``, ``live`` or ``draft``."""
    if flow.archived_at is not None:
        return "archived"
    if flow.live_version_id is None:
        return "draft"
    return "paused" if flow.paused_at else "live"


def tell_version(flow: Flow, number: int) -> OutlinePage:
    """The outline of one published version."""
    return tell_document(get_version(flow, number).document)


def tell_document(document: dict[str, Any]) -> OutlinePage:
    """The outline of a stored design, people by their names. One query at most."""
    return tell_flow(with_people_named(definition_from_data(document)))

"""The page of messages: what other systems sent to waiting runs, and what became of each. Changes nothing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from flows.queries.messages import count_messages, list_messages
from flows.views.filters import pick
from flows.views.refusals import page_for
from integrator.pages.paging import get_page
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.rights import Action

COUNT_CAP = 1_000
TABS = [("parked", "Kept"), ("delivered", "Delivered"), ("expired", "Expired")]


@page_for(Action.REQUEST_READ)
@require_safe
def show_messages(request: HttpRequest) -> HttpResponse:
    """The list, newest first, a tab for each thing that can become of a message."""
    person, find = get_reader(request), request.GET.get("q", "").strip()
    status = pick(request.GET.get("status", ""), dict(TABS))
    counts = count_messages(person, q=find, cap=COUNT_CAP)
    page = get_page(request, list_messages(person, status=status, q=find), order=("-received_at", "-id"))
    context = {
        "page": page,
        "tabs": _make_tabs(request, status, counts),
        "is_filtered": bool(find or status),
        "summary": _summarise(counts),
        "kept_days": settings.MESSAGE_PARKED_DAYS,
    }
    return render_page(request, "flows/messages.html", context, fragment="messages-list")


def _make_tabs(request: HttpRequest, status: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    query = request.GET.copy()
    query.pop("cursor", None)
    tabs = []
    for word, label in [("", "All"), *TABS]:
        query.pop("status", None)
        if word:
            query["status"] = word
        said = None if not word else f"{COUNT_CAP:,}+" if counts[word] >= COUNT_CAP else counts[word]
        address = f"{reverse('messages')}?{query.urlencode()}" if query else reverse("messages")
        tabs.append({"href": address, "label": label, "count": said, "is_here": word == status})
    return tabs


def _summarise(counts: dict[str, int]) -> str:
    kept = counts["parked"]
    if not any(counts.values()):
        return "No message has come yet."
    if not kept:
        return "Nothing is kept: each message found its run, or its time is over."
    are, them = ("is", "it") if kept == 1 else ("are", "them")
    return f"{kept:,} {are} kept for runs that do not wait for {them} yet."

"""The pages of one's alerts: the list, the newest under the bell, and one alert. Looking changes nothing; POST does."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from integrator.pages.context import leads_somewhere
from integrator.pages.filters import make_filter
from integrator.pages.freshness import FreshLine
from integrator.pages.paging import get_page
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader, signed_in
from integrator.people.models import Person
from integrator.people.rights import Action, can
from notifications.errors import AlertNotFound
from notifications.models import Delivery, Severity
from notifications.operations import acknowledge_alert, mark_all_read, mark_read
from notifications.queries import (
    AlertFilter,
    count_alerts_since,
    count_unread,
    find_alerts,
    get_alert_for,
    list_acknowledgements,
    list_alert_types,
    list_mails,
    list_newest,
)

ALL = "all"


@signed_in
@require_safe
def show_alerts(request: HttpRequest) -> HttpResponse:
    """One's alerts, newest first; those unread unless all are asked for."""
    person = get_reader(request)
    wanted = read_filter(request)
    line = FreshLine(
        request=request,
        kept=("q", "severity", "type", "show"),
        topic="alert",
        words=("new alert", "new alerts"),
        count_since=lambda since_at: count_alerts_since(person, since_at, wanted),
    )
    if line.is_asked:
        return line.answer()
    unread = count_unread(person)
    context = {
        "fresh": line.begin(now=timezone.now()),
        "page": get_page(request, find_alerts(person, wanted), order=("-created_at",)),
        "filters": _make_filters(person, wanted),
        "tabs": [
            {"href": "?", "label": "Unread", "is_here": bool(wanted.state), "count": unread or ""},
            {"href": f"?show={ALL}", "label": "All", "is_here": not wanted.state},
        ],
        "is_filtered": wanted != AlertFilter(state=wanted.state),
        "is_unread": bool(wanted.state),
        "unread": unread,
    }
    return render_page(request, "notifications/alerts.html", context, fragment="alert-list")


@signed_in
@require_safe
def show_newest(request: HttpRequest) -> HttpResponse:
    """For htmx: what the bell opens."""
    person = get_reader(request)
    return render_page(request, "notifications/newest.html", {"deliveries": list_newest(person)})


@signed_in
@require_safe
def show_alert(request: HttpRequest, alert_id: uuid.UUID) -> HttpResponse:
    """One alert: what was said, where it leads, what became of the mail, who has acknowledged it."""
    return _answer_alert(request, _get_alert(get_reader(request), alert_id))


@signed_in
@require_POST
def read(request: HttpRequest, alert_id: uuid.UUID) -> HttpResponse:
    """Marks as read: for htmx the state as it is now, else back to where one was."""
    try:
        delivery = mark_read(alert_id=alert_id, person=get_reader(request), now=timezone.now())
    except AlertNotFound as error:
        raise Http404 from error
    if request.headers.get("HX-Request") == "true":
        response = render_page(request, "notifications/alert.html", {"delivery": delivery}, fragment="own-state")
        response["HX-Trigger"] = "live:alert"  # the bell and the menu count anew
        return response
    return redirect(_find_way_back(request))


@signed_in
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Marks all as read."""
    count = mark_all_read(person=get_reader(request), now=timezone.now())
    words = "1 alert is" if count == 1 else f"{count} alerts are"
    messages.success(request, f"{words} marked as read." if count else "There was nothing left to mark.")
    return redirect("alerts")


@signed_in
@require_POST
def acknowledge(request: HttpRequest, alert_id: uuid.UUID) -> HttpResponse:
    """Acknowledges, and goes back to where one was."""
    try:
        acknowledge_alert(alert_id=alert_id, person=get_reader(request), now=timezone.now())
    except AlertNotFound as error:
        raise Http404 from error
    messages.success(request, "You have acknowledged the alert. All who were told of it can see that.")
    return redirect(_find_way_back(request))


def read_filter(request: HttpRequest) -> AlertFilter:
    """The filter of an address; what it does not know it leaves out."""
    query = request.GET
    severity = query.get("severity", "")
    return AlertFilter(
        state="" if query.get("show") == ALL else "unread",
        severity=severity if severity in Severity.values else "",
        type=query.get("type", "").replace("\x00", "")[:100],
        q=query.get("q", "").replace("\x00", "")[:200],
    )


def _answer_alert(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    alert, person = delivery.alert, get_reader(request)
    run = f"/runs/{alert.correlation}/" if alert.correlation else ""
    may_see_run = bool(run) and can(person, Action.RUN_READ, alert.team_id) and leads_somewhere(run)
    context = {
        "delivery": delivery,
        "alert": alert,
        "mails": list_mails(delivery),
        "acknowledgements": list_acknowledgements(delivery),
        "run": run if may_see_run and alert.link != run else "",
        "is_outside": not alert.link.startswith("/"),
    }
    return render_page(request, "notifications/alert.html", context)


def _make_filters(person: Person, wanted: AlertFilter) -> list[dict[str, Any]]:
    types = [(alert_type.key, alert_type.label) for alert_type in list_alert_types(person)]
    return [
        make_filter("severity", "Severity", wanted.severity, Severity.choices),
        make_filter("type", "Type", wanted.type, types),
    ]


def _find_way_back(request: HttpRequest) -> str:
    address = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if is_ours and address.startswith("/") else "/alerts/"


def _get_alert(person: Person, alert_id: uuid.UUID) -> Delivery:
    try:
        return get_alert_for(person, alert_id)
    except AlertNotFound as error:
        raise Http404 from error

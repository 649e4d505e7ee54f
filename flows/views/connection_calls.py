"""What a person makes a connection do: the test button, and OAuth2 approvals with their way back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_POST, require_safe

from flows.connectors.http.addresses import find_host
from flows.errors import ConnectionRefused
from flows.operations.connections.approving import begin_approval, finish_approval
from flows.operations.connections.trying import try_connection
from flows.queries.connections import get_connection_for
from flows.views.connection import read_environment, render_connection, require_manager, to_connection
from flows.views.connection_forms import TrialForm, add_refusal
from flows.views.connections import get_redirect_uri
from flows.views.refusals import page_for
from integrator.people.access import get_reader
from integrator.people.rights import Action

UNDER_WAY = "connection_approval"  # of the session: one at a time
APPROVE_WITHIN_S = 600


@page_for(Action.CONNECTION_READ)
@require_POST
def try_it(request: HttpRequest, team: str, key: str) -> HttpResponse:
    """Calls the path that was given and shows what came of it."""
    row = get_connection_for(get_reader(request), team, key)
    require_manager(request, row)
    form = TrialForm(request.POST)
    if not form.is_valid():
        return render_connection(request, row, trial_form=form, status=400)
    try:
        trial = try_connection(
            connection_id=row.pk,
            environment=read_environment(request),
            path=form.cleaned_data["path"],
            method=form.cleaned_data["method"] or "GET",
            person=get_reader(request),
            now=timezone.now(),
        )
    except ConnectionRefused as error:
        add_refusal(form, error, "path")
        return render_connection(request, row, trial_form=form, status=400)
    return render_connection(request, row, trial_form=form, trial=trial)


@page_for(Action.CONNECTION_READ)
@require_POST
def approve(request: HttpRequest, team: str, key: str) -> HttpResponse:
    """Prepares an approval and shows the way to the other side: a link, so that nobody is sent there unasked."""
    row = get_connection_for(get_reader(request), team, key)
    require_manager(request, row)
    environment = read_environment(request)
    try:
        approval = begin_approval(
            connection_id=row.pk,
            environment=environment,
            redirect_uri=get_redirect_uri(request),
            person=get_reader(request),
        )
    except ConnectionRefused as error:
        messages.error(request, error.message)
        return to_connection(row, environment)
    request.session[UNDER_WAY] = {
        "state": approval.state,
        "verifier": approval.verifier,
        "team": team,
        "key": key,
        "environment": environment,
        "until": timezone.now().timestamp() + APPROVE_WITHIN_S,
    }
    where: dict[str, Any] = {"approve_at": approval.address, "approve_host": find_host(approval.address)}
    return render_connection(request, row, **where, redirect_uri=get_redirect_uri(request))


@page_for(Action.CONNECTION_MANAGE)
@require_safe
def approved(request: HttpRequest) -> HttpResponse:
    """Where the other side sends the person back with a code, once, bound to their session by ``state``."""
    under_way: dict[str, Any] = request.session.pop(UNDER_WAY, None) or {}
    state = request.GET.get("state", "")
    is_ours = bool(under_way) and constant_time_compare(state, under_way["state"])
    if not is_ours or under_way["until"] < timezone.now().timestamp():
        messages.error(request, "This approval was not begun here, or it took too long. Begin it again.")
        return redirect("connections")
    person = get_reader(request)
    row = get_connection_for(person, under_way["team"], under_way["key"])
    code = request.GET.get("code", "")
    if not code:
        refused = request.GET.get("error", "")[:100]
        messages.error(request, f"It was not approved{f' ({refused})' if refused else ''}. Nothing has changed.")
        return to_connection(row, under_way["environment"])
    try:
        finish_approval(
            connection_id=row.pk,
            environment=under_way["environment"],
            code=code,
            verifier=under_way["verifier"],
            redirect_uri=get_redirect_uri(request),
            person=person,
        )
    except ConnectionRefused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"{row.name} is approved. We keep its token fresh from now on.")
    return to_connection(row, under_way["environment"])

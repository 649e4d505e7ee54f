"""A connection or secret made where a step needs it, in a dialog; what is made is then chosen in the field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from flows.connectors.http.sign_in.registry import list_connection_kinds
from flows.errors import ConnectionRefused, Forbidden, NotFound
from flows.models import Flow
from flows.operations.connections import add_connection
from flows.operations.team_secrets import set_team_secret
from flows.queries.drafts import get_designed_flow
from flows.views.connection_forms import NewConnectionForm, TeamSecretForm, add_refusal
from flows.views.connections import choose_kind
from flows.views.refusals import page_for
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.models import Person, Team
from integrator.people.rights import Action, can
from integrator.secrets.errors import SecretRefused

ACTIONS: Mapping[str, Action] = {"connection": Action.CONNECTION_MANAGE, "secret": Action.SECRET_SET}


@page_for(Action.FLOW_DRAFT)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, key: str, what: str) -> HttpResponse:
    """The form for a new ``connection`` or ``secret`` of the flow's team; 201 with ``X-Made``, its name, when made."""
    person = get_reader(request)
    flow = get_designed_flow(person, key)
    if what not in ACTIONS:
        raise NotFound("form")
    if not can(person, ACTIONS[what], flow.team_id):
        raise Forbidden(what, f"Publishers and leads of {flow.team} may add a {what}. Ask one of them.")
    return _FORMS[what](request, flow, person)


def may_add(person: Person, flow: Flow) -> frozenset[str]:
    """What of these the person may make for the flow's team."""
    return frozenset(what for what, action in ACTIONS.items() if can(person, action, flow.team_id))


def _add_connection(request: HttpRequest, flow: Flow, person: Person) -> HttpResponse:
    typed_in = request.POST if request.method == "POST" else None
    kind = choose_kind((typed_in or request.GET).get("kind"))
    teams = Team.objects.filter(pk=flow.team_id)
    form = NewConnectionForm(typed_in, teams=teams, connection_kind=kind, initial={"team": flow.team_id})
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            row = add_connection(
                team_id=flow.team_id,
                key=typed["key"],
                data=form.read(),
                secret=typed.get("secret", ""),
                person=person,
                now=timezone.now(),
            )
        except (ConnectionRefused, SecretRefused) as error:
            add_refusal(form, error, "secret")
        else:
            return _made(request, flow, "connection", row.key)
    context = {"kinds": list_connection_kinds().values(), "kind": kind}
    return _render(request, flow, "connection", form, context)


def _add_secret(request: HttpRequest, flow: Flow, person: Person) -> HttpResponse:
    typed_in = request.POST if request.method == "POST" else None
    teams = Team.objects.filter(pk=flow.team_id)
    form = TeamSecretForm(typed_in, teams=teams, is_first=True, initial={"team": flow.team_id})
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        keep = float(typed["keep_old_s"]) if typed["keep_old_s"] else None
        try:
            secret = set_team_secret(
                team_id=flow.team_id, name=typed["name"], value=typed["value"], person=person, keep_old_s=keep
            )
        except SecretRefused as error:
            add_refusal(form, error, "name")
        else:
            return _made(request, flow, "secret", secret.name)
    return _render(request, flow, "secret", form, {})


def _render(request: HttpRequest, flow: Flow, what: str, form: Form, context: dict[str, Any]) -> HttpResponse:
    shown = {"flow": flow, "what": what, "form": form, **context}
    return render_page(
        request, "flows/designer/inspector/new.html", shown, fragment="new", status=400 if form.is_bound else 200
    )


def _made(request: HttpRequest, flow: Flow, what: str, name: str) -> HttpResponse:
    shown = {"flow": flow, "what": what, "made": name}
    response = render_page(request, "flows/designer/inspector/new.html", shown, fragment="new", status=201)
    response["X-Made"] = name
    return response


_FORMS: Mapping[str, Callable[[HttpRequest, Flow, Person], HttpResponse]] = {
    "connection": _add_connection,
    "secret": _add_secret,
}

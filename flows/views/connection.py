"""The page of one connection: environments, secrets, where it is used, and the forms for those who may change it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from flows.connectors.http.sign_in.registry import find_connection_kind, list_connection_kinds
from flows.definition.effect import LIVE
from flows.errors import ConnectionRefused
from flows.models import Connection
from flows.operations.connections import (
    change_connection,
    remove_connection,
    set_connection_secret,
)
from flows.queries.connection_health import get_health
from flows.queries.connections import (
    find_drafts_using,
    find_uses_of_connections,
    get_connection_for,
    get_environment_of,
)
from flows.views.connection_forms import (
    ConnectionForm,
    ConnectionSecretForm,
    EnvironmentNameForm,
    TrialForm,
    add_refusal,
    fill_form,
)
from flows.views.connection_words import find_notices, get_token, read_certificate_until, say_kind, say_rate
from flows.views.connections import choose_kind, read_carried
from flows.views.refusals import page_for
from integrator.database.clock import get_database_now
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.rights import Action, can
from integrator.secrets.errors import SecretRefused


@page_for(Action.CONNECTION_READ)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, team: str, key: str) -> HttpResponse:
    """One connection in one environment: what it says, how it fares, and for those who may, the form to change it."""
    person = get_reader(request)
    row = get_connection_for(person, team, key)
    if request.method != "POST":
        return render_connection(request, row)
    require_manager(request, row)
    form = ConnectionForm(request.POST, connection_kind=choose_kind(request.POST.get("kind") or row.kind))
    if form.is_valid():
        environment = read_environment(request)
        try:
            change_connection(connection_id=row.pk, data=form.read(), person=person, environment=environment)
        except ConnectionRefused as error:
            add_refusal(form, error)
        else:
            messages.success(request, "The connection is changed. The next call uses it.")
            return to_connection(row, environment)
    return render_connection(request, row, form=form, status=400)


@page_for(Action.CONNECTION_READ)
@require_POST
def set_secret(request: HttpRequest, team: str, key: str) -> HttpResponse:
    """Sets the secret of one environment."""
    person = get_reader(request)
    row = get_connection_for(person, team, key)
    require_manager(request, row)
    form = ConnectionSecretForm(request.POST, connection_kind=choose_kind(row.kind))
    if form.is_valid() and "secret" in form.cleaned_data:
        secret, environment = form.cleaned_data["secret"], read_environment(request)
        try:
            set_connection_secret(
                connection_id=row.pk, secret=secret, person=person, now=timezone.now(), environment=environment
            )
        except (ConnectionRefused, SecretRefused) as error:
            add_refusal(form, error, "secret")
        else:
            messages.success(request, "The new secret is stored. Calls use it within two seconds.")
            return to_connection(row, environment)
    return render_connection(request, row, secret_form=form, status=400)


@page_for(Action.CONNECTION_READ)
@require_POST
def remove(request: HttpRequest, team: str, key: str) -> HttpResponse:
    """Removes a connection that no live flow uses."""
    person = get_reader(request)
    row = get_connection_for(person, team, key)
    try:
        remove_connection(connection_id=row.pk, person=person)
    except ConnectionRefused as error:
        messages.error(request, error.message)
        return redirect("connection", team=team, key=key)
    messages.success(request, f"{row.name} is removed, and its secrets with it.")
    return redirect("connections")


def read_environment(request: HttpRequest) -> str:
    """The environment that the address names; the live one without."""
    return request.GET.get("environment") or LIVE


def require_manager(request: HttpRequest, row: Connection) -> None:
    """Raises PermissionDenied for those who may only see it."""
    if not can(get_reader(request), Action.CONNECTION_MANAGE, row.team):
        raise PermissionDenied


def to_connection(row: Connection, environment: str) -> HttpResponse:
    """Back to its page, at the tab of this environment."""
    address = reverse("connection", kwargs={"team": row.team.slug, "key": row.key})
    return redirect(address if environment == LIVE else f"{address}?environment={environment}")


def make_tabs(row: Connection, here: str) -> list[dict[str, Any]]:
    """A tab an environment, the live one first."""
    address = reverse("connection", kwargs={"team": row.team.slug, "key": row.key})
    names = sorted((place.name for place in row.environments.all()), key=lambda name: (name != LIVE, name))
    return [
        {"href": address if name == LIVE else f"{address}?environment={name}", "label": name, "is_here": name == here}
        for name in names
    ]


def render_connection(
    request: HttpRequest, row: Connection, *, status: int = 200, environment: str = "", **given: Any
) -> HttpResponse:
    """The page of one environment, by default the one that the address names; ``given`` are forms with faults, or the
    result of a trial (``trial``), or where to approve."""
    environment = environment or read_environment(request)
    place, now = get_environment_of(row, environment), get_database_now()
    kind = find_connection_kind(row.kind)
    chosen = choose_kind(request.GET.get("kind") or row.kind)
    initial = fill_form(row, place, chosen) | read_carried(request, ["name"])
    context = {
        "connection": row,
        "place": place,
        "kind": kind,
        "kind_label": say_kind(row),
        "kinds": list_connection_kinds().values(),
        "chosen": chosen,
        "rate": say_rate(row),
        "token": get_token(place),
        "certificate_until": read_certificate_until(place),
        "notices": find_notices(place, now),
        "health": get_health(place.pk, now),
        "tabs": make_tabs(row, environment),
        "query": "" if environment == LIVE else f"?environment={environment}",
        "uses": find_uses_of_connections([row])[row.pk],
        "drafts": find_drafts_using(row),
        "can_manage": can(get_reader(request), Action.CONNECTION_MANAGE, row.team),
        "form": ConnectionForm(initial=initial, connection_kind=chosen),
        "secret_form": ConnectionSecretForm(connection_kind=choose_kind(row.kind)),
        "name_form": EnvironmentNameForm(initial={"environment": environment}),
        "trial_form": TrialForm(),
        **given,
    }
    return render_page(request, "flows/connection_edit.html", context, status=status)

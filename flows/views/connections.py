"""Pages of connections and of the secrets of webhooks: lists, forms, where each is used. Values are never shown."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from flows.connectors.http.sign_in.kind import ConnectionKind
from flows.connectors.http.sign_in.registry import find_connection_kind, list_connection_kinds
from flows.errors import ConnectionRefused
from flows.operations.connections import add_connection
from flows.operations.team_secrets import set_team_secret
from flows.queries.connections import (
    find_uses_of_connections,
    find_uses_of_secrets,
    list_connections,
    list_secrets,
    list_teams_where,
)
from flows.views.connection_forms import NewConnectionForm, TeamSecretForm, add_refusal
from flows.views.connection_words import tell_row
from flows.views.refusals import page_for
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.rights import Action, can_anywhere
from integrator.secrets.errors import SecretRefused

CARRIED = ("team", "key", "name", "base_url")


@page_for(Action.CONNECTION_READ)
@require_safe
def show_connections(request: HttpRequest) -> HttpResponse:
    """The connections, and below them the secrets that the reader may set."""
    return _render_list(request)


@page_for(Action.CONNECTION_MANAGE)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """The form for a new connection of the kind that ``kind`` names."""
    person = get_reader(request)
    teams = list_teams_where(person, Action.CONNECTION_MANAGE)
    typed_in = request.POST if request.method == "POST" else None
    kind = choose_kind((typed_in or request.GET).get("kind"))
    known = read_carried(request)
    form = NewConnectionForm(typed_in, teams=teams, connection_kind=kind, initial=known)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            row = add_connection(
                team_id=typed["team"].pk,
                key=typed["key"],
                data=form.read(),
                secret=typed.get("secret", ""),
                person=person,
                now=timezone.now(),
            )
        except (ConnectionRefused, SecretRefused) as error:
            add_refusal(form, error, "secret")
        else:
            messages.success(request, f"{row} is added. Steps name it as connection: {row.key}.")
            return redirect("connection", team=row.team.slug, key=row.key)
    context = {
        "form": form,
        "kinds": list_connection_kinds().values(),
        "kind": kind,
        "redirect_uri": get_redirect_uri(request),
    }
    return render_page(request, "flows/connection_add.html", context, status=400 if form.is_bound else 200)


@page_for(Action.SECRET_SET)
@require_POST
def set_webhook_secret(request: HttpRequest) -> HttpResponse:
    """Sets a secret with which webhooks know their callers."""
    person = get_reader(request)
    form = TeamSecretForm(request.POST, teams=list_teams_where(person, Action.SECRET_SET))
    if form.is_valid():
        typed = form.cleaned_data
        try:
            secret = set_team_secret(
                team_id=typed["team"].pk,
                name=typed["name"],
                value=typed["value"],
                person=person,
                keep_old_s=float(typed["keep_old_s"]) if typed["keep_old_s"] else None,
            )
        except SecretRefused as error:
            add_refusal(form, error, "name")
        else:
            messages.success(request, f"{secret.name} is stored. Callers that use it are let in within two seconds.")
            return redirect("connections")
    return _render_list(request, form=form, status=400)


def _render_list(request: HttpRequest, *, form: TeamSecretForm | None = None, status: int = 200) -> HttpResponse:
    person = get_reader(request)
    connections, secrets = list(list_connections(person)), list_secrets(person)
    uses, secret_uses = find_uses_of_connections(connections), find_uses_of_secrets(secrets)
    can_set = can_anywhere(person, Action.SECRET_SET)
    context = {
        "rows": [tell_row(row, uses[row.pk]) for row in connections],
        "secrets": [(row, secret_uses[row.pk]) for row in secrets],
        "can_add": can_anywhere(person, Action.CONNECTION_MANAGE),
        "can_set": can_set,
        "form": form or (TeamSecretForm(teams=list_teams_where(person, Action.SECRET_SET)) if can_set else None),
    }
    return render_page(request, "flows/connection_list.html", context, status=status)


def read_carried(request: HttpRequest, names: Sequence[str] = CARRIED) -> dict[str, str]:
    """What was typed before another way to sign in was chosen, as its link carries it: of these fields.

    A link may come from anybody, so it must not say where a stored secret is sent to.
    """
    return {name: request.GET[name][:500] for name in names if name in request.GET}


def get_redirect_uri(request: HttpRequest) -> str:
    """The address that the other side must know: by the installation's own, else as the request says."""
    path = reverse("connection_approved")
    return f"{settings.BASE_URL.rstrip('/')}{path}" if settings.BASE_URL else request.build_absolute_uri(path)


def choose_kind(name: str | None) -> ConnectionKind:
    """The kind of this name, else the one that most partners want."""
    return find_connection_kind(name or "") or list_connection_kinds()["bearer"]

"""The environments of one connection: adding, renaming and removing one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from flows.errors import ConnectionRefused
from flows.operations.connections import add_environment, remove_environment, rename_environment
from flows.queries.connections import get_connection_for, get_environment_of
from flows.views.connection import make_tabs, render_connection, require_manager, to_connection
from flows.views.connection_forms import EnvironmentForm, EnvironmentNameForm, add_refusal
from flows.views.connection_words import say_kind
from flows.views.connections import choose_kind
from flows.views.refusals import page_for
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.rights import Action
from integrator.secrets.errors import SecretRefused


@page_for(Action.CONNECTION_READ)
@require_http_methods(["GET", "POST"])
def add_place(request: HttpRequest, team: str, key: str) -> HttpResponse:
    """The form for one more environment."""
    person = get_reader(request)
    row = get_connection_for(person, team, key)
    require_manager(request, row)
    typed_in = request.POST if request.method == "POST" else None
    form = EnvironmentForm(typed_in, connection_kind=choose_kind(row.kind))
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            place = add_environment(
                connection_id=row.pk,
                name=typed["environment"],
                data=form.read(row),
                secret=typed.get("secret", ""),
                person=person,
                now=timezone.now(),
            )
        except (ConnectionRefused, SecretRefused) as error:
            add_refusal(form, error, "secret")
        else:
            messages.success(request, f"The environment {place.name} is added.")
            return to_connection(row, place.name)
    context = {"connection": row, "form": form, "kind_label": say_kind(row), "tabs": make_tabs(row, "")}
    return render_page(request, "flows/connection_place.html", context, status=400 if form.is_bound else 200)


@page_for(Action.CONNECTION_READ)
@require_POST
def remove_place(request: HttpRequest, team: str, key: str, environment: str) -> HttpResponse:
    """Removes an environment with its secret."""
    person = get_reader(request)
    row = get_connection_for(person, team, key)
    try:
        remove_environment(connection_id=row.pk, name=environment, person=person)
    except ConnectionRefused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"The environment {environment} is removed, and its secret with it.")
    return redirect("connection", team=team, key=key)


@page_for(Action.CONNECTION_READ)
@require_POST
def rename_place(request: HttpRequest, team: str, key: str, environment: str) -> HttpResponse:
    """Gives an environment another name."""
    person = get_reader(request)
    row = get_connection_for(person, team, key)
    require_manager(request, row)
    get_environment_of(row, environment)
    form = EnvironmentNameForm(request.POST)
    if form.is_valid():
        name = form.cleaned_data["environment"]
        try:
            rename_environment(connection_id=row.pk, name=environment, to=name, person=person)
        except (ConnectionRefused, SecretRefused) as error:
            add_refusal(form, error, "environment")
        else:
            messages.success(request, f"The environment {environment} is called {name} now.")
            return to_connection(row, name)
    return render_connection(request, row, environment=environment, name_form=form, status=400)

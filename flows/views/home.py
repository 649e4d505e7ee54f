"""The start page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from flows.queries.pages.home import build_home
from integrator.pages.context import leads_somewhere
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader, signed_in
from integrator.people.rights import Action, can_anywhere

PLACES = {"flows": "/flows/", "new_flow": "/flows/new/", "audit": "/audit/"}


@signed_in
@require_safe
def show_home(request: HttpRequest) -> HttpResponse:
    """What needs this person, by what they may do."""
    person = get_reader(request)
    home = build_home(person, now=timezone.now())
    places = {name: path for name, path in PLACES.items() if leads_somewhere(path)}
    if not can_anywhere(person, Action.FLOW_IMPORT):
        del places["new_flow"]
    return render_page(request, "home.html", {"home": home, "places": places, "now": timezone.now()})

"""One's own preferences: theme, time zone, name. Everything else is some other part's page."""

from __future__ import annotations

import zoneinfo
from typing import cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrator.events.actors import Actor
from integrator.pages.context import Navigation
from integrator.pages.rendering import render_page
from integrator.people.models import Person
from integrator.people.operations import change_person

THEMES = [("", "As the system says"), ("light", "Light"), ("dark", "Dark")]


class PreferencesForm(forms.Form):
    """How the product looks and speaks to one person."""

    name = forms.CharField(max_length=150, required=False, label="Name", help_text="What others see.")
    time_zone = forms.ChoiceField(label="Time zone", help_text="Every time on every page is shown in it.")
    theme = forms.ChoiceField(choices=THEMES, required=False, label="Theme", widget=forms.RadioSelect)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        zones = cast("forms.ChoiceField", self.fields["time_zone"])
        zones.choices = [(name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones())]


@login_required
@require_http_methods(["GET", "POST"])
def edit_preferences(request: HttpRequest) -> HttpResponse:
    """The page of one's own preferences."""
    person = cast("Person", request.user)
    current = {"name": person.name, "time_zone": person.time_zone, "theme": person.theme}
    form = PreferencesForm(request.POST if request.method == "POST" else None, initial=current)
    if form.is_bound and form.is_valid():
        change_person(person_id=person.pk, changes=form.cleaned_data, actor=Actor.person(person))
        messages.success(request, "Your preferences are kept.")
        return redirect("preferences")
    return render_page(request, "pages/preferences.html", {"form": form}, status=400 if form.is_bound else 200)


@login_required
@require_safe
def show_counts(request: HttpRequest) -> JsonResponse:
    """The numbers beside the menu's entries, by address, for an open page: ``{"/inbox/": "3"}``."""
    groups = Navigation(request).groups
    return JsonResponse({link.path: link.count for _, links in groups for link in links if link.is_counted})


@login_required
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """The theme alone, from the menu; 204 for a script, else back to where one was."""
    person, theme = cast("Person", request.user), request.POST.get("theme", "")
    if theme not in dict(THEMES):
        return HttpResponse("Choose light, dark or the system's.", status=400, content_type="text/plain")
    change_person(person_id=person.pk, changes={"theme": theme}, actor=Actor.person(person))
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204)
    address = request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return redirect(address if is_ours else "/")

"""The door of a page: signed in, and allowed somewhere. What exactly is then narrowed by the page's own query."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec, TypeAlias

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from integrator.pages.errors import SIGNED_OUT, answer_error, reads_json
from integrator.people.models import Person
from integrator.people.rights import Action, can, can_anywhere

P = ParamSpec("P")
View: TypeAlias = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def needs(action: Action, *, everywhere: bool = False) -> Callable[[View[P]], View[P]]:
    """This will lead strangers to the sign-in, and answer 404 to people who may do ``action`` in no team.

    ``everywhere`` is for what belongs to no team, such as people: there the right in one team counts for nothing.
    """
    holds = can if everywhere else can_anywhere

    def decorate(view: View[P]) -> View[P]:
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            if not holds(request.user, action):
                raise Http404
            return view(request, *args, **kwargs)

        update_wrapper(guarded, view)
        return guarded

    return decorate


def signed_in(view: View[P]) -> View[P]:
    """This will lead strangers to the sign-in; what exactly a person sees there is up to the page's own query."""

    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return view(request, *args, **kwargs) if request.user.is_authenticated else ask_to_sign_in(request)

    update_wrapper(guarded, view)
    return guarded


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """This will answer somebody who is not signed in: a page leads to the sign-in, a fragment or script hears 401.

    htmx would follow a redirect and put the whole sign-in page where the fragment belongs; a script that saves would
    take the sign-in's answer for its own and believe that it has saved.
    """
    is_fragment = request.headers.get("HX-Request") == "true" and "HX-Boosted" not in request.headers
    if is_fragment or reads_json(request):
        return answer_error(request, SIGNED_OUT)
    return redirect_to_login(request.get_full_path())


def get_reader(request: HttpRequest) -> Person:
    """This will give the signed-in person of a guarded view."""
    person = request.user
    if not isinstance(person, Person):
        raise TypeError("Only a guarded view has a reader.")
    return person

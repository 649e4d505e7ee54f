"""What a refusal of the core becomes on a page: hidden things are 404, forbidden ones 403, archived ones 409.

Judges nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec, TypeAlias

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from flows.errors import FlowRefused, Forbidden, NotFound
from integrator.api.problems import make_problem
from integrator.pages.errors import ErrorWords, answer_error
from integrator.people.access import needs
from integrator.people.rights import Action

ARCHIVED = "flow.archived"
P = ParamSpec("P")
View: TypeAlias = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def page_for(action: Action) -> Callable[[View[P]], View[P]]:
    """This will guard a page: signed in and allowed ``action`` in some team, and 404 or 403 for what is refused inside.

    A change of an archived flow that the view does not tell of itself is 409. Other refusals are the view's own.
    """

    def decorate(view: View[P]) -> View[P]:
        def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            try:
                return view(request, *args, **kwargs)
            except NotFound as error:
                raise Http404 from error
            except Forbidden as error:
                raise PermissionDenied from error
            except FlowRefused as error:
                if error.code != ARCHIVED:
                    raise
                return _tell_archived(request, error)

        update_wrapper(answer, view)
        return needs(action)(answer)

    return decorate


def _tell_archived(request: HttpRequest, error: FlowRefused) -> HttpResponse:
    """In the form that the caller reads: scripts of ours that send JSON or ask for it get a problem."""
    if request.content_type == "application/json" or "X-Inspector" in request.headers:
        return make_problem(status=409, code=error.code, detail=error.message)
    words = ErrorWords(status=409, code=error.code, title="This flow is archived", advice=error.message)
    return answer_error(request, words)

"""What the pages of forms share: their guard, their head and tabs, and what one form needs on every page of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, TypeAlias

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from cases.forms.diffing import diff_forms, summarise
from cases.forms.errors import FormForbidden, FormNotFound
from cases.models import Form
from integrator.people.access import get_reader, needs
from integrator.people.rights import Action, can

P = ParamSpec("P")
View: TypeAlias = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
TABS = (("form_builder", "Form"), ("form_versions", "Versions"))


def page_for(action: Action) -> Callable[[View[P]], View[P]]:
    """This will guard a page: signed in and allowed ``action`` in some team, and 404 or 403 for what is refused."""

    def decorate(view: View[P]) -> View[P]:
        def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            try:
                return view(request, *args, **kwargs)
            except FormNotFound as error:
                raise Http404 from error
            except FormForbidden as error:
                raise PermissionDenied from error

        update_wrapper(answer, view)
        return needs(action)(answer)

    return decorate


def frame_form(request: HttpRequest, form: Form, here: str) -> dict[str, Any]:
    """The context of the head of a form's page."""
    person = get_reader(request)
    live = form.live_version
    changes = diff_forms(live.schema, form.draft.schema) if live else []
    return {
        "form_row": form,
        "can_change": can(person, Action.FORM_DRAFT, form.team_id),
        "can_publish": can(person, Action.FORM_PUBLISH, form.team_id),
        "differs": summarise(changes) if live else "",
        "is_changed": bool(changes) or live is None,
        "tabs": [
            {"href": reverse(name, kwargs={"key": form.key}), "label": label, "is_here": name == here}
            for name, label in TABS
        ],
    }

"""Revealing a masked value of a run, request, case or task: POST with a reason, and the value is shown once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from cases.errors import CaseError
from cases.operations.revealing import reveal_case_field, reveal_task_field
from flows.operations.revealing import reveal_request_field, reveal_run_field
from flows.views.refusals import page_for
from integrator.pages.facts import say_key
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader, signed_in
from integrator.people.revealing import RevealForbidden, RevealRefused
from integrator.people.rights import Action


def make_reveals(paths: Iterable[str]) -> list[tuple[str, str]]:
    """(path, label) of each for ``components/reveals.html``: ``trigger.body.iban`` is "Iban"."""
    return [(path, say_key(path.rpartition(".")[2])) for path in paths]


@page_for(Action.RUN_READ)
@require_POST
def reveal_in_run(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """A value of a run's trigger or of a step's output."""
    person = get_reader(request)
    return _answer(
        request,
        f"/runs/{run_id}/",
        lambda path, reason: reveal_run_field(run_id=run_id, path=path, reason=reason, person=person),
    )


@page_for(Action.REQUEST_READ)
@require_POST
def reveal_in_request(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """A value of a stored call."""
    person = get_reader(request)
    return _answer(
        request,
        f"/requests/{request_id}/",
        lambda path, reason: reveal_request_field(request_id=request_id, path=path, reason=reason, person=person),
    )


@signed_in
@require_POST
def reveal_in_task(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """A value that a task shows, or that was filled in."""
    person = get_reader(request)
    return _answer(
        request,
        f"/inbox/{task_id}/",
        lambda path, reason: reveal_task_field(task_id=task_id, path=path, reason=reason, person=person),
    )


@signed_in
@require_POST
def reveal_in_case(request: HttpRequest, number: str) -> HttpResponse:
    """A value of a case's data."""
    person = get_reader(request)
    return _answer(
        request,
        f"/cases/{number}/",
        lambda path, reason: reveal_case_field(
            number=number.replace("\x00", ""), path=path, reason=reason, person=person
        ),
    )


def _answer(request: HttpRequest, back: str, reveal: Callable[[str, str], Any]) -> HttpResponse:
    """The value, or why not, as a fragment or a page. No cache keeps it."""
    path = request.POST.get("path", "")[:500]
    context: dict[str, Any] = {"path": path, "back": back}
    status = 200
    try:
        context |= {"value": reveal(path, request.POST.get("reason", "")), "is_revealed": True}
    except CaseError as error:
        raise Http404 from error
    except RevealForbidden as error:
        raise PermissionDenied from error
    except RevealRefused as error:
        context["refusal"], status = error.message, 400
    response = render_page(request, "pages/revealed.html", context, fragment="revealed", status=status)
    response.headers["Cache-Control"] = "no-store"
    return response

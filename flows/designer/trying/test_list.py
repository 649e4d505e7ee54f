"""Test cases in the tab Try-out: the list with what came of each, keep a try, take a new result, drop one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from flows.definition.test_cases import read_flow_tests
from flows.designer.trying.panel import REFUSALS
from flows.operations.drafts import EditResult
from flows.operations.trying import drop_test, keep_test, run_draft_tests, take_result
from flows.queries.drafts import get_designer_draft
from flows.views.refusals import page_for
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.rights import Action

LIST = "flows/designer/trying/tests.html"


@page_for(Action.FLOW_DRAFT)
@require_safe
def show_tests(request: HttpRequest, key: str) -> HttpResponse:
    """Every test case, run now."""
    return _answer(request, key)


@page_for(Action.FLOW_DRAFT)
@require_POST
def keep(request: HttpRequest, key: str) -> HttpResponse:
    """``name``: the try becomes a test case."""
    person, name = get_reader(request), request.POST.get("name", "")
    return _change(request, key, lambda: keep_test(key=key, person=person, name=name, now=timezone.now()))


@page_for(Action.FLOW_DRAFT)
@require_POST
def take(request: HttpRequest, key: str) -> HttpResponse:
    """``name``: what comes of it now is right from now on."""
    person, name = get_reader(request), request.POST.get("name", "")
    return _change(request, key, lambda: take_result(key=key, person=person, name=name, now=timezone.now()))


@page_for(Action.FLOW_DRAFT)
@require_POST
def drop(request: HttpRequest, key: str) -> HttpResponse:
    """``name``: take it out of the draft."""
    person, name = get_reader(request), request.POST.get("name", "")
    return _change(request, key, lambda: drop_test(key=key, person=person, name=name, now=timezone.now()))


def _change(request: HttpRequest, key: str, act: Callable[[], EditResult]) -> HttpResponse:
    try:
        result = act()
    except REFUSALS as error:
        return _answer(request, key, refusal=error.message, status=400)
    return _answer(request, key, triggers={"designer:changed": {"revision": result.revision, "source": "try"}})


def _answer(
    request: HttpRequest, key: str, *, refusal: str = "", status: int = 200, triggers: dict[str, Any] | None = None
) -> HttpResponse:
    found = get_designer_draft(get_reader(request), key)
    results = run_draft_tests(found)
    _, faults = read_flow_tests(found.definition.tests)
    context = {
        "flow": found.flow,
        "results": results,
        "failed": sum(not result.is_ok for result in results),
        "faults": [message for message, _ in faults],
        "refusal": refusal,
    }
    return render_page(request, LIST, context, status=status, triggers=triggers)

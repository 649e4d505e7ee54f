"""The drawer's tab Problems: each finding with its step, and a button for what would mend it. It changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from flows.definition.kind import Finding
from flows.definition.mending import Mend, mend_of
from flows.definition.model import FlowDefinition
from flows.designer.finding_words import say_finding
from flows.queries.drafts import get_designer_draft
from flows.registry import kind_specs, trigger_specs
from flows.views.refusals import page_for
from integrator.people.access import get_reader
from integrator.people.rights import Action


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A finding as a line; ``place`` is what a press goes to: a step, ``trigger`` or ``flow``."""

    place: str
    title: str
    text: str
    is_error: bool
    mend: Mend | None


@page_for(Action.FLOW_DRAFT)
@require_safe
def show_problems(request: HttpRequest, key: str) -> HttpResponse:
    """The findings of one's own draft, errors first."""
    found = get_designer_draft(get_reader(request), key)
    problems = [tell_problem(finding, found.definition) for finding in found.findings]
    problems.sort(key=lambda problem: not problem.is_error)
    return render(request, "flows/designer/parts/problems.html", {"problems": problems})


def tell_problem(finding: Finding, definition: FlowDefinition) -> Problem:
    """The finding with the name of its step and its mend."""
    step = definition.steps.get(finding.step or "")
    path = finding.details.get("path") or [""]
    place = step.key if step else "trigger" if path[0] == "trigger" else "flow"
    return Problem(
        place=place,
        title=step.title if step else {"trigger": "Start"}.get(place, "The flow"),
        text=say_finding(finding, definition, kind_specs(), trigger_specs()),
        is_error=finding.severity == "error",
        mend=mend_of(finding, definition, kind_specs()),
    )

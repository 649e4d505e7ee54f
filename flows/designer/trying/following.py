"""A run for real in the tab Try-out: how it stands, what each step came to, who is asked. It changes nothing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from flows.models import Run
from flows.operations.runs.rights import may_cancel
from flows.queries.pulse import list_decidable
from flows.views.run_rows import say_run_state, say_waiting
from flows.views.runs import tell_run
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader

PANEL = "flows/designer/trying/following.html"
STATE = "flows/designer/trying/real_state.html"


def answer_real(request: HttpRequest, run: Run, *, note: str = "", refusal: str = "") -> HttpResponse:
    """The panel of a run; ``note`` says what was just ordered, ``refusal`` why it was not (400)."""
    context = {**tell_real(request, run), "note": note, "refusal": refusal}
    return render_page(request, PANEL, context, status=400 if refusal else 200)


def tell_real(request: HttpRequest, run: Run) -> dict[str, Any]:
    """What the fragments of a run for real take. Flow and version must have been selected."""
    person, is_over = get_reader(request), run.status in Run.FINAL
    return {
        "run": run,
        "flow": run.flow,
        "state": say_run_state(run),
        "state_label": say_waiting(run),
        "is_over": is_over,
        "may_cancel": not is_over and may_cancel(person, run),
        "lines": tell_run(request, run)["lines"],
        "own_tasks": [] if is_over else list_decidable(person, run),
    }

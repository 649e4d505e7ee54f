"""The draft as a drawing: the page round the canvas, which gets its state and its kinds with it. It changes nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from flows.designer.kinds import tell_kinds
from flows.designer.pages.shell import frame_designer
from flows.designer.state import tell_state
from flows.views.refusals import page_for
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.rights import Action


@page_for(Action.FLOW_DRAFT)
@require_safe
def show_canvas(request: HttpRequest, key: str) -> HttpResponse:
    """One's own draft, drawn. State and kinds are in the page, so that it is painted without asking again."""
    frame = frame_designer(request, key, "canvas")
    state = tell_state(frame["found"], get_reader(request), now=timezone.now())
    return render_page(request, "flows/designer/canvas.html", {**frame, "state": state, "kinds": tell_kinds()})

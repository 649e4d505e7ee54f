"""The tab Try-out: begin, answer in place of people and systems, pin what came, forget. Fragments for the drawer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from cases.forms import read_answers
from flows.definition.model import JSON
from flows.designer.trying.following import answer_real
from flows.designer.trying.telling import tell_try
from flows.errors import EditConflict, EditRefused, FlowsError, SampleRefused, TryRefused
from flows.models import StepSample
from flows.operations.samples import pin_step_sample, read_pasted, unpin_step_sample
from flows.operations.trying import (
    Answering,
    Tried,
    answer_try,
    begin_try,
    clear_try,
    find_begun,
    get_tried_run,
    show_try,
)
from flows.queries.drafts import get_designer_draft
from flows.views.refusals import page_for
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.models import Person
from integrator.people.rights import Action, can

PANEL = "flows/designer/trying/panel.html"
STEP = "flows/designer/trying/step.html"
NOTHING: Mapping[str, Any] = {"name": None}
REFUSALS = (TryRefused, SampleRefused, EditRefused, EditConflict)


@page_for(Action.FLOW_DRAFT)
@require_safe
def show_panel(request: HttpRequest, key: str) -> HttpResponse:
    """The run that the try became, else the try in memory, worked out with the draft as it is now.

    ``?show=memory`` is the try in memory in any case.
    """
    person = get_reader(request)
    begun = find_begun(key=key, person=person)
    if begun is None:
        return answer_panel(request, key, None)
    run = get_tried_run(begun, person) if request.GET.get("show") != "memory" else None
    if run is not None:
        get_designer_draft(person, key)  # 404 or 403 where the flow is no longer theirs to draft
        return answer_real(request, run)
    return answer_panel(request, key, show_try(key=key, person=person))


@page_for(Action.FLOW_DRAFT)
@require_POST
def begin(request: HttpRequest, key: str) -> HttpResponse:
    """``reach`` (all, to, step) and ``step``: begin anew with the sample data."""
    person = get_reader(request)
    reach, step = request.POST.get("reach", ""), request.POST.get("step", "")

    def act() -> Tried:
        return begin_try(key=key, person=person, reach=reach, step=step, now=timezone.now())

    return attempt(request, key, act)


@page_for(Action.FLOW_DRAFT)
@require_POST
def answer(request: HttpRequest, key: str) -> HttpResponse:
    """One answer in place of whoever is asked, or another one for a call."""
    person = get_reader(request)

    def act() -> Tried:
        value = _read_answer(request, show_try(key=key, person=person))
        return answer_try(key=key, person=person, answer=value, now=timezone.now())

    return attempt(request, key, act)


@page_for(Action.FLOW_DRAFT)
@require_POST
def clear(request: HttpRequest, key: str) -> HttpResponse:
    """Forget the try, and take its states off the views."""
    clear_try(key=key, person=get_reader(request))
    return answer_panel(request, key, None)


@page_for(Action.FLOW_DRAFT)
@require_POST
def pin(request: HttpRequest, key: str) -> HttpResponse:
    """Pin what the step gave in this try as its sample, or let it go (``pinned=no``)."""
    person, step = get_reader(request), request.POST.get("step", "")

    def act() -> Tried | None:
        if request.POST.get("pinned") == "no":
            unpin_step_sample(key=key, person=person, step=step)
            return show_try(key=key, person=person)
        _pin(key, person, step)
        return show_try(key=key, person=person)

    return attempt(request, key, act)


@page_for(Action.FLOW_DRAFT)
@require_safe
def show_step(request: HttpRequest, key: str, step: str) -> HttpResponse:
    """What the step did last in the try, for its settings; empty where it was not reached."""
    person = get_reader(request)
    tried = show_try(key=key, person=person)
    found = get_designer_draft(person, key)
    page = tell_try(tried, found.definition) if tried is not None else None
    visit = next((line for line in reversed(page.lines) if line.step == step), None) if page is not None else None
    return render_page(request, STEP, {"flow": found.flow, "visit": visit})


def attempt(request: HttpRequest, key: str, act: Callable[[], Tried | None]) -> HttpResponse:
    """The panel after ``act``; where that is refused, as it was, with the reason on top."""
    try:
        return answer_panel(request, key, act())
    except REFUSALS as error:
        tried = show_try(key=key, person=get_reader(request))
        return answer_panel(request, key, tried, error=error)


def answer_panel(
    request: HttpRequest,
    key: str,
    tried: Tried | None,
    *,
    error: FlowsError | None = None,
    triggers: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The fragment, with the states for the views as an event."""
    person = get_reader(request)
    found = get_designer_draft(person, key)
    typed = {name: str(value) for name, value in request.POST.items()} if error is not None else None
    said = error.message if error is not None else ""
    page = tell_try(tried, found.definition, error=said, typed=typed) if tried is not None else None
    context = {
        "flow": found.flow,
        "page": page,
        "refusal": said,
        "may_be_real": can(person, Action.FLOW_TRY, found.flow.team_id),
        "has_steps": bool(found.definition.steps),
    }
    events = {"designer:overlay": page.overlay if page is not None else NOTHING, **(triggers or {})}
    return render_page(request, PANEL, context, status=400 if error is not None else 200, triggers=events)


def _pin(key: str, person: Person, step: str) -> None:
    tried = show_try(key=key, person=person)
    output = tried.simulated.get_output(step) if tried is not None else None
    if tried is None or output is None:
        raise TryRefused("try.not_asked", "This step gave nothing in the try, so there is nothing to pin.")
    covered = tried.simulated.veil.mask(output)
    source, label = StepSample.Source.TRY, "pinned from a try"
    pin_step_sample(key=key, person=person, step=step, output=covered, source=source, now=timezone.now(), label=label)


def _read_answer(request: HttpRequest, tried: Tried | None) -> Answering:
    """What the pressed button says. Raises TryRefused, SampleRefused."""
    posted = request.POST
    step, way = posted.get("step", ""), posted.get("way", "")
    if way in ("call", "call_once"):
        return Answering(step=step, value=_read_object(posted.get("value", "")), replaces=True)
    if way in ("timeout", "now"):
        return Answering(step=step, value={way: True})
    if way == "message":
        return Answering(step=step, value={"data": _read_value(posted.get("value", ""))})
    if way == "output":
        return Answering(step=step, value={"output": _read_value(posted.get("value", ""))})
    if way == "output_again":
        return Answering(step=step, value={"output": _read_value(posted.get("value", ""))}, replaces=True)
    if way in ("rows", "rows_again"):
        return Answering(step=step, value={"rows": posted.get("value", "").replace("\r\n", "\n")}, replaces=True)
    if way == "fails":
        message = posted.get("value", "").strip() or "The other flow failed."
        return Answering(step=step, value={"error": {"code": "run.stopped", "message": message[:500]}})
    return Answering(step=step, value=_read_outcome(request, step, tried))


def _read_outcome(request: HttpRequest, step: str, tried: Tried | None) -> dict[str, JSON]:
    missing = tried.simulated.missing if tried is not None else ()
    asked = next((each for each in missing if each.step == step), None)
    posted = {name: str(value) for name, value in request.POST.items()}
    form = asked.question.form if asked is not None and asked.question is not None else None
    value: dict[str, JSON] = {"outcome": posted.get("outcome", "")}
    data = read_answers(form, posted)
    is_rejection = asked is not None and asked.kind == "approval" and value["outcome"] == "rejected"
    if data is not None and not (is_rejection and not any(data.values())):
        value["data"] = data
    if posted.get("comment", "").strip():
        value["comment"] = posted["comment"]
    if posted.get("by", "").strip():
        value["by"] = posted["by"].strip()[:150]
    return value


def _read_value(text: str) -> JSON:
    return read_pasted(text) if text.strip() else None


def _read_object(text: str) -> dict[str, JSON]:
    value = read_pasted(text)
    if not isinstance(value, dict):
        raise TryRefused("try.answer_invalid", 'An answer is an object such as {"status": 200, "body": {}}.')
    return value

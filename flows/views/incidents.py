"""Pages of incidents: what waits for an answer, by cause, and the page that takes one. Each answer is one operation."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from flows.definition.flow_file import definition_from_data
from flows.definition.model import FlowDefinition, Step, key_words
from flows.definition.words import count_of
from flows.errors import FlowsError, IncidentRefused
from flows.models import Effect, Incident, StepVisit
from flows.models import Step as StepRow
from flows.operations.runs import answer_incident
from flows.operations.runs.answering import list_answers
from flows.queries import get_incident_for, group_open_incidents, list_late
from flows.queries.causes import Cause, Causes
from flows.veils import get_run_veil
from flows.views.filters import make_flow_filter
from flows.views.incident_forms import TypedField, make_fields, make_output_field, read_fields, read_output
from flows.views.incident_words import can_change_settings, card_of, list_ports, say_where
from flows.views.refusals import page_for
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.rights import Action, can, can_anywhere

MAX_AT_ONCE = 200
FORM_ANSWERS = ("retry_edited", "skip", "happened")
Form = dict[str, Any]


@page_for(Action.RUN_READ)
@require_safe
def show_incidents(request: HttpRequest) -> HttpResponse:
    """What is open, one entry a cause; and for operators what is late."""
    person, flow = get_reader(request), request.GET.get("flow", "")
    found = group_open_incidents(person, flow=flow)
    titles = _find_titles(found)
    context = {
        "causes": [_tell_cause(cause, titles, person_can=can(person, Action.INCIDENT_ANSWER, cause.newest.team_id))
                   for cause in found.causes],
        "found": found,
        "filters": [make_flow_filter(person, flow)],
        "is_filtered": bool(flow),
        "summary": _summarise(found),
        "late": list_late(person, now=timezone.now()) if can_anywhere(person, Action.RUN_OPERATE) else [],
    }  # fmt: skip
    return render_page(request, "flows/incidents.html", context)


@page_for(Action.RUN_READ)
@require_http_methods(["GET", "POST"])
def show_incident(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """One incident with its answers; ``?answer=`` unfolds the form of one. POST answers."""
    incident = get_incident_for(get_reader(request), incident_id)
    definition = definition_from_data(incident.run.version.document)
    step = definition.steps.get(incident.step_key)
    if request.method == "POST":
        word = request.POST.get("answer", "")
        form, data = _read_form(request, word, incident, step)
        if form.get("error"):
            return _render(request, incident, definition, form, status=400)
        try:
            answer_incident(
                incident_id=incident_id, person=get_reader(request), answer=word, data=data, now=timezone.now()
            )
        except IncidentRefused as error:
            return _tell_refusal(request, incident, definition, form, error)
        messages.success(request, _ANSWERED.get(word, "Your answer is kept. The run takes it up."))
        return redirect("run", run_id=incident.run_id)
    word = request.GET.get("answer", "")
    form = _make_form(word, incident, step) if word in FORM_ANSWERS and word in list_answers(incident) else {}
    return _render(request, incident, definition, form)


@page_for(Action.INCIDENT_ANSWER)
@require_POST
def retry_all(request: HttpRequest) -> HttpResponse:
    """Answers several incidents of one cause with "try again"; says how many, and what stood against the others."""
    wanted = [ident for ident in map(_read_id, request.POST.getlist("incident")) if ident][:MAX_AT_ONCE]
    refusals: list[str] = []
    for incident_id in wanted:
        try:
            answer_incident(
                incident_id=incident_id, person=get_reader(request), answer="retry", data={}, now=timezone.now()
            )
        except FlowsError as error:
            refusals.append(error.message)
    done = len(wanted) - len(refusals)
    if done:
        messages.success(request, f"{count_of(done, 'run')} {'is' if done == 1 else 'are'} tried again.")
    if refusals:
        messages.warning(request, f"{len(refusals)} could not be answered: {refusals[0]}")
    return redirect("incidents")


_ANSWERED = {
    "retry": "It is tried again.",
    "retry_edited": "It is tried with your changes. Before and after are both kept.",
    "skip": "The step is skipped. The run goes on without it.",
    "give_up": "The run ends as failed.",
    "happened": "It counts as done. The run goes on with the result you entered.",
}


def _make_form(word: str, incident: Incident, step: Step | None) -> Form:
    form: Form = {"answer": word, "fields": [], "ports": [], "output": None}
    if word == "retry_edited" and step is not None and can_change_settings(step):
        form["fields"] = make_fields(step, _read_input(incident))
    if word in {"skip", "happened"}:
        form["output"] = make_output_field()
    if word == "skip" and step is not None:
        form["ports"] = list_ports(step)
    return form


def _read_form(request: HttpRequest, word: str, incident: Incident, step: Step | None) -> tuple[Form, dict[str, Any]]:
    """The form with what was typed, and the operation's ``data``; ``error`` is set when something cannot be read."""
    form = _make_form(word, incident, step)
    if word == "retry_edited":
        fields, settings = read_fields(form["fields"], request.POST)
        return {**form, "fields": fields, "error": _first_error(fields)}, {"settings": settings}
    if word not in {"skip", "happened"}:
        return form, {}
    output, value = read_output(request.POST.get("output", ""))
    port = request.POST.get("port") or (list_ports(step)[0] if step else "next")
    data = {"port": port, "output": value} if word == "skip" else {"output": value}
    return {**form, "output": output, "port": port, "error": output.error}, data


def _first_error(fields: list[TypedField]) -> str:
    return next((field.error for field in fields if field.error), "")


def _tell_refusal(
    request: HttpRequest, incident: Incident, definition: FlowDefinition, form: Form, error: IncidentRefused
) -> HttpResponse:
    """Somebody was quicker: the run page says more than the form. Anything else is told beside what was typed."""
    if error.code == "incident.answered_already":
        messages.warning(request, error.message)
        return redirect("run", run_id=incident.run_id)
    return _render(request, incident, definition, {**form, "error": error.message}, status=400)


def _render(
    request: HttpRequest, incident: Incident, definition: FlowDefinition, form: Form, *, status: int = 200
) -> HttpResponse:
    step = definition.steps.get(incident.step_key)
    effect = Effect.objects.filter(id=incident.effect_id).first() if incident.effect_id else None
    may_answer = can(get_reader(request), Action.INCIDENT_ANSWER, incident.team_id)
    ports = [(port, say_where(step, port, definition)) for port in form.get("ports", ())] if step else []
    context = {
        "incident": incident,
        "run": incident.run,
        "step": step,
        "step_title": step.title if step else "",
        "card": card_of(incident, definition, effect, may_answer=may_answer),
        "form": {**form, "ports": ports},
        "has_form": form.get("answer") in FORM_ANSWERS,
        "effect": effect,
        "request_sent": get_run_veil(incident.run).mask(json.loads(effect.request)) if effect else None,
    }
    return render_page(request, "flows/incident.html", context, status=status)


def _tell_cause(cause: Cause, titles: dict[tuple[int, str], str], *, person_can: bool) -> dict[str, Any]:
    newest = cause.newest
    step = titles.get((newest.run.version_id, newest.step_key)) or key_words(newest.step_key)
    return {
        "cause": cause,
        "title": step or "The run as a whole",
        "flow": newest.run.flow,
        "message": newest.message,
        "since_at": cause.since_at,
        "count": len(cause.incidents),
        "can_retry": person_can and newest.code != "effect.unknown",
        "may_answer": person_can,
    }


def _find_titles(found: Causes) -> dict[tuple[int, str], str]:
    """The titles of the steps concerned, by version and key. One query."""
    versions = {incident.run.version_id for cause in found.causes for incident in cause.incidents[:1]}
    rows = StepRow.objects.filter(version_id__in=versions).values_list("version_id", "key", "name")
    return {(version, key): name or key_words(key) for version, key, name in rows}


def _summarise(found: Causes) -> str:
    if not found.count:
        return "Nothing needs a person."
    count = f"{found.count} or more runs need" if found.is_cut else (
        "1 run needs" if found.count == 1 else f"{found.count} runs need"
    )  # fmt: skip
    return f"{count} a person, for {'one cause' if len(found.causes) == 1 else f'{len(found.causes)} causes'}."


def _read_input(incident: Incident) -> Any:
    if incident.visit_id is None:
        return None
    text = StepVisit.objects.filter(id=incident.visit_id).values_list("input", flat=True).first()
    return get_run_veil(incident.run).mask(json.loads(text)) if text else None


def _read_id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None

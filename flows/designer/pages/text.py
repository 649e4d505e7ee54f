"""The draft as its file: shown, judged while it is typed, kept while it is unfinished. Saving it is an edit."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from flows.definition.flow_file import write_flow_file
from flows.definition.kind import Finding
from flows.designer.pages.shell import frame_designer
from flows.designer.text_check import Reading, read_fragment, read_text
from flows.errors import EditRefused
from flows.operations.drafts import keep_text
from flows.queries.drafts import DesignerDraft, get_designer_draft
from flows.views.refusals import page_for
from integrator.api.problems import build_problem
from integrator.lib.strict_json import StrictJSONError, parse
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.rights import Action

MAX_BYTES = 2_097_152


@page_for(Action.FLOW_DRAFT)
@require_safe
def show_text(request: HttpRequest, key: str) -> HttpResponse:
    """The flow file of one's own draft; unfinished text where some was kept."""
    frame = frame_designer(request, key, "text")
    found: DesignerDraft = frame["found"]
    saved = write_text(found)
    text = found.draft.pending_text or saved
    context = {
        **frame,
        "text": text,
        "saved_text": saved,
        "is_pending": bool(found.draft.pending_text),
        "findings": [tell_finding(finding) for finding in read_text(text, found.flow).findings],
    }
    return render_page(request, "flows/designer/text.html", context)


@page_for(Action.FLOW_DRAFT)
@require_POST
def check_text(request: HttpRequest, key: str) -> HttpResponse:
    """``{text}`` → ``{findings: [{line, severity, message, step}], document}``; keeps the text where it is unfinished.

    ``document`` is None where the text has no shape of a flow.
    """
    person = get_reader(request)
    found = get_designer_draft(person, key)
    try:
        text = _read(request)
        reading = read_text(text, found.flow)
        if text != (found.draft.pending_text or write_text(found)):
            keep_text(key=key, person=person, text="" if text == write_text(found) else text, now=timezone.now())
    except EditRefused as error:
        return _refuse(error)
    return JsonResponse(tell_reading(reading))


@page_for(Action.FLOW_DRAFT)
@require_POST
def forget_text(request: HttpRequest, key: str) -> HttpResponse:
    """Forgets unfinished text; answers ``{text}`` with the draft's own."""
    person = get_reader(request)
    found = get_designer_draft(person, key)
    if found.draft.pending_text:
        keep_text(key=key, person=person, text="", now=timezone.now())
    return JsonResponse({"text": write_text(found)})


@page_for(Action.FLOW_DRAFT)
@require_POST
def take_fragment(request: HttpRequest, key: str) -> HttpResponse:
    """``{text}`` of a flow file or a piece of one → ``{fragment}`` to paste; 400 where it holds no steps."""
    get_designer_draft(get_reader(request), key)
    try:
        fragment = read_fragment(_read(request))
    except EditRefused as error:
        return _refuse(error)
    if fragment is None:
        return _refuse(
            EditRefused("edit.no_steps", "There are no steps in what was copied. Copy steps or a flow file.")
        )
    return JsonResponse({"fragment": fragment})


def write_text(found: DesignerDraft) -> str:
    """The draft as a flow file."""
    return write_flow_file(found.definition)


def tell_reading(reading: Reading) -> dict[str, Any]:
    """The reading as JSON."""
    return {"findings": [tell_finding(finding) for finding in reading.findings], "document": reading.document}


def tell_finding(finding: Finding) -> dict[str, Any]:
    """One finding: ``line`` is 1-based, None if unknown."""
    return {
        "line": finding.line,
        "severity": finding.severity,
        "message": finding.message,
        "step": finding.step,
    }


def _read(request: HttpRequest) -> str:
    if len(request.body) > MAX_BYTES:
        raise EditRefused("edit.text_too_long", "A flow file may have 1 MiB. Shorten the text.")
    try:
        posted = parse(request.body)
    except StrictJSONError as error:
        raise EditRefused("edit.malformed", f"This is not JSON: {error}") from error
    text = posted.get("text") if isinstance(posted, dict) else None
    if not isinstance(text, str):
        raise EditRefused("edit.malformed", "'text' must be the text of a flow file.")
    return text


def _refuse(error: EditRefused) -> HttpResponse:
    response = build_problem(error)
    if response is None:
        raise error
    return response

"""State, edits, undo, redo and pulse of one's own draft. JSON in and out; refusals are ``application/problem+json``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from flows.designer.kinds import tell_kinds
from flows.designer.state import DOING, tell_live, tell_people, tell_state
from flows.errors import EditConflict, EditRefused, FlowRefused
from flows.models import Draft, Flow
from flows.operations.drafts import Edit, EditResult, apply_edit, note_presence, redo_edit, undo_edit
from flows.queries.drafts import get_designed_flow, get_designer_draft, list_present, view_draft
from flows.queries.flows import get_flow_for
from flows.views.refusals import page_for
from integrator.api.problems import build_problem
from integrator.lib.strict_json import StrictJSONError, parse
from integrator.people.access import get_reader
from integrator.people.models import Person
from integrator.people.rights import Action, can

MAX_BYTES = 2_097_152
READING = "reading"
_REFUSALS = (EditRefused, EditConflict, FlowRefused)


@page_for(Action.FLOW_DRAFT)
@require_safe
def show_state(request: HttpRequest, key: str) -> HttpResponse:
    """The draft as it is, or what it would begin with."""
    person = get_reader(request)
    shown = get_designer_draft(person, key, session=request.GET.get("session", "").replace("\0", ""))
    return _json(tell_state(shown, person, now=timezone.now()))


@page_for(Action.FLOW_DRAFT)
@require_POST
def take_edit(request: HttpRequest, key: str) -> HttpResponse:
    """``{id, base, ops, source}`` → the state and ``renamed``; 400 ``edit.…``, 409 ``draft.conflict``."""
    person = get_reader(request)
    flow = get_designed_flow(person, key)
    try:
        edit = read_edit(_read(request))
        result = apply_edit(key=key, person=person, edit=edit, now=timezone.now())
    except _REFUSALS as error:
        return refuse(error)
    return _answer_result(person, flow, result, edit.session)


@page_for(Action.FLOW_DRAFT)
@require_POST
def undo(request: HttpRequest, key: str) -> HttpResponse:
    """``{id?, session?}``, or nothing: takes back the newest edit. → the state, and what it was as ``turned``."""
    return _turn(request, key, undo_edit)


@page_for(Action.FLOW_DRAFT)
@require_POST
def redo(request: HttpRequest, key: str) -> HttpResponse:
    """The same for what was taken back last."""
    return _turn(request, key, redo_edit)


@page_for(Action.FLOW_READ)
@require_safe
def show_pulse(request: HttpRequest, key: str) -> HttpResponse:
    """``{person, draft, revision, people, live_version, live}``, and notes that the reader is there.

    Who may only read is "reading".
    """
    person, now = get_reader(request), timezone.now()
    flow = get_flow_for(person, key)
    may_draft = can(person, Action.FLOW_DRAFT, flow.team_id)
    view = request.GET.get("view", "")
    view = view if may_draft and view in DOING else READING
    note_presence(flow, person, page=view, step=request.GET.get("step", ""), now=now)
    draft, revision = Draft.objects.filter(flow=flow, author=person).values_list("pk", "revision").first() or (None, 0)
    live = tell_live(flow)
    return _json(
        {
            "person": person.pk,
            "draft": draft,
            "revision": revision,
            "people": tell_people(list_present(flow, now=now), None, person),
            "live_version": live["version"] if live else None,
            "live": live,
        }
    )


@page_for(Action.FLOW_DRAFT)
@require_safe
def show_kinds(request: HttpRequest) -> HttpResponse:
    """What steps and triggers there are."""
    return _json(tell_kinds())


def refuse(error: Exception) -> HttpResponse:
    """The problem of a refusal, with its details at the top level: a client needs ``op``, ``paths``, ``revision``."""
    response = build_problem(error)
    if response is None:
        raise error
    return response


def read_edit(posted: dict[str, Any]) -> Edit:
    """The edit in a call. Raises EditRefused ``edit.malformed``."""
    ops, base, draft = posted.get("ops"), posted.get("base"), posted.get("draft")
    if not isinstance(ops, list) or not all(isinstance(op, dict) for op in ops):
        raise _malformed("'ops' must be a list of changes")
    if isinstance(base, bool) or not isinstance(base, int) or base < 0:
        raise _malformed("'base' must be the revision that was changed")
    if draft is not None and (isinstance(draft, bool) or not isinstance(draft, int)):
        raise _malformed("'draft' must be the number of the draft")
    return Edit(
        id=_read_id(posted.get("id")),
        base=base,
        ops=ops,
        source=_read_text(posted, "source", 40),
        session=_read_text(posted, "session", 64),
        draft=draft,
    )


def _turn(request: HttpRequest, key: str, turn: Callable[..., EditResult]) -> HttpResponse:
    person = get_reader(request)
    flow = get_designed_flow(person, key)
    try:
        posted = _read(request) if request.content_type == "application/json" and request.body else {}
        edit_id = _read_id(posted["id"]) if posted.get("id") else None
        session = _read_text(posted, "session", 64)
        result = turn(key=key, person=person, now=timezone.now(), session=session, edit_id=edit_id)
    except _REFUSALS as error:
        return refuse(error)
    return _answer_result(person, flow, result, session)


def _answer_result(person: Person, flow: Flow, result: EditResult, session: str) -> HttpResponse:
    result.draft.flow = flow  # with what the state tells of it, read already
    shown = view_draft(result.draft, result.definition, person, session=session)
    turned = {"turned": result.turned} if result.turned else {}
    return _json({**tell_state(shown, person, now=timezone.now()), "renamed": dict(result.renamed), **turned})


def _json(data: dict[str, Any]) -> JsonResponse:
    return JsonResponse(data, headers={"Cache-Control": "no-store"})


def _read(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > MAX_BYTES:
        raise EditRefused("edit.too_large", "This change is too large. Make it in several parts.")
    try:
        posted = parse(request.body)
    except StrictJSONError as error:
        raise _malformed("it is no JSON") from error
    if not isinstance(posted, dict):
        raise _malformed("it must be a mapping")
    return posted


def _read_id(value: Any) -> UUID:
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError) as error:
        raise _malformed("'id' must be a UUID") from error


def _read_text(posted: dict[str, Any], name: str, most: int) -> str:
    value = posted.get(name, "")
    if not isinstance(value, str):
        raise _malformed(f"'{name}' must be a text")
    return value[:most]


def _malformed(what: str) -> EditRefused:
    return EditRefused("edit.malformed", f"This change cannot be read: {what}. Load the page again and repeat it.")

"""The page on which somebody starts a run by hand: a form of the trigger's schema. One operation does it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from cases.forms import read_answers, read_fields, sort_faults
from flows.definition.flow_file import definition_from_data
from flows.errors import FlowRefused, NotFound
from flows.models import Flow
from flows.operations.intake import Content
from flows.operations.publishing.rights import get_flow_to
from flows.operations.triggering import ask_now, start_by_hand
from flows.queries import get_flow_for
from flows.queries.triggers import describe_trigger
from flows.views.flows import frame_flow
from flows.views.refusals import page_for
from integrator.files.errors import FilesError
from integrator.files.incoming import receive
from integrator.files.members import list_file_places
from integrator.files.upload_handler import read_uploads, takes_files
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.rights import Action

MAX_KEY = 100


@takes_files
@page_for(Action.FLOW_READ)
@require_http_methods(["GET", "POST"])
def start_run(request: HttpRequest, key: str) -> HttpResponse:
    """The form; POST starts a run and leads to it. A second press of the same button starts no second run."""
    person = get_reader(request)
    flow = get_flow_for(person, key)
    get_flow_to(person, key, Action.RUN_START)
    facts = describe_trigger(flow, now=timezone.now())
    if facts is None or not facts.by_hand or flow.live_version is None:
        raise NotFound("flow")
    trigger = definition_from_data(flow.live_version.document).trigger  # its row has lost the order of the fields
    schema = trigger.settings.get("schema") if trigger else None
    typed = request.POST.dict() if request.method == "POST" else None
    faults: dict[str, str] = {}
    errors: list[str] = []
    if typed is not None:
        try:
            started = start_by_hand(
                key=key,
                person=person,
                given=_read_given(request, schema, typed),
                idempotency_key=typed.get("key", "")[:MAX_KEY],
                base_url=settings.BASE_URL.rstrip("/") or request.build_absolute_uri("/").rstrip("/"),
                now=timezone.now(),
            )
        except FlowRefused as error:
            faults, errors = _sort(error, schema)
        except FilesError as error:
            errors = [error.message]
        else:
            messages.success(request, "The run was started." if not started.is_repeat else "It was started already.")
            return _lead_to(started.answer, flow)
    context = {
        "fields": read_fields(schema, typed=typed, faults=faults),
        "errors": errors,
        "key": (typed or {}).get("key", "")[:MAX_KEY] or str(uuid.uuid4()),
        "facts": facts,
        "has_files": bool(list_file_places(schema)),
    }
    status = 400 if typed is not None else 200
    return render_page(
        request, "flows/flow_start.html", {**frame_flow(request, flow, "start"), **context}, status=status
    )


@page_for(Action.FLOW_READ)
@require_POST
def ask(request: HttpRequest, key: str) -> HttpResponse:
    """Has a poll or a mailbox asked now; its page shows what came of it."""
    try:
        flow = ask_now(key=key, person=get_reader(request), now=timezone.now())
    except FlowRefused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"What starts {flow} is being asked now. What comes of it shows here in a moment.")
    return redirect("flow", key=key)


def _read_given(request: HttpRequest, schema: Mapping[str, Any] | None, typed: Mapping[str, str]) -> Any:
    """What was filled in, with the files that came, one a field. Raises UploadRefused for one that is refused."""
    given = read_answers(schema, typed) or {}
    fields = [field for field in read_fields(schema) if field.type == "file"]
    uploads = {file.field: file.upload for file in read_uploads(request)}
    files = {field.key: receive(uploads[field.name]) for field in fields if field.name in uploads}
    for field in fields:
        given.pop(field.key, None)  # what is no file stands for none
    if not files:
        return given
    body = {**given, **{key: dict(file.facts) for key, file in files.items()}}
    return Content(body=body, files=tuple(files.values()), is_form=True)


def _sort(error: FlowRefused, schema: Mapping[str, Any] | None) -> tuple[dict[str, str], list[str]]:
    """The faults by field, and what concerns no field."""
    found = error.details.get("errors")
    if not found:
        return {}, [error.message]
    below = [{"pointer": f"/data{fault['pointer']}", "message": fault["message"]} for fault in found]
    return sort_faults(below, schema)


def _lead_to(answer: Mapping[str, Any], flow: Flow) -> HttpResponse:
    return redirect("run", run_id=answer["run"]) if answer.get("run") else redirect("flow", key=flow.key)

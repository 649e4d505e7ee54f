"""``/start/{path}/``: the page of a form that starts a flow, and its receipt. GET changes nothing, only POST starts.

A public form speaks for nobody: no cookie counts there, so its signed mark stands in for Django's check. An internal
one is checked as every page is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from cases.views.form_filling import FilledForm
from flows.errors import CallRefused
from flows.inbound.reading import read_base_url, read_headers, read_query, read_sender
from flows.inbound.start_guards import (
    STATUS_BY_CODE,
    TRAP,
    Mark,
    admit_look,
    admit_sending,
    guard_form,
    make_mark,
    read_mark,
)
from flows.inbound.status import TOKEN
from flows.operations.intake import InboundCall, keep_refused_call, veil_call
from flows.operations.intake.listeners import NotListening
from flows.operations.intake.start_forms import StartForm, find_start_form, read_sent, submit_form
from flows.queries.status import get_public_status
from integrator.files.errors import FilesError
from integrator.files.incoming import IncomingFile, receive
from integrator.files.members import list_file_places
from integrator.files.upload_handler import SpoolingUploadHandler, read_uploads
from integrator.lib.veil import veiled
from integrator.people.access import ask_to_sign_in, get_reader
from integrator.people.models import Person

PAGES = {True: "flows/start/public.html", False: "flows/start/internal.html"}


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Somebody at a form: who (None: nobody we know), and when."""

    form: StartForm
    person: Person | None
    now: datetime


@csrf_exempt  # of a public form; an internal one is checked below
@require_http_methods(["GET", "HEAD", "POST"])
def show_start_form(request: HttpRequest, path: str) -> HttpResponseBase:
    """The form; POST starts a run and leads to the receipt."""
    now = timezone.now()
    try:
        form = find_start_form(path)
    except NotListening as error:
        return _tell_closed(request, path, error, now=now)
    if form.is_public:
        return _answer(request, Visit(form=form, person=None, now=now))
    if not request.user.is_authenticated:
        return ask_to_sign_in(request)
    visit = Visit(form=form, person=get_reader(request), now=now)
    _prepare_upload(request)  # Django's check reads the form, and after that it is too late
    return csrf_protect(lambda request: _answer(request, visit))(request)


@require_safe
def show_receipt(request: HttpRequest, path: str, token: str) -> HttpResponse:
    """What came of it: the number, and the link to how it stands. For whoever holds the link."""
    status = get_public_status(token) if TOKEN.match(token) else None
    if status is None:
        raise Http404
    try:
        thanks = find_start_form(path).thanks
    except NotListening:
        thanks = ""
    context = {"status": status, "token": token, "thanks": thanks}
    return _private(render(request, "flows/start/receipt.html", context))


def _answer(request: HttpRequest, visit: Visit) -> HttpResponse:
    if request.method == "POST":
        return _take(request, visit)
    try:
        admit_look(read_sender(request))
    except CallRefused as error:
        return _show(request, visit, None, mark=make_mark(visit.now), refusal=error)
    return _show(request, visit, None, mark=make_mark(visit.now))


def _take(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What was sent, with its refusals kept as those of any call are."""
    form, path = visit.form, visit.form.listener.path
    call = _make_call(request, path, visit.now)
    try:
        admit_sending(form, read_sender(request))
    except CallRefused as error:
        _keep(visit, call, error)
        return _show(request, visit, None, mark=make_mark(visit.now), refusal=error)
    if form.is_public:
        _prepare_upload(request)
    filled = FilledForm(form.schema, request.POST)
    mark = read_mark(request.POST.get("mark", ""), path, now=visit.now)
    if filled.add_row():
        return _show(request, visit, filled, mark=mark or make_mark(visit.now))
    data = {key: value for key, value in (filled.data or {}).items() if form.form.by_key[key].type != "file"}
    try:
        files = _read_files(request, form)
        call = read_sent(call, data, files)
        sure = guard_form(mark, request.POST.get(TRAP, ""), now=visit.now)
        accepted = submit_form(form, call, data=data, files=files, nonce=sure.nonce, person=visit.person)
    except CallRefused as error:
        _keep(visit, call, error)
        filled.take_faults([{**fault, "pointer": f"/data{fault['pointer']}"} for fault in error.errors])
        return _show(request, visit, filled, mark=mark or make_mark(visit.now), refusal=error)
    token = str(accepted.answer["status_url"]).rpartition("/")[2]
    return redirect("start_receipt", path=path, token=token)


def _prepare_upload(request: HttpRequest) -> None:
    request.upload_handlers = [SpoolingUploadHandler(request, is_open=True)]


def _read_files(request: HttpRequest, form: StartForm) -> dict[str, IncomingFile]:
    """The files by field, one each; what no field asked for goes with the request. Raises CallRefused."""
    try:
        uploads = {file.field: file.upload for file in read_uploads(request)}
    except FilesError as error:
        raise CallRefused("intake.too_large", error.message) from error
    fields = [field for field in form.form.by_key.values() if field.type == "file"]
    return {field.key: receive(uploads[field.name]) for field in fields if field.name in uploads}


def _make_call(request: HttpRequest, path: str, now: datetime) -> InboundCall:
    return InboundCall(
        path=path,
        method="POST",
        received_at=now,
        base_url=read_base_url(request),
        remote_address=read_sender(request),
        headers=read_headers(request),
        query=read_query(request),
    )


def _keep(visit: Visit, call: InboundCall, error: CallRefused) -> None:
    listener = visit.form.listener
    with veiled(veil_call(listener.reading, call)):
        keep_refused_call(
            call,
            error,
            status=STATUS_BY_CODE[error.code],
            trigger_id=listener.trigger_id,
            team_id=listener.team_id,
        )


def _show(
    request: HttpRequest,
    visit: Visit,
    filled: FilledForm | None,
    *,
    mark: Mark,
    refusal: CallRefused | None = None,
) -> HttpResponse:
    form = visit.form
    drawn = filled or FilledForm(form.schema, None)
    errors = drawn.errors if drawn.is_faulty else [refusal.message] if refusal is not None else []
    context: Mapping[str, Any] = {
        "form": form,
        "sections": drawn.sections,
        "plan": drawn.plan,
        "field_faults": drawn.field_faults,
        "errors": errors,
        "mark": mark.sign(form.listener.path),
        "trap": TRAP,
        "has_files": bool(list_file_places(form.schema)),
        "forgets_files": filled is not None and bool(request.FILES),  # read with what was typed, else not at all
        "is_refused": refusal is not None,
    }
    status = STATUS_BY_CODE[refusal.code] if refusal is not None else 200
    response = render(request, PAGES[form.is_public], context, status=status)
    response["Cache-Control"] = "no-store"
    if refusal is not None and "retry_after_s" in refusal.details:
        response["Retry-After"] = str(refusal.details["retry_after_s"])
    return response


def _tell_closed(request: HttpRequest, path: str, error: NotListening, *, now: datetime) -> HttpResponse:
    """A form that is paused looks like an address nobody knows; what was sent there is kept with the reason."""
    if request.method == "POST":
        call = _make_call(request, path, now)
        keep_refused_call(call, error, status=404, trigger_id=error.trigger_id, team_id=error.team_id)
    return render(request, "flows/start/closed.html", status=404)


def _private(response: HttpResponse) -> HttpResponse:
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response

"""The page of a guest: one task by a signed link. GET shows and changes nothing, only POST answers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from functools import wraps
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from cases.errors import AnswerInvalid, TaskError, TaskNotFound
from cases.form_choices import list_choices
from cases.operations import answer_as_guest, open_guest_task
from cases.operations.guest_files import keep_guest_files
from cases.operations.guests import GuestView
from cases.outcome_buttons import make_buttons
from cases.shown import read_shown
from cases.veils import mask_show
from cases.views.form_filling import FilledForm
from integrator.api.problems import find_status
from integrator.events.actors import Actor
from integrator.files.errors import FilesError
from integrator.files.facts import find_file_ids
from integrator.files.members import list_file_places
from integrator.files.queries import get_files
from integrator.files.reading import read_file
from integrator.files.serving import may_preview
from integrator.files.upload_handler import SpoolingUploadHandler, read_uploads
from integrator.people.adapters import get_client_address
from integrator.rates import Rate, get_counter

LOOKS = Rate(requests=60, per_s=60)  # of one address
ANSWERS = Rate(requests=10, per_s=60)
SHOWN_FOR_S = 86_400  # an answer comes from a page that was loaded at most so long ago
NOT_SHOWN = "The page was open for too long. Look it through once more, then send your answer."
STATUS = {"guest.used": 410, "guest.revoked": 410, "guest.expired": 410, "guest.stale": 410}


def _private(view: Any) -> Any:
    """Keeps the link to itself: nothing is stored, indexed, referred to, or written into the server's log."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        rate = ANSWERS if request.method == "POST" else LOOKS
        wait_s = get_counter().enter(f"guest:{rate.requests}:{get_client_address(request)}", rate)
        try:
            refused = _refuse_rate(request, wait_s) if wait_s > 0 else None
            response: Any = refused or view(request, *args, **kwargs)
        except Http404:
            bar = "This link opens nothing. Copy it whole from the mail, or ask whoever sent it to you."
            response = render(request, "cases/guest.html", {"bar": bar}, status=404)
        response["Referrer-Policy"] = "no-referrer"
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        response._has_been_logged = True  # Django's log of 4xx answers would keep the address, and so the link
        return response  # type: ignore[no-any-return]

    return guarded


def _refuse_rate(request: HttpRequest, wait_s: float) -> HttpResponse:
    bar = "There were too many tries from where you are. Wait a minute, then load the page again."
    response = render(request, "cases/guest.html", {"bar": bar}, status=429)
    response["Retry-After"] = str(max(1, round(wait_s)))
    return response


@csrf_exempt  # no cookie speaks for a guest: the link does, and the page's own signed mark shows that it was loaded
@_private
@require_http_methods(["GET", "HEAD", "POST"])
def show_guest_task(request: HttpRequest, token: str) -> HttpResponse:
    """The task, its form and its answers; the answer by POST.

    Browsers send no origin from a page without referrers, so Django's check would refuse every answer.
    """
    now = timezone.now()
    view = _open(token, now=now)
    if request.method == "POST":
        return _answer(request, view, token, now=now)
    return _render(request, view, token)


@_private
@require_safe
def show_guest_file(request: HttpRequest, token: str, file_id: uuid.UUID) -> HttpResponseBase:
    """A file that the task shows, while the link can still be used."""
    view = _open(token, now=timezone.now())
    if view.bar is not None or file_id not in find_file_ids(view.task.show):
        raise Http404
    file = get_files([file_id]).get(file_id)
    if file is None:
        raise Http404
    how = "preview" if may_preview(file) else "download"
    return read_file(request, file, actor=Actor.guest(view.guest_pass.pk), how=how)


def _open(token: str, *, now: datetime) -> GuestView:
    try:
        return open_guest_task(token=token, now=now)
    except TaskNotFound as error:
        raise Http404 from error


def _answer(request: HttpRequest, view: GuestView, token: str, *, now: datetime) -> HttpResponse:
    task = view.task
    if view.bar is None and list_file_places(task.form):
        request.upload_handlers = [SpoolingUploadHandler(request, is_open=True)]  # else files are read past
    if not _was_shown(request, view):
        stale = AnswerInvalid("task.answer_invalid", [{"pointer": "", "message": NOT_SHOWN}])
        return _render(request, view, token, filled=_fill(view, request), fault=stale)
    try:
        filled = _fill(view, request, keep_guest_files(view.guest_pass, read_uploads(request), now=now))
    except FilesError as error:
        filled = _fill(view, request)
        filled.errors = [error.message]
        return _render(request, view, token, filled=filled, status=find_status(error.code))
    if filled.add_row():
        return _render(request, view, token, filled=filled)
    outcome, data = request.POST.get("outcome", ""), filled.data
    if data is not None and outcome == "rejected" and not any(value is not False for value in data.values()):
        data = None
    comment = request.POST.get("comment", "").replace("\r\n", "\n") or None
    try:
        answer_as_guest(token=token, outcome=outcome, data=data, comment=comment, now=now)
    except TaskNotFound as error:
        raise Http404 from error
    except AnswerInvalid as error:
        return _render(request, view, token, filled=filled, fault=error)
    except TaskError as error:
        return _render(request, GuestView(guest_pass=view.guest_pass, task=task, bar=error), token, status=409)
    return render(request, "cases/guest.html", {"thanks": task.title})


def _fill(view: GuestView, request: HttpRequest, brought: Mapping[str, str] | None = None) -> FilledForm:
    """The task's form with what was sent, if anything was."""
    posted = request.POST if request.method == "POST" else None
    choices = list_choices(view.task) if view.bar is None and view.task.form else None
    return FilledForm(view.task.form, posted, brought=brought or {}, choices=choices)


def _render(
    request: HttpRequest,
    view: GuestView,
    token: str,
    *,
    filled: FilledForm | None = None,
    fault: AnswerInvalid | None = None,
    status: int = 200,
) -> HttpResponse:
    if view.bar is not None:
        code = status if status != 200 else STATUS.get(view.bar.code, 409)
        bar = _say_bar(view.bar)
        return render(request, "cases/guest.html", {"bar": bar, "title": view.task.title}, status=code)
    task = view.task
    form = filled or _fill(view, request)
    form.take_faults(fault.details["errors"] if fault else [])
    context = {
        "view": view,
        "task": task,
        "token": token,
        "guest": token,
        "mark": _make_mark(view),
        "rows": read_shown(mask_show(task)),
        "form": form,
        "sections": form.sections if task.form else [],
        "has_files": bool(list_file_places(task.form)),
        "plan": form.plan,
        "field_faults": form.field_faults,
        "errors": form.errors,
        "comment": request.POST.get("comment", "") if request.method == "POST" else "",
        "comment_error": form.comment_error,
        "buttons": make_buttons(task),
    }
    return render(request, "cases/guest.html", context, status=400 if fault else status)


def _make_mark(view: GuestView) -> str:
    return signing.dumps(str(view.guest_pass.pk), salt="cases.guest.page")


def _was_shown(request: HttpRequest, view: GuestView) -> bool:
    try:
        shown = signing.loads(request.POST.get("mark", ""), salt="cases.guest.page", max_age=SHOWN_FOR_S)
    except signing.BadSignature:
        return False
    return bool(shown == str(view.guest_pass.pk))


def _say_bar(bar: TaskError) -> str:
    """Who of the company answered is nothing for guests."""
    if bar.code.startswith("guest."):
        return bar.message
    if bar.code == "task.claimed":
        return "Somebody is at work on this already. Ask whoever sent the link to you."
    return "This no longer needs your answer. Thank you all the same."

"""The page of one case, with the runs that work on it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from cases.errors import CaseError, CaseForbidden, CaseNotFound
from cases.models import Case
from cases.operations import attach_to_case, update_case
from cases.operations.changing import may_change
from cases.operations.exporting import can_export_evidence
from cases.operations.reading import read_case
from cases.queries import get_case_for, list_case_events
from flows.queries.pages.case import build_case_page
from flows.queries.pages.case_history import TOPICS
from flows.views.reveals import make_reveals
from integrator.events.actors import Actor
from integrator.files.errors import FilesError
from integrator.files.queries import describe_files, list_files_of
from integrator.files.upload_handler import read_one_upload, takes_files
from integrator.pages.context import leads_somewhere
from integrator.pages.paging import count_capped
from integrator.pages.rendering import let_frames_in, render_page
from integrator.people.access import get_reader, signed_in
from integrator.people.models import Person


@signed_in
@require_safe
def show_case(request: HttpRequest, number: str) -> HttpResponse:
    """One case with its contributions and its whole history."""
    person = get_reader(request)
    case = _read_case(person, number)
    topic = request.GET.get("history", "")
    page = build_case_page(
        case,
        person,
        now=timezone.now(),
        zone=timezone.get_current_timezone(),
        topic=topic if topic in dict(TOPICS) else "",
        before=_read_int(request.GET.get("before", "")),
    )
    context = {
        "page": page,
        "case": case,
        "topic": topic,
        "files": describe_files(list_files_of("case", case.number)),
        "reveals": make_reveals(page.hidden),
        "last": page.history.last,
        "may_export_evidence": can_export_evidence(person, case),
        "has_run_pages": leads_somewhere("/runs/"),
        "may_embed": True,
    }
    return let_frames_in(render_page(request, "cases/case.html", context, fragment="history"))


@signed_in
@require_safe
def show_case_news(request: HttpRequest, number: str) -> HttpResponse:
    """For htmx: how many entries the history got since the page was made; 204 for none that it does not say already."""
    case = _get_case(get_reader(request), number)
    last = _read_int(request.GET.get("last", ""))
    count = count_capped(list_case_events(case).filter(id__gt=last), 100)
    if count == _read_int(request.GET.get("said", "")):
        return HttpResponse(status=204)
    return render_page(request, "cases/case_news.html", {"case": case, "last": last, "count": count})


@signed_in
@require_POST
def change_priority(request: HttpRequest, number: str) -> HttpResponse:
    """Another priority, for those who may change the case."""
    person = get_reader(request)
    if not may_change(person, _get_case(person, number)):
        raise PermissionDenied
    changes = {"priority": request.POST.get("priority", "")}
    try:
        update_case(number=number, changes=changes, actor=Actor.person(person), now=timezone.now())
    except CaseError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"The priority is {changes['priority']} now.")
    return redirect("case", number=number)


@takes_files
@signed_in
@require_POST
def attach(request: HttpRequest, number: str) -> HttpResponse:
    """Keeps a file with the case, for those who may change the team's cases."""
    person = get_reader(request)
    _get_case(person, number)
    try:
        upload = read_one_upload(request, "file").upload
        file = attach_to_case(number=number.replace("\x00", ""), person=person, upload=upload, now=timezone.now())
    except CaseNotFound as error:
        raise Http404 from error
    except CaseForbidden as error:
        raise PermissionDenied from error
    except (CaseError, FilesError) as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"“{file.name}” is attached.")
    return redirect("case", number=number)


def _read_int(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _read_case(person: Person, number: str) -> Case:
    """The case as somebody opens it, which is kept where it is confidential."""
    try:
        return read_case(number=number.replace("\x00", ""), person=person)
    except CaseNotFound as error:
        raise Http404 from error


def _get_case(person: Person, number: str) -> Case:
    try:
        return get_case_for(person, number.replace("\x00", ""))
    except CaseNotFound as error:
        raise Http404 from error

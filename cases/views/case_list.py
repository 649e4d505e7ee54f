"""The list of cases: found, narrowed, with the columns of a type, and exported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from cases.case_types import list_columns
from cases.errors import CaseForbidden, CaseInvalid
from cases.models import Case, CaseType, Priority
from cases.operations.case_export import CONTENT_TYPES, export_cases
from cases.operations.views import drop_view, save_view
from cases.queries.case_lists import (
    ME,
    NOBODY,
    OPEN,
    CaseFilter,
    find_cases,
    list_case_teams,
    list_case_types,
    list_statuses,
    read_case_filter,
)
from cases.queries.types import list_offered_types
from cases.queries.views import list_views
from cases.veils import mask_case_data
from integrator.pages.filters import make_filter
from integrator.pages.freshness import FreshLine, count_newer
from integrator.pages.paging import get_page
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader, signed_in
from integrator.people.models import Person
from integrator.people.rights import Action, can_anywhere
from integrator.streaming import send_lines

MINE, PAGE = "mine", "cases"
UNCLOSED = "unclosed"
KEPT = ("q", "status", "type", "team", "owner", "priority", "late", "since", "until", "show", "columns")
MAX_COLUMNS = 4


@signed_in
@require_safe
def show_cases(request: HttpRequest) -> HttpResponse:
    """The cases that this person may see, newest first."""
    person, now = get_reader(request), timezone.now()
    wanted = read_filter(request)
    line = FreshLine(
        request=request,
        kept=KEPT,
        topic="case",
        words=("new case", "new cases"),
        count_since=lambda since_at: count_newer(find_cases(person, wanted, now=now), "opened_at", since_at),
    )
    if line.is_asked:
        return line.answer()
    found = find_cases(person, wanted, now=now)
    walked = find_cases(person, wanted, now=now, is_walked=True) if wanted.q else None
    page = get_page(request, found, order=("-opened_at",), walked=walked)
    types = list(list_case_types())
    columns = _choose_columns(request, next((row for row in types if row.key == wanted.type), None))
    context = {
        "fresh": line.begin(now=now),
        "page": page,
        "columns": columns,
        "rows": [(case, _tell_columns(case, columns)) for case in page.rows],
        "filters": _make_filters(person, wanted),
        "tabs": [
            {"href": "?", "label": "All", "is_here": not wanted.is_mine},
            {"href": f"?show={MINE}", "label": "Mine", "is_here": wanted.is_mine},
        ],
        "is_filtered": wanted != CaseFilter(is_mine=wanted.is_mine),
        "is_mine": wanted.is_mine,
        "views": list_views(person, PAGE),
        "query": _kept_query(request),
        "may_open": bool(list_offered_types(person)),
        "may_export": can_anywhere(person, Action.CASE_EXPORT),
    }
    return render_page(request, "cases/list.html", context, fragment="case-list")


@signed_in
@require_safe
def export(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """The list as a file, for those who may export cases of a team."""
    try:
        text = export_cases(
            person=get_reader(request), wanted=read_filter(request), file_format=file_format, now=timezone.now()
        )
    except CaseForbidden as error:
        raise PermissionDenied from error
    return send_lines(request, text, name=f"cases.{file_format}", content_type=CONTENT_TYPES[file_format])


@signed_in
@require_POST
def keep_view(request: HttpRequest) -> HttpResponse:
    """Keeps the list as it is under a name of one's own."""
    query = request.POST.get("query", "").replace("\x00", "")
    name = request.POST.get("name", "").replace("\x00", "")
    try:
        view = save_view(person=get_reader(request), page=PAGE, name=name, query=query, now=timezone.now())
    except CaseInvalid as error:
        messages.error(request, error.message)
        return redirect("cases")
    messages.success(request, f"“{view.name}” is kept.")
    return redirect(f"{reverse('cases')}?{view.query}")


@signed_in
@require_POST
def remove_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Removes one of one's own views."""
    if not drop_view(person=get_reader(request), view_id=view_id):
        raise Http404
    return redirect("cases")


def read_filter(request: HttpRequest) -> CaseFilter:
    """The filter of an address. ``status=unclosed`` are the open ones."""
    given = {name: str(value) for name, value in request.GET.items()}
    is_open = given.get("status") == UNCLOSED
    if is_open:
        given["status"] = ""
    return read_case_filter(given, state=OPEN if is_open else "", is_mine=given.get("show") == MINE)


def _kept_query(request: HttpRequest) -> str:
    """What of the address a saved view keeps."""
    kept = QueryDict(mutable=True)
    for name in KEPT:
        if request.GET.get(name):
            kept[name] = request.GET[name]
    return kept.urlencode()


def _choose_columns(request: HttpRequest, case_type: CaseType | None) -> list[tuple[str, str]]:
    """The fields of the chosen type to show: those the address names, else its first."""
    if case_type is None:
        return []
    known = list_columns(case_type)
    named = [name for name in request.GET.get("columns", "").split(",") if name]
    chosen = [column for column in known if column[0] in named] if named else known
    return chosen[:MAX_COLUMNS]


def _tell_columns(case: Case, columns: Sequence[tuple[str, str]]) -> list[tuple[str, Any]]:
    if not columns:
        return []
    data = mask_case_data(case)
    return [(label, _say(data.get(key)) if isinstance(data, dict) else "") for key, label in columns]


def _say(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)[:80]


def _make_filters(person: Person, wanted: CaseFilter) -> list[dict[str, Any]]:
    types = list_case_types()
    status = UNCLOSED if wanted.state == OPEN else wanted.status
    statuses = [(name, name.replace("_", " ")) for name in list_statuses(types)]
    return [
        make_filter("status", "Status", status, [(UNCLOSED, "not closed"), *statuses]),
        make_filter("type", "Type", wanted.type, [(row.key, row.name) for row in types]),
        make_filter("team", "Team", wanted.team, [(row.slug, row.name) for row in list_case_teams(person)]),
        make_filter("owner", "Owner", wanted.owner, [(ME, "me"), (NOBODY, "nobody")]),
        make_filter("priority", "Priority", wanted.priority, Priority.choices),
        make_filter("late", "Late", wanted.late, [("true", "something is overdue")]),
    ]

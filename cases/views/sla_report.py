"""See → SLA report: how work ended, in time or late, by month, type and team; the clocks behind a number; as a file."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.models import SlaClock
from cases.queries.workload import find_seen
from cases.sla.book import Book
from cases.sla.operations.alerting import path_of, title_of
from cases.sla.queries import describe_clock
from cases.sla.queries.report import WHATS, ReportFilter, ReportRow, list_ended, make_report, say_month, sum_up
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.lib.csv_safe import safe_row
from integrator.pages.paging import get_page
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader, needs
from integrator.people.rights import Action, can_anywhere

PERIODS = {"30": "30 days", "90": "90 days", "365": "A year"}
NO_CASE = "No case"  # as the rows say it
NAMED = ("case_type", "team", "what", "state")


@needs(Action.CASE_READ)
@require_safe
def show_report(request: HttpRequest) -> HttpResponse:
    """The groups with their bars, and the clocks of one of them when it is opened."""
    reader, wanted = get_reader(request), _read_filter(request)
    rows = make_report(reader, wanted)
    context: dict[str, Any] = {
        "rows": rows,
        "total": sum_up(rows),
        "period": _read_period(request),
        "periods": PERIODS,
        "wanted": wanted,
        "chosen": _tell_chosen(wanted, rows),
        "is_open": "open" in request.GET,
        "may_export": can_anywhere(reader, Action.CASE_EXPORT),
    }
    if context["is_open"]:
        related = list_ended(reader, wanted).select_related("task__case", "case", "team", "case_type")
        page = get_page(request, related, order=("-ended_at",))
        book, now = Book(), timezone.now()
        seen = find_seen(reader, [clock.task for clock in page.rows if clock.task is not None])
        context["page"] = page
        context["clocks"] = [_tell(clock, book, now, seen) for clock in page.rows]
    return render_page(request, "cases/sla_report.html", context, fragment="report")


@needs(Action.CASE_EXPORT)
@require_safe
def export_report(request: HttpRequest) -> HttpResponse:
    """The same groups as a CSV file; that it was made is an event."""
    reader = get_reader(request)
    rows = make_report(reader, _read_filter(request))
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="sla-report.csv"'
    writer = csv.writer(answer)
    writer.writerow(["month", "case type", "team", "what", "in time", "late", "in time %", "median used %"])
    for row in rows:
        cells = [row.month, row.case_type, row.team, row.what, row.met, row.late, row.met_percent, row.median_used]
        writer.writerow(safe_row(cells))
    told = {"what": "SLA report", "format": "csv", "filters": {name: request.GET[name] for name in request.GET}}
    with transaction.atomic():
        record("export.made", actor=Actor.person(reader), subject=("report", "sla"), data=told)
    return answer


def _tell(clock: SlaClock, book: Book, now: datetime, seen: set[UUID]) -> dict[str, Any]:
    """Without a path for a task whose page the reader does not see."""
    view = describe_clock(clock, now, book=book)
    path = path_of(clock) if clock.task_id is None or clock.task_id in seen else ""
    return {"clock": view, "title": title_of(clock), "path": path, "row": clock}


def _tell_chosen(wanted: ReportFilter, rows: Sequence[ReportRow]) -> list[tuple[str, str]]:
    """What the report is narrowed to, each with the parameter that does so: in words, where a row has them.

    Without a row, a case type and a team are told by their short names.
    """
    row = rows[0] if rows else None
    case_type = NO_CASE if wanted.case_type == "-" else wanted.case_type
    what = WHATS.get("" if wanted.what == "case" else wanted.what, wanted.what)
    words = {
        "month": say_month(wanted.month),
        "case_type": row.case_type if row is not None else case_type,
        "team": row.team if row is not None else wanted.team,
        "what": row.what if row is not None else what,
    }
    return [(name, said) for name, said in words.items() if getattr(wanted, name)]


def _read_period(request: HttpRequest) -> str:
    given = request.GET.get("period", "90")
    return given if given in PERIODS else "90"


def _read_filter(request: HttpRequest) -> ReportFilter:
    """The chosen period until now, or one month of it."""
    now = timezone.localtime()
    since, until = now - timedelta(days=int(_read_period(request))), now + timedelta(seconds=1)
    month = request.GET.get("month", "")
    begun = _read_month(month, now)
    if begun is not None:
        since, until = begun, (begun + timedelta(days=32)).replace(day=1)
    named = {name: request.GET.get(name, "")[:100].replace("\x00", "") for name in NAMED}
    return ReportFilter(since_at=since, until_at=until, month=month if begun else "", **named)


def _read_month(text: str, now: datetime) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=now.tzinfo)
    except ValueError:
        return None

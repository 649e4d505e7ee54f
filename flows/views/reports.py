"""See → Reports: charts of open cases, cycle times, breaches, steps and teams, for any period; each as a file."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from cases.queries.case_lists import list_case_teams, list_case_types
from cases.reports.log import Scope
from cases.reports.periods import make_scope, read_day
from flows.queries.pages.reports import Report, make_report
from flows.views.report_sheets import SHEETS
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.lib.csv_safe import safe_row
from integrator.pages.charts import Columns, make_columns, share_of
from integrator.pages.filters import make_filter
from integrator.pages.rendering import render_page
from integrator.pages.words import say_duration
from integrator.people.access import get_reader, needs
from integrator.people.models import Person
from integrator.people.rights import Action, can_anywhere

PERIODS = {"7": "7 days", "30": "30 days", "90": "90 days", "365": "A year"}
USUAL = "30"
HOUR = timedelta(hours=1)


@needs(Action.CASE_READ)
@require_safe
def show_reports(request: HttpRequest) -> HttpResponse:
    """All figures of a period, each as a chart with its numbers."""
    person = get_reader(request)
    scope, period = read_scope(request)
    report = make_report(person, scope)
    most_waited = max((line.total for line in report.steps), default=timedelta())
    context = {
        "report": report,
        "period": period,
        "periods": PERIODS,
        "since": timezone.localtime(scope.since_at).date(),
        "until": timezone.localtime(scope.until_at - timedelta(seconds=1)).date(),
        "filters": _make_filters(person, scope),
        "ages": _with_shares(report.ages, lambda band: band.count),
        "cycle_chart": _draw_cycles(report),
        "breach_chart": _draw_breaches(report),
        "steps": [(line, share_of(line.total / HOUR, most_waited / HOUR)) for line in report.steps],
        "looks": (("bar-plain", "in time"), ("bar-bad", "late")),
        "may_export": can_anywhere(person, Action.CASE_EXPORT),
        "may_move": can_anywhere(person, Action.TASK_REASSIGN),
        "teams": _with_shares(report.teams, lambda line: line.open),
    }
    return render_page(request, "cases/reports.html", context)


@needs(Action.CASE_EXPORT)
@require_safe
def export_report(request: HttpRequest, what: str) -> HttpResponse:
    """One of the five as a CSV file; that it was made is an event."""
    if what not in SHEETS:
        raise Http404
    reader = get_reader(request)
    scope, _ = read_scope(request)
    heads, rows = SHEETS[what](make_report(reader, scope))
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="report-{what}.csv"'
    writer = csv.writer(answer)
    writer.writerow(heads)
    writer.writerows(safe_row(row) for row in rows)
    filters = {
        "since": scope.since_at.isoformat(),
        "until": scope.until_at.isoformat(),
        "team": scope.team,
        "type": scope.case_type,
    }
    told = {
        "what": f"report on {what}",
        "format": "csv",
        "filters": {key: each for key, each in filters.items() if each},
    }
    with transaction.atomic():
        record("export.made", actor=Actor.person(reader), subject=("report", what), data=told)
    return answer


def read_scope(request: HttpRequest) -> tuple[Scope, str]:
    """What the address asks for, and which of the usual periods it is, "" for days of one's own.

    Days are the reader's, the last one is counted whole; the end never lies in the future.
    """
    now = timezone.localtime()
    first, last = read_day(request.GET.get("since", "")), read_day(request.GET.get("until", ""))
    named = {
        "team": request.GET.get("team", "")[:100].replace("\x00", ""),
        "case_type": request.GET.get("type", "")[:100].replace("\x00", ""),
    }
    if first is not None or last is not None:
        return make_scope(now=now, since=first, until=last, days=int(USUAL), **named), ""
    period = request.GET.get("period", USUAL)
    period = period if period in PERIODS else USUAL
    return make_scope(now=now, since=None, until=None, days=int(period), **named), period


def _make_filters(person: Person, scope: Scope) -> list[dict[str, Any]]:
    return [
        make_filter("team", "Team", scope.team, [(row.slug, row.name) for row in list_case_teams(person)]),
        make_filter("type", "Case type", scope.case_type, [(row.key, row.name) for row in list_case_types()]),
    ]


def _with_shares(rows: Sequence[Any], figure: Callable[[Any], int]) -> list[tuple[Any, float]]:
    most = max((figure(row) for row in rows), default=0)
    return [(row, share_of(figure(row), most)) for row in rows]


def _draw_cycles(report: Report) -> Columns:
    rows = []
    for part in report.cycles:
        median = part.times.median or timedelta()
        words = f"{part.times.count} closed, half within {_say(median)}" if part.times.count else "none closed"
        rows.append((_say_day(part.slice.since_at), words, [(median / HOUR, "bar-plain")]))
    longest = max((part.times.median for part in report.cycles if part.times.median), default=timedelta())
    return make_columns(rows, top=_say(longest))


def _draw_breaches(report: Report) -> Columns:
    rows = [
        (
            _say_day(part.slice.since_at),
            f"{part.late} of {part.met + part.late} late" if part.met + part.late else "none ended",
            [(part.met, "bar-plain"), (part.late, "bar-bad")],
        )
        for part in report.breaches
    ]
    return make_columns(rows, top=str(max((part.met + part.late for part in report.breaches), default=0)))


def _say(length: timedelta | None) -> str:
    return "" if length is None else say_duration(length)


def _say_day(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j M Y")

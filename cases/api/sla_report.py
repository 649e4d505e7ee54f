"""``/api/v1/reports/sla``: how work ended, in time or late, in groups, and the clocks behind the figures."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.api.periods import PERIOD_PARAMETERS, PeriodSerializer, get_report_reader, read_scope
from cases.models import SlaClock
from cases.shapes import as_time
from cases.sla.operations.alerting import title_of
from cases.sla.queries.report import WHATS, ReportFilter, ReportRow, list_ended, make_report, sum_up
from integrator.api.bodies import read_choice
from integrator.api.docs import LIST_PROBLEMS, PAGE_PARAMETERS, answers, page_of, query
from integrator.api.paging import answer_page

SORTS = tuple(what or "case" for what in WHATS)
STATES = ("met", "breached")
PARAMETERS = (
    *PERIOD_PARAMETERS[:-1],
    query("type", "The key of a case type; - for work without a case."),
    query("what", "Of what: a sort of task, or whole cases.", choices=SORTS),
    query("state", "met: in time; breached: late.", choices=STATES),
)


class EndedSerializer(serializers.Serializer[Any]):
    """How many clocks ended in time and late. Shares of the budget are in whole per cent; 100 is all of it."""

    in_time = serializers.IntegerField()
    late = serializers.IntegerField()
    in_time_percent = serializers.IntegerField(help_text="Of those that ended, 0 without any.")
    median_used_percent = serializers.IntegerField(help_text="Half used no more of their budget, 0 without any.")


class SlaRowSerializer(EndedSerializer):
    """One group. ``month`` is 2026-11, of the end; ``type`` null: work without a case."""

    month = serializers.CharField()
    type = serializers.CharField(allow_null=True)
    type_name = serializers.CharField()
    team = serializers.CharField()
    team_name = serializers.CharField()
    what = serializers.ChoiceField(SORTS)


class SlaReportSerializer(PeriodSerializer):
    """All of the period, and its groups: the newest month first, then by type and team."""

    total = EndedSerializer()
    rows = SlaRowSerializer(many=True)


class EndedClockSerializer(serializers.Serializer[Any]):
    """A clock that ended: of a task or of a case."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    what = serializers.ChoiceField(SORTS)
    task = serializers.UUIDField(allow_null=True)
    case = serializers.CharField(allow_null=True)
    type = serializers.CharField(allow_null=True)
    team = serializers.CharField()
    state = serializers.ChoiceField(STATES)
    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField()
    budget_s = serializers.IntegerField()
    used_percent = serializers.IntegerField(help_text="Of the budget, when it ended.")


class SlaReportView(APIView):
    """In time or late."""

    @extend_schema(
        operation_id="report_sla",
        tags=["reports"],
        parameters=[*PARAMETERS],
        responses=answers(SlaReportSerializer, 404, *LIST_PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """How the clocks of a period ended, by month, case type, team and sort of work. At most 200,000 count."""
        person, wanted = get_report_reader(request), _read_filter(request)
        rows = make_report(person, wanted)
        since, until = as_time(wanted.since_at), as_time(wanted.until_at)
        found = [_tell_row(row) for row in rows]
        return Response({"since": since, "until": until, "total": _tell_ended(sum_up(rows)), "rows": found})


class SlaReportClocksView(APIView):
    """The clocks behind a number."""

    @extend_schema(
        operation_id="list_ended_clocks",
        tags=["reports"],
        parameters=[*PARAMETERS, *PAGE_PARAMETERS],
        responses=answers(page_of(EndedClockSerializer), 404, *LIST_PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """The clocks that ended in a period, of the tasks and cases that you see, newest first."""
        person, wanted = get_report_reader(request), _read_filter(request)
        clocks = list_ended(person, wanted).select_related("task__case", "case", "team", "case_type")
        return answer_page(request, clocks, order=("-ended_at",), serialize=_tell_clock)


def _read_filter(request: Request) -> ReportFilter:
    scope = read_scope(request)
    return ReportFilter(
        since_at=scope.since_at,
        until_at=scope.until_at,
        case_type=scope.case_type,
        team=scope.team,
        what=read_choice(request, "what", SORTS),
        state=read_choice(request, "state", STATES),
    )


def _tell_ended(row: ReportRow) -> dict[str, Any]:
    shares = {"in_time_percent": row.met_percent, "median_used_percent": row.median_used}
    return {"in_time": row.met, "late": row.late, **shares}


def _tell_row(row: ReportRow) -> dict[str, Any]:
    return {
        "month": row.month,
        "type": None if row.case_type_key == "-" else row.case_type_key,
        "type_name": row.case_type,
        "team": row.team_slug,
        "team_name": row.team,
        "what": row.kind,
        **_tell_ended(row),
    }


def _tell_clock(clock: SlaClock) -> dict[str, Any]:
    case = clock.case or (clock.task.case if clock.task else None)
    return {
        "id": str(clock.pk),
        "title": title_of(clock),
        "what": clock.task_kind or "case",
        "task": str(clock.task_id) if clock.task_id else None,
        "case": case.number if case else None,
        "type": clock.case_type.key if clock.case_type else None,
        "team": clock.team.slug,
        "state": clock.state,
        "started_at": as_time(clock.started_at),
        "due_at": as_time(clock.due_at),
        "ended_at": as_time(clock.ended_at),
        "budget_s": clock.budget_s,
        "used_percent": clock.end_percent or 0,
    }

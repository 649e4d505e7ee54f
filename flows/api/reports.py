"""``/api/v1/reports/…``: the figures of the report page for programs: cases, cycle times, breaches, steps, teams."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.api.periods import (
    PERIOD_PARAMETERS,
    PeriodSerializer,
    TimesSerializer,
    get_report_reader,
    read_scope,
    tell_length,
    tell_period,
    tell_times,
)
from cases.reports.figures import AGES
from flows.queries.pages.reports import Report, make_report
from integrator.api.docs import LIST_PROBLEMS, PAGE_PARAMETERS, answers
from integrator.api.paging import read_limit
from integrator.lib.clock import to_rfc3339

PROBLEMS = (404, *LIST_PROBLEMS)


class ReportSerializer(PeriodSerializer):
    """``is_cut``: there is more than 200,000 cases or tasks, and the rest is not counted."""

    is_cut = serializers.BooleanField()


class AgeBandSerializer(serializers.Serializer[Any]):
    """How many are from ``from_days`` on and below ``below_days`` old; null: without an end."""

    label = serializers.CharField()  # type: ignore[assignment]
    from_days = serializers.IntegerField()
    below_days = serializers.IntegerField(allow_null=True)
    count = serializers.IntegerField()


class OldCaseSerializer(serializers.Serializer[Any]):
    """A case that was open at the end of the period, and how old it was then, in seconds."""

    number = serializers.CharField()
    title = serializers.CharField()
    team = serializers.CharField()
    opened_at = serializers.DateTimeField()
    age_s = serializers.FloatField()


class OpenReportSerializer(ReportSerializer):
    """The cases that were open at the end of the period, by age, and the oldest of them."""

    open = serializers.IntegerField()
    ages = AgeBandSerializer(many=True)
    oldest = OldCaseSerializer(many=True)


class CycleSliceSerializer(PeriodSerializer):
    """The cases that were closed in a slice of the period."""

    times = TimesSerializer()


class CycleReportSerializer(ReportSerializer):
    """How long cases took from opening to closing, for all that were closed in the period and by slices of it."""

    times = TimesSerializer()
    slices = CycleSliceSerializer(many=True)


class LateSliceSerializer(PeriodSerializer):
    """The clocks that ended in a slice of the period."""

    in_time = serializers.IntegerField()
    late = serializers.IntegerField()
    late_percent = serializers.IntegerField(help_text="Of those that ended, 0 without any.")


class LateReportSerializer(ReportSerializer):
    """The clocks that ended in the period, of the whole period and by slices of it."""

    in_time = serializers.IntegerField()
    late = serializers.IntegerField()
    late_percent = serializers.IntegerField(help_text="Of those that ended, 0 without any.")
    slices = LateSliceSerializer(many=True)


class StepSerializer(serializers.Serializer[Any]):
    """A step that asks people. ``flow`` and ``step`` are null for what people ask, and for flows that you may not read.

    ``times`` are of what was answered, ``waiting`` still waits, ``total_s`` is all the waiting in it, in seconds.
    """

    flow = serializers.CharField(allow_null=True)
    step = serializers.CharField(allow_null=True)
    flow_name = serializers.CharField(allow_blank=True)
    title = serializers.CharField()
    times = TimesSerializer()
    waiting = serializers.IntegerField()
    total_s = serializers.FloatField()


class StepsReportSerializer(ReportSerializer):
    """The steps that people were waited for in, the bottleneck first."""

    steps = StepSerializer(many=True)


class TeamSerializer(serializers.Serializer[Any]):
    """What a team was asked. ``team`` null: people of several teams or of none, by name.

    ``came`` in the period, ``answered`` in it, ``open`` and ``late`` (open and overdue) at its end.
    """

    team = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    came = serializers.IntegerField()
    answered = serializers.IntegerField()
    open = serializers.IntegerField()
    late = serializers.IntegerField()
    times = TimesSerializer()


class TeamsReportSerializer(ReportSerializer):
    """The work of each team, those with most open work first."""

    teams = TeamSerializer(many=True)


class OpenReportView(APIView):
    """Open by age."""

    @extend_schema(
        operation_id="report_open_cases",
        tags=["reports"],
        parameters=[*PERIOD_PARAMETERS, PAGE_PARAMETERS[1]],
        responses=answers(OpenReportSerializer, *PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """The cases that were open at the end of the period, by age; of the oldest as many as ``limit`` says."""
        most = read_limit(request)
        report = _make(request)
        at = report.scope.until_at
        bounds = [0, *(days for _, days in AGES if days is not None), None]
        bands = zip(report.ages, pairwise(bounds), strict=True)
        return _answer(
            report,
            open=len(report.open_cases),
            ages=[
                {"label": band.label, "from_days": least, "below_days": below, "count": band.count}
                for band, (least, below) in bands
            ],
            oldest=[
                {
                    "number": case.number,
                    "title": case.title,
                    "team": case.team,
                    "opened_at": to_rfc3339(case.begun_at),
                    "age_s": tell_length(case.last_until(at)),
                }
                for case in report.open_cases[:most]
            ],
        )


class CycleReportView(APIView):
    """Cycle times."""

    @extend_schema(
        operation_id="report_cycle_times",
        tags=["reports"],
        parameters=[*PERIOD_PARAMETERS],
        responses=answers(CycleReportSerializer, *PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """How long the cases that were closed in the period had taken, by slices of a day, a week or four weeks."""
        report = _make(request)
        slices = [{**_tell_slice(part.slice), "times": tell_times(part.times)} for part in report.cycles]
        return _answer(report, times=tell_times(report.cycle), slices=slices)


class LateReportView(APIView):
    """Breaches."""

    @extend_schema(
        operation_id="report_late",
        tags=["reports"],
        parameters=[*PERIOD_PARAMETERS],
        responses=answers(LateReportSerializer, *PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """How many clocks ended in time and late in the period, by slices of a day, a week or four weeks."""
        report = _make(request)
        slices = [
            {**_tell_slice(part.slice), "in_time": part.met, "late": part.late, "late_percent": part.late_percent}
            for part in report.breaches
        ]
        in_time = report.ended - report.late
        return _answer(report, in_time=in_time, late=report.late, late_percent=report.late_percent, slices=slices)


class StepsReportView(APIView):
    """Bottlenecks."""

    @extend_schema(
        operation_id="report_steps",
        tags=["reports"],
        parameters=[*PERIOD_PARAMETERS],
        responses=answers(StepsReportSerializer, *PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """The steps that ask people, those with most waiting in the period first."""
        report = _make(request)
        steps = [
            {
                "flow": line.flow_key if line.href else None,
                "step": line.step if line.href else None,
                "flow_name": line.flow,
                "title": line.label,
                "times": tell_times(line.times),
                "waiting": line.waiting,
                "total_s": tell_length(line.total),
            }
            for line in report.steps
        ]
        return _answer(report, steps=steps)


class TeamsReportView(APIView):
    """The work of teams."""

    @extend_schema(
        operation_id="report_teams",
        tags=["reports"],
        parameters=[*PERIOD_PARAMETERS],
        responses=answers(TeamsReportSerializer, *PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """What came to each team, what it answered, and what was open and late at the end of the period."""
        report = _make(request)
        teams = [
            {
                "team": line.slug or None,
                "name": line.name,
                "came": line.came,
                "answered": line.answered,
                "open": line.open,
                "late": line.late,
                "times": tell_times(line.times),
            }
            for line in report.teams
        ]
        return _answer(report, teams=teams)


def _make(request: Request) -> Report:
    person = get_report_reader(request)
    return make_report(person, read_scope(request))


def _answer(report: Report, **members: Any) -> Response:
    return Response({**tell_period(report.scope), "is_cut": report.is_cut, **members})


def _tell_slice(part: Any) -> dict[str, str]:
    return {"since": to_rfc3339(part.since_at), "until": to_rfc3339(part.until_at)}

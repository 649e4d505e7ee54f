"""``/api/v1/runs`` and ``/api/v1/incidents``: what runs did, what they wait for, and orders to them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flows.api.serializers import (
    CancelSerializer,
    IncidentSerializer,
    LoopResultSerializer,
    NothingSerializer,
    RetrySerializer,
    RunRowSerializer,
    RunSerializer,
    SkipSerializer,
    VisitSerializer,
)
from flows.models import StepVisit
from flows.operations.runs import answer_incident, cancel_run
from flows.operations.runs.rights import get_incident_to_answer, get_run_to_cancel
from flows.queries import (
    RUN_STATUSES,
    describe_incident,
    describe_results,
    describe_run,
    describe_runs,
    describe_visit,
    get_incident_for,
    get_run_for,
    list_incidents,
    list_loop_results,
    list_runs,
    view_visits,
)
from integrator.api.bodies import get_caller, read_choice, read_count, read_members, read_text
from integrator.api.docs import (
    LIST_PROBLEMS,
    PAGE_PARAMETERS,
    READ_PROBLEMS,
    WRITE_PROBLEMS,
    answers,
    page_of,
    query,
)
from integrator.api.paging import answer_page, get_page, wrap_page

RUN_FILTERS = (*RUN_STATUSES, "incident")
VISIT_STATUSES = tuple(StepVisit.Status.values)
INCIDENT_STATUSES = ("open", "answered")


class RunsView(APIView):
    """Runs, newest first."""

    @extend_schema(
        operation_id="list_runs",
        tags=["runs"],
        parameters=[
            query("status", "A status; incident: those that wait for an answer to an incident.", choices=RUN_FILTERS),
            query("flow", "The key of a flow."),
            query("team", "A team's short name."),
            query("case", "A case number."),
            query("q", "A run id, case number or business key, exactly."),
            *PAGE_PARAMETERS,
        ],
        responses=answers(page_of(RunRowSerializer), *LIST_PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """The runs of your teams' flows, newest first."""
        runs = list_runs(
            get_caller(request),
            status=read_choice(request, "status", RUN_FILTERS),
            flow=read_text(request, "flow"),
            team=read_text(request, "team"),
            case=read_text(request, "case"),
            q=read_text(request, "q"),
        )
        page = get_page(request, runs, order=("-started_at",))
        return Response(wrap_page(request.build_absolute_uri(), page, describe_runs(page.rows)))


class RunView(APIView):
    """One run."""

    @extend_schema(operation_id="get_run", tags=["runs"], responses=answers(RunSerializer, *READ_PROBLEMS))
    def get(self, request: Request, run_id: uuid.UUID) -> Response:
        """The run, with every step it visited."""
        return Response(describe_run(get_run_for(get_caller(request), run_id)))


class StepsView(APIView):
    """The visits of one run."""

    @extend_schema(
        operation_id="list_run_steps",
        tags=["runs"],
        parameters=[
            query("step", "The key of a step."),
            query("status", "A status of a visit.", choices=VISIT_STATUSES),
            query("index", "Those for the item of this index, in a for_each."),
            query("after", "Those behind this place; steps_next of a run has it."),
            *PAGE_PARAMETERS,
        ],
        responses=answers(page_of(VisitSerializer), *LIST_PROBLEMS, 404),
    )
    def get(self, request: Request, run_id: uuid.UUID) -> Response:
        """Every step that the run visited, by start."""
        run = get_run_for(get_caller(request), run_id)
        wanted = {
            "key": read_text(request, "step"),
            "status": read_choice(request, "status", VISIT_STATUSES),
            "index": read_count(request, "index"),
            "sequence__gt": read_count(request, "after"),
        }
        visits = run.visits.filter(**{name: value for name, value in wanted.items() if value not in (None, "")})
        page = get_page(request, visits, order=("sequence",))
        told = [describe_visit(visit) for visit in view_visits(run, page.rows)]
        return Response(wrap_page(request.build_absolute_uri(), page, told))


class LoopResultsView(APIView):
    """What the items of a long loop gave."""

    @extend_schema(
        operation_id="list_loop_results",
        tags=["runs"],
        parameters=[*PAGE_PARAMETERS],
        responses=answers(page_of(LoopResultSerializer), *LIST_PROBLEMS, 404),
    )
    def get(self, request: Request, run_id: uuid.UUID, visit_id: uuid.UUID) -> Response:
        """What each item of a for_each gave, or its error; for those whose results are too many for one output."""
        run = get_run_for(get_caller(request), run_id)
        results = list_loop_results(run, visit_id)
        page = get_page(request, results, order=("index",))
        return Response(wrap_page(request.build_absolute_uri(), page, describe_results(run, page.rows)))


class CancelView(APIView):
    """Cancelling."""

    @extend_schema(
        operation_id="cancel_run",
        tags=["runs"],
        request=CancelSerializer,
        responses=answers(RunSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, run_id: uuid.UUID) -> Response:
        """Order the run's end. It ends within moments: its tasks are withdrawn, its planned calls dropped."""
        person = get_caller(request)
        given = read_members(request, CancelSerializer, first=lambda: get_run_to_cancel(person, run_id))
        cancel_run(run_id=run_id, person=person, reason=given.get("reason", ""), now=timezone.now())
        return Response(describe_run(get_run_for(person, run_id)))


class IncidentsView(APIView):
    """Incidents, newest first."""

    @extend_schema(
        operation_id="list_incidents",
        tags=["incidents"],
        parameters=[
            query("status", "open: nobody has answered yet; answered: the others.", choices=INCIDENT_STATUSES),
            query("flow", "The key of a flow."),
            *PAGE_PARAMETERS,
        ],
        responses=answers(page_of(IncidentSerializer), *LIST_PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """The incidents of your teams' flows, newest first."""
        status = read_choice(request, "status", INCIDENT_STATUSES)
        is_open = {"open": True, "answered": False}.get(status)
        incidents = list_incidents(get_caller(request), is_open=is_open, flow=read_text(request, "flow"))
        return answer_page(request, incidents, order=("-opened_at",), serialize=describe_incident)


class RetryView(APIView):
    """Trying again."""

    @extend_schema(
        operation_id="retry_incident",
        tags=["incidents"],
        request=RetrySerializer,
        responses=answers(IncidentSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, incident_id: uuid.UUID) -> Response:
        """Try the step again, with changed settings if you give some."""
        given = read_answer(request, incident_id, RetrySerializer)
        return answer(request, incident_id, "retry_edited" if "settings" in given else "retry", given)


class SkipView(APIView):
    """Skipping."""

    @extend_schema(
        operation_id="skip_incident",
        tags=["incidents"],
        request=SkipSerializer,
        responses=answers(IncidentSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, incident_id: uuid.UUID) -> Response:
        """Go on behind the step as if it had given this output."""
        return answer(request, incident_id, "skip", read_answer(request, incident_id, SkipSerializer))


class CloseView(APIView):
    """Giving up."""

    @extend_schema(
        operation_id="close_incident",
        tags=["incidents"],
        request=NothingSerializer,
        responses=answers(IncidentSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, incident_id: uuid.UUID) -> Response:
        """Give up: the run fails."""
        return answer(request, incident_id, "give_up", read_answer(request, incident_id, NothingSerializer))


def read_answer(
    request: Request, incident_id: uuid.UUID, serializer: type[serializers.Serializer[Any]]
) -> Mapping[str, Any]:
    """The members of an answer; those who may not answer are told so first."""
    person = get_caller(request)
    return read_members(request, serializer, first=lambda: get_incident_to_answer(person, incident_id))


def answer(request: Request, incident_id: uuid.UUID, word: str, data: Mapping[str, Any]) -> Response:
    """Answer the incident and give it as it is then."""
    person = get_caller(request)
    answer_incident(incident_id=incident_id, person=person, answer=word, data=data, now=timezone.now())
    return Response(describe_incident(get_incident_for(person, incident_id)))

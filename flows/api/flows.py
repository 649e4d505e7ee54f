"""``/api/v1/flows``: reading, importing, publishing and exporting flows."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flows.api.serializers import (
    FlowDetailSerializer,
    FlowRowSerializer,
    ImportedSerializer,
    ImportSerializer,
    PublishedSerializer,
    PublishSerializer,
)
from flows.models import Flow
from flows.operations.publishing import PublishResult, export_flow, import_flow, publish_draft
from flows.operations.publishing.findings import as_data
from flows.operations.publishing.rights import check_right_somewhere, get_flow_to
from flows.queries import describe_flow, describe_version, get_flow_for, list_flows, list_versions
from integrator.api.bodies import get_caller, read_members, read_text
from integrator.api.docs import (
    LIST_PROBLEMS,
    PAGE_PARAMETERS,
    PROBLEM_TYPE,
    READ_PROBLEMS,
    WRITE_PROBLEMS,
    ProblemSerializer,
    answers,
    page_of,
    query,
)
from integrator.api.paging import answer_page
from integrator.lib.clock import to_rfc3339
from integrator.people.models import Person
from integrator.people.rights import Action

FILE_TYPE = "application/yaml"
VERSIONS_SHOWN = 50


class FlowsView(APIView):
    """Flows by name."""

    @extend_schema(
        operation_id="list_flows",
        tags=["flows"],
        parameters=[
            query("team", "A team's short name."),
            query("q", "Part of the name or key."),
            *PAGE_PARAMETERS,
        ],
        responses=answers(page_of(FlowRowSerializer), *LIST_PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """Your teams' flows by name, each with how it goes."""
        flows = list_flows(get_caller(request), team=read_text(request, "team"), q=read_text(request, "q"))
        return answer_page(request, flows, order=("name",), serialize=tell_row)


class FlowView(APIView):
    """One flow."""

    @extend_schema(operation_id="get_flow", tags=["flows"], responses=answers(FlowDetailSerializer, *READ_PROBLEMS))
    def get(self, request: Request, key: str) -> Response:
        """The flow with its versions."""
        flow = get_flow_for(get_caller(request), key)
        versions = [describe_version(version) for version in list_versions(flow)[:VERSIONS_SHOWN]]
        return Response({**describe_flow(flow), "versions": versions})


class ImportView(APIView):
    """Importing."""

    @extend_schema(
        operation_id="import_flow",
        tags=["flows"],
        request=ImportSerializer,
        responses=answers(ImportedSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request) -> Response:
        """Keep a flow file as your draft, or publish it at once. A file with faults changes nothing."""
        person = get_caller(request)
        given = read_members(request, ImportSerializer, first=lambda: check_right_somewhere(person, Action.FLOW_IMPORT))
        result = import_flow(
            text=given["file"],
            person=person,
            publish=given["publish"],
            note=given["note"],
            team=given["team"],
            now=timezone.now(),
        )
        flow = get_flow_for(person, result.flow.key)
        return Response(
            {
                "flow": describe_flow(flow),
                "is_new": result.is_new,
                "warnings": [as_data(finding) for finding in result.warnings],
                "published": tell_published(flow, result.published) if result.published else None,
            }
        )


class PublishView(APIView):
    """Publishing."""

    @extend_schema(
        operation_id="publish_flow",
        tags=["flows"],
        request=PublishSerializer,
        responses=answers(PublishedSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, key: str) -> Response:
        """Make a draft the live version. One that does the same as the live version changes nothing, and says so."""
        person = get_caller(request)
        given = read_members(request, PublishSerializer, first=lambda: get_flow_to(person, key, Action.FLOW_PUBLISH))
        author = person
        if "author" in given:
            flow = get_flow_to(person, key, Action.FLOW_PUBLISH)
            author = get_author(flow, given["author"])
        result = publish_draft(key=key, author=author, person=person, note=given["note"], now=timezone.now())
        return Response(tell_published(get_flow_for(person, key), result))


class ExportView(APIView):
    """Exporting."""

    @extend_schema(
        operation_id="export_flow",
        tags=["flows"],
        parameters=[
            OpenApiParameter(
                "version", {"type": "integer", "minimum": 1}, description="A version's number; without it the live one."
            )
        ],
        responses={
            (200, FILE_TYPE): OpenApiTypes.OBJECT,  # YAML is an object to those who read it
            **{(status, PROBLEM_TYPE): ProblemSerializer for status in (400, 403, *READ_PROBLEMS)},
        },
    )
    def get(self, request: Request, key: str) -> HttpResponse:
        """The canonical flow file."""
        person = get_caller(request)
        try:
            number = read_number(request, "version")
        except ValidationError:
            get_flow_to(person, key, Action.FLOW_EXPORT)
            raise
        text = export_flow(key=key, person=person, number=number)
        headers = {"Content-Disposition": f'attachment; filename="{key}.yaml"'}
        return HttpResponse(text, content_type=f"{FILE_TYPE}; charset=utf-8", headers=headers)


def read_number(request: Request, name: str) -> int | None:
    """A whole number from 1 on out of the address; None when it is absent. Raises ValidationError."""
    text = request.query_params.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10) or int(text) < 1:
        raise ValidationError({name: ["A whole number from 1 on was expected."]})
    return int(text)


def get_author(flow: Flow, username: str) -> Person:
    """The author of a draft of this flow. Raises ValidationError for a name that has none."""
    author = Person.objects.filter(username=username, drafts__flow=flow).first()
    if author is None:
        raise ValidationError({"author": ["Nobody of this name has a draft of this flow."]})
    return author


def tell_row(flow: Any) -> dict[str, Any]:
    """A flow of a list, as ``list_flows`` annotates it."""
    last = None
    if flow.last_run_id is not None:
        last = {
            "id": str(flow.last_run_id),
            "status": flow.last_status,
            "started_at": to_rfc3339(flow.last_started_at),
        }
    return {**describe_flow(flow), "last_run": last, "open_incidents": flow.open_incidents}


def tell_published(flow: Flow, result: PublishResult) -> dict[str, Any]:
    """What publishing did."""
    return {
        "flow": flow.key,
        "version": describe_version(result.version),
        "is_new": result.is_new,
        "message": result.message,
        "made_case_types": list(result.made_case_types),
        "made_alert_types": list(result.made_alert_types),
        "warnings": [as_data(finding) for finding in result.warnings],
    }

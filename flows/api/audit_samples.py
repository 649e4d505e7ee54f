"""``/api/v1/audit/samples``: draw from the event log by a seed that is written down, and take the packs along."""

from __future__ import annotations

import uuid
from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.api.approvals import PACK, ZipRenderer, send_packs
from cases.models import AuditSample
from cases.operations.drawing import draw_sample
from cases.operations.packing import ask_packs, take_packs
from cases.queries.packs import describe_packs
from flows.api.audit import get_auditor, make_search
from flows.api.audit_shapes import NewSampleSerializer, PacksSerializer, SampleRowSerializer, SampleSerializer
from flows.api.audit_telling import tell_events, tell_packs, tell_sample
from flows.api.serializers import NothingSerializer
from flows.queries.audit_samples import find_sample, list_drawn, list_samples
from integrator.api.bodies import read_members
from integrator.api.docs import (
    LIST_PROBLEMS,
    PAGE_PARAMETERS,
    PROBLEM_TYPE,
    READ_PROBLEMS,
    WRITE_PROBLEMS,
    ProblemSerializer,
    answers,
    page_of,
)
from integrator.api.paging import answer_page
from integrator.events.queries import find_events, record_audit_read
from integrator.people.models import Person
from integrator.people.rights import Action


class SamplesView(APIView):
    """Samples of the log."""

    @extend_schema(
        operation_id="list_audit_samples",
        tags=["audit"],
        parameters=[*PAGE_PARAMETERS],
        responses=answers(page_of(SampleRowSerializer), 404, *LIST_PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """What you drew, newest first."""
        person = get_auditor(request, Action.EVENT_READ)
        return answer_page(request, list_samples(person), order=("-drawn_at",), serialize=tell_sample)

    @extend_schema(
        operation_id="draw_audit_sample",
        tags=["audit"],
        request=NewSampleSerializer,
        responses=answers(SampleSerializer, 400, 401, 404, 406, 413, 415),
    )
    def post(self, request: Request) -> Response:
        """Draw n events at random out of those that you may export and the search lets through.

        The same seed, search and newest event give the same sample. That it was drawn is an event.
        """
        person = get_auditor(request, Action.EVENT_EXPORT)
        given = dict(read_members(request, NewSampleSerializer, first=lambda: None))
        size, seed = given.pop("n"), given.pop("seed", "")
        filters = make_search(given)
        sample = draw_sample(
            rows=find_events(person=person, filters=filters, action=Action.EVENT_EXPORT),
            search=filters.describe(),
            size=size,
            seed=seed,
            person=person,
            now=timezone.now(),
        )
        return Response(_tell_fully(person, sample))


class SampleView(APIView):
    """One sample."""

    @extend_schema(operation_id="get_audit_sample", tags=["audit"], responses=answers(SampleSerializer, *READ_PROBLEMS))
    def get(self, request: Request, sample_id: uuid.UUID) -> Response:
        """The sample, how it was drawn, and its events. That you read them is an event."""
        person = get_auditor(request, Action.EVENT_READ)
        return Response(_tell_fully(person, _get(person, sample_id)))


class SamplePacksView(APIView):
    """Making the packs of a sample."""

    @extend_schema(
        operation_id="make_audit_sample_packs",
        tags=["audit"],
        request=NothingSerializer,
        responses=answers(PacksSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, sample_id: uuid.UUID) -> Response:
        """Have the evidence packs of all drawn events made in the background; those that failed are tried again.

        The sample says how far they are. They are kept for 7 days.
        """
        person = get_auditor(request, Action.EVENT_EXPORT)
        sample = _get(person, sample_id)
        read_members(request, NothingSerializer, first=lambda: None)
        ask_packs(sample=sample, person=person, now=timezone.now())
        return Response(tell_packs(describe_packs(sample, person)))


class SampleZipView(APIView):
    """The packs of a sample."""

    renderer_classes = (JSONRenderer, ZipRenderer)

    @extend_schema(
        operation_id="get_audit_sample_zip",
        tags=["audit"],
        responses={**PACK, (409, PROBLEM_TYPE): ProblemSerializer},
    )
    def get(self, request: Request, sample_id: uuid.UUID) -> HttpResponseBase:
        """The evidence packs, once they are made, as one zip that `manage.py verify_evidence` checks."""
        person = get_auditor(request, Action.EVENT_EXPORT)
        file = take_packs(sample=_get(person, sample_id), person=person, now=timezone.now())
        return send_packs(request._request, file)


def _tell_fully(person: Person, sample: AuditSample) -> dict[str, Any]:
    """With the drawn events; that they are read is kept."""
    record_audit_read(person=person, filters={"sample": str(sample.pk)})
    return {
        **tell_sample(sample),
        "members": tell_events(list_drawn(person, sample)),
        "packs": tell_packs(describe_packs(sample, person)),
    }


def _get(person: Person, sample_id: uuid.UUID) -> AuditSample:
    sample = find_sample(person, sample_id)
    if sample is None:
        raise NotFound
    return sample

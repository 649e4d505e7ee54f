"""``/api/v1/approvals``: how an approval stands, another amount, one more approver, withdrawing, and evidence packs."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.api.serializers import AnyField
from cases.api.shapes import tell_co_asker
from cases.evidence.telling import describe_approval
from cases.models import Approval
from cases.operations import add_approver, change_amount, withdraw_approval
from cases.operations.exporting import (
    EvidencePack,
    export_approval_evidence,
    export_case_evidence,
    export_task_evidence,
)
from cases.operations.reading import read_approval
from cases.queries.approvals import get_approval_for
from cases.queries.co_askers import describe_entries
from integrator.api.bodies import get_caller, read_members
from integrator.api.docs import READ_PROBLEMS, WRITE_PROBLEMS, answers
from integrator.files.models import File
from integrator.files.serving import send_download
from integrator.people.models import Person

_PROBLEMS = {status: shape for status, shape in answers(None, 403, *READ_PROBLEMS).items() if status != 200}
PACK = {(200, "application/zip"): OpenApiTypes.BINARY, **_PROBLEMS}


class ApprovalSerializer(serializers.Serializer[Any]):
    """An approval: its rule and levels, who is asked and how each stands."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    state = serializers.ChoiceField(["open", "decided", "withdrawn"])
    outcome = serializers.ChoiceField(["approved", "rejected"], allow_null=True)
    rule = AnyField()
    order = serializers.ChoiceField(["parallel", "serial"])
    amount = serializers.CharField(allow_null=True, help_text="A decimal number as text.")
    currency = serializers.CharField(allow_null=True)
    levels = serializers.ListField(child=serializers.DictField())
    requested_by = serializers.CharField(allow_null=True)
    case = serializers.CharField(allow_null=True)
    run = serializers.CharField(allow_null=True)
    asked = serializers.ListField(child=serializers.DictField())
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class AmountSerializer(serializers.Serializer[Any]):
    """The new amount: a number, its text, or ``{amount, currency}``."""

    amount = AnyField()


class ApproverSerializer(serializers.Serializer[Any]):
    """Whom to ask as well, before or after those who are asked now, and why."""

    who = serializers.CharField(max_length=300, help_text="A person, or team:legal.")
    place = serializers.ChoiceField(["before", "after"])
    reason = serializers.CharField(max_length=1000)


class ReasonSerializer(serializers.Serializer[Any]):
    """Why."""

    reason = serializers.CharField(max_length=1000)


class GivenSerializer(serializers.Serializer[Any]):
    """Whatever was sent: the operation judges it, after the caller's rights."""

    amount = AnyField(required=False, allow_null=True)
    who = AnyField(required=False, allow_null=True)
    place = AnyField(required=False, allow_null=True)
    reason = AnyField(required=False, allow_null=True)


class ZipRenderer(BaseRenderer):
    """Lets a caller ask for ``application/zip``; the content is made already."""

    media_type = "application/zip"
    format = "zip"
    charset = None
    render_style = "binary"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        """Only problems come this way: as JSON."""
        return JSONRenderer().render(data)


class ApprovalView(APIView):
    """One approval."""

    @extend_schema(
        operation_id="get_approval", tags=["approvals"], responses=answers(ApprovalSerializer, *READ_PROBLEMS)
    )
    def get(self, request: Request, approval_id: uuid.UUID) -> Response:
        """The approval, with everybody who is asked."""
        return _answer(read_approval(approval_id=approval_id, person=get_caller(request)))


class AmountView(APIView):
    """Another amount."""

    @extend_schema(
        operation_id="change_approval_amount",
        tags=["approvals"],
        request=AmountSerializer,
        responses=answers(ApprovalSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, approval_id: uuid.UUID) -> Response:
        """Change the amount: the approval starts again from the level that it now needs."""
        person = get_caller(request)
        given = read_members(request, GivenSerializer, first=_seeing(person, approval_id))
        change_amount(approval_id=approval_id, person=person, amount=given.get("amount"), now=timezone.now())
        return _answer(get_approval_for(person, approval_id))


class ApproversView(APIView):
    """One more approver."""

    @extend_schema(
        operation_id="add_approver",
        tags=["approvals"],
        request=ApproverSerializer,
        responses=answers(ApprovalSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, approval_id: uuid.UUID) -> Response:
        """Ask one more person or team, who has to agree whatever the rule says of the others."""
        person = get_caller(request)
        given = read_members(request, GivenSerializer, first=_seeing(person, approval_id))
        add_approver(
            approval_id=approval_id,
            person=person,
            who=given.get("who"),
            place=given.get("place"),
            reason=given.get("reason"),
            now=timezone.now(),
        )
        return _answer(get_approval_for(person, approval_id))


class WithdrawView(APIView):
    """Withdrawing."""

    @extend_schema(
        operation_id="withdraw_approval",
        tags=["approvals"],
        request=ReasonSerializer,
        responses=answers(ApprovalSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, approval_id: uuid.UUID) -> Response:
        """Take the approval back; a run that waits goes on by the step's error port."""
        person = get_caller(request)
        given = read_members(request, GivenSerializer, first=_seeing(person, approval_id))
        withdraw_approval(approval_id=approval_id, person=person, reason=given.get("reason"), now=timezone.now())
        return _answer(get_approval_for(person, approval_id))


class ApprovalEvidenceView(APIView):
    """The pack of an approval."""

    renderer_classes = (JSONRenderer, ZipRenderer)

    @extend_schema(
        operation_id="get_approval_evidence",
        tags=["approvals"],
        responses=PACK,
    )
    def get(self, request: Request, approval_id: uuid.UUID) -> HttpResponse:
        """The evidence pack: a zip that `manage.py verify_evidence` checks."""
        now = timezone.now()
        return send_pack(export_approval_evidence(approval_id=approval_id, person=get_caller(request), now=now))


class TaskEvidenceView(APIView):
    """The pack of a task."""

    renderer_classes = (JSONRenderer, ZipRenderer)

    @extend_schema(operation_id="get_task_evidence", tags=["tasks"], responses=PACK)
    def get(self, request: Request, task_id: uuid.UUID) -> HttpResponse:
        """The evidence pack of the task, or of the approval that it is part of."""
        return send_pack(export_task_evidence(task_id=task_id, person=get_caller(request), now=timezone.now()))


class CaseEvidenceView(APIView):
    """The pack of a case."""

    renderer_classes = (JSONRenderer, ZipRenderer)

    @extend_schema(operation_id="get_case_evidence", tags=["cases"], responses=PACK)
    def get(self, request: Request, number: str) -> HttpResponse:
        """The evidence pack of the case, with every decision in it."""
        return send_pack(export_case_evidence(number=number, person=get_caller(request), now=timezone.now()))


def send_pack(pack: EvidencePack) -> HttpResponse:
    """The zip as a download that nothing keeps."""
    headers = {"Content-Disposition": f'attachment; filename="{pack.name}"', "Cache-Control": "no-store"}
    return HttpResponse(pack.content, content_type="application/zip", headers=headers)


def send_packs(request: HttpRequest, file: File) -> HttpResponseBase:
    """The packs of a sample as a download."""
    answer = send_download(request, file)
    answer["Content-Type"] = "application/zip"
    return answer


def _seeing(person: Person, approval_id: uuid.UUID) -> Callable[[], Any]:
    return lambda: get_approval_for(person, approval_id)


def _answer(approval: Approval) -> Response:
    asked = [tell_co_asker(entry) for entry in describe_entries(approval)]
    return Response({**describe_approval(approval), "asked": asked})

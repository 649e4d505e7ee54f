"""``/api/v1/alerts``: the caller's own alerts, and reading and acknowledging them."""

from __future__ import annotations

import uuid

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrator.api.bodies import get_caller, read_choice, read_members, read_text
from integrator.api.docs import LIST_PROBLEMS, PAGE_PARAMETERS, READ_PROBLEMS, answers, page_of, query
from integrator.api.paging import answer_page
from notifications.api.serializers import AlertNothingSerializer, AlertSerializer, ReadCountSerializer
from notifications.models import Severity
from notifications.operations import acknowledge_alert, mark_all_read, mark_read
from notifications.queries import AlertFilter, find_alerts, get_alert_for
from notifications.shapes import describe_alert

STATES = ("unread", "read", "acknowledged")
CHANGE_PROBLEMS = (400, 401, 404, 406, 413, 415)


class AlertsView(APIView):
    """Alerts, newest first."""

    @extend_schema(
        operation_id="list_alerts",
        tags=["alerts"],
        parameters=[
            query("state", "Only those.", choices=STATES),
            query("severity", "Only those.", choices=tuple(Severity.values)),
            query("type", "The key of an alert type."),
            *PAGE_PARAMETERS,
        ],
        responses=answers(page_of(AlertSerializer), *LIST_PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """The alerts that were sent to you, newest first."""
        wanted = AlertFilter(
            state=read_choice(request, "state", STATES),
            severity=read_choice(request, "severity", Severity.values),
            type=read_text(request, "type"),
        )
        rows = find_alerts(get_caller(request), wanted)
        return answer_page(request, rows, order=("-created_at",), serialize=describe_alert)


class ReadAllView(APIView):
    """Marking all as read."""

    @extend_schema(
        operation_id="read_all_alerts",
        tags=["alerts"],
        request=AlertNothingSerializer,
        responses=answers(ReadCountSerializer, 400, 401, 406, 413, 415),
    )
    def post(self, request: Request) -> Response:
        """Mark all your alerts as read."""
        person = get_caller(request)
        read_members(request, AlertNothingSerializer, first=lambda: None)
        return Response({"read": mark_all_read(person=person, now=timezone.now())})


class AlertView(APIView):
    """One alert."""

    @extend_schema(operation_id="get_alert", tags=["alerts"], responses=answers(AlertSerializer, *READ_PROBLEMS))
    def get(self, request: Request, alert_id: uuid.UUID) -> Response:
        """An alert that was sent to you. Reading it here marks nothing."""
        return Response(describe_alert(get_alert_for(get_caller(request), alert_id)))


class ReadView(APIView):
    """Marking as read."""

    @extend_schema(
        operation_id="read_alert",
        tags=["alerts"],
        request=AlertNothingSerializer,
        responses=answers(AlertSerializer, *CHANGE_PROBLEMS),
    )
    def post(self, request: Request, alert_id: uuid.UUID) -> Response:
        """Mark the alert as read; again changes nothing."""
        person = get_caller(request)
        read_members(request, AlertNothingSerializer, first=lambda: get_alert_for(person, alert_id))
        return Response(describe_alert(mark_read(alert_id=alert_id, person=person, now=timezone.now())))


class AcknowledgeView(APIView):
    """Acknowledging."""

    @extend_schema(
        operation_id="acknowledge_alert",
        tags=["alerts"],
        request=AlertNothingSerializer,
        responses=answers(AlertSerializer, *CHANGE_PROBLEMS),
    )
    def post(self, request: Request, alert_id: uuid.UUID) -> Response:
        """Take the alert on, for all who were told to see; again changes nothing."""
        person = get_caller(request)
        read_members(request, AlertNothingSerializer, first=lambda: get_alert_for(person, alert_id))
        return Response(describe_alert(acknowledge_alert(alert_id=alert_id, person=person, now=timezone.now())))

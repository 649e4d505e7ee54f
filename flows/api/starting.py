"""``/api/v1/flows/{key}/start``: starting a run of a flow that is started by hand."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request, is_form_media_type
from rest_framework.response import Response
from rest_framework.views import APIView

from flows.api.serializers import StartedSerializer, StartFormSerializer, StartSerializer
from flows.operations.intake import FormBody
from flows.operations.publishing.rights import get_flow_to
from flows.operations.triggering import read_start_form, start_by_hand
from integrator.api.bodies import get_caller, read_members
from integrator.api.docs import IDEMPOTENCY_KEY, PROBLEM_TYPE, WRITE_PROBLEMS, ProblemSerializer
from integrator.api.parsers import StrictJSONParser
from integrator.files.upload_handler import read_uploads
from integrator.people.models import Person
from integrator.people.rights import Action


class StartView(APIView):
    """Starting."""

    parser_classes = [MultiPartParser, StrictJSONParser]
    takes_files = True

    @extend_schema(
        operation_id="start_flow",
        tags=["flows"],
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": StartSerializer, "multipart/form-data": StartFormSerializer},
        responses={
            202: StartedSerializer,
            **{(status, PROBLEM_TYPE): ProblemSerializer for status in WRITE_PROBLEMS},
        },
    )
    def post(self, request: Request, key: str) -> Response:
        """Start a run with this input. A repeat of your Idempotency-Key gets the answer of the first.

        Files come in a form: each in the field of its name, the rest by its names too, or as JSON in ``input``.
        """
        person = get_caller(request)
        if is_form_media_type(request.content_type):
            given: Any = _read_form(request, key, person)
        else:
            first = partial(get_flow_to, person, key, Action.RUN_START)
            given = read_members(request, StartSerializer, first=first).get("input", {})
        started = start_by_hand(
            key=key,
            person=person,
            given=given,
            idempotency_key=request.headers.get("Idempotency-Key", ""),
            base_url=settings.BASE_URL.rstrip("/") or request.build_absolute_uri("/").rstrip("/"),
            now=timezone.now(),
        )
        return Response(started.answer, status=202)


def _read_form(request: Request, key: str, person: Person) -> Any:
    """What a form holds; who may not start the flow is told so before its fields are looked at."""
    get_flow_to(person, key, Action.RUN_START)
    posted = request.data if isinstance(request.data, QueryDict) else QueryDict()
    uploads = [(file.field, file.upload) for file in read_uploads(request._request)]
    names = {name for name, _ in uploads}
    fields = [(name, text) for name, texts in posted.lists() if name not in names for text in texts]
    return read_start_form(key=key, person=person, form=FormBody(fields=fields, uploads=uploads))

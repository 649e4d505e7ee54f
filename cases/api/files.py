"""``/api/v1/cases/{number}/files`` and ``/api/v1/tasks/{id}/files``: what is attached, and attaching it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.operations.attaching import (
    attach_to_case,
    attach_to_task,
    get_case_to_attach_to,
    get_task_to_attach_to,
)
from cases.operations.reading import read_case
from cases.queries import get_task_for
from integrator.api.bodies import get_caller
from integrator.api.docs import READ_PROBLEMS, answers
from integrator.files.api import FileSerializer, FileUploadSerializer, tell_file, without_good
from integrator.files.errors import FilesError
from integrator.files.queries import describe_files, list_files_of
from integrator.files.spool import Upload
from integrator.files.upload_handler import read_one_upload

ATTACHED = {201: FileSerializer, **without_good(answers(None, 400, 401, 403, 404, 406, 409, 413, 415))}
FORM = {"multipart/form-data": FileUploadSerializer}


class AttachedSerializer(FileSerializer):
    """A file that hangs on something, and the name of who brought it."""

    by = serializers.CharField()


class AttachedListSerializer(serializers.Serializer[Any]):
    """Every file, oldest first."""

    results = AttachedSerializer(many=True)


class CaseFilesView(APIView):
    """Files of a case."""

    parser_classes = [MultiPartParser]
    takes_files = True

    @extend_schema(
        operation_id="list_case_files", tags=["cases"], responses=answers(AttachedListSerializer, *READ_PROBLEMS)
    )
    def get(self, request: Request, number: str) -> Response:
        """What is attached to the case, also by its tasks and runs. The contents are at `files/{id}/content`."""
        case = read_case(number=number, person=get_caller(request))
        return _answer_list(request, "case", case.number)

    @extend_schema(operation_id="attach_to_case", tags=["cases"], request=FORM, responses=ATTACHED)
    def post(self, request: Request, number: str) -> Response:
        """Keep the file in the field `file` with the case. For those who may change it, while it is open."""
        person = get_caller(request)
        upload = _read_upload(request, first=lambda: get_case_to_attach_to(person, number))
        file = attach_to_case(number=number, person=person, upload=upload, now=timezone.now())
        return Response(tell_file(request, file), status=201)


class TaskFilesView(APIView):
    """Files of a task."""

    parser_classes = [MultiPartParser]
    takes_files = True

    @extend_schema(
        operation_id="list_task_files", tags=["tasks"], responses=answers(AttachedListSerializer, *READ_PROBLEMS)
    )
    def get(self, request: Request, task_id: uuid.UUID) -> Response:
        """What is attached to the task. The contents are at `files/{id}/content`."""
        task = get_task_for(get_caller(request), task_id)
        return _answer_list(request, "task", str(task.pk))

    @extend_schema(operation_id="attach_to_task", tags=["tasks"], request=FORM, responses=ATTACHED)
    def post(self, request: Request, task_id: uuid.UUID) -> Response:
        """Keep the file in the field `file` with the task and its case. For those who may answer the task."""
        person = get_caller(request)
        upload = _read_upload(request, first=lambda: get_task_to_attach_to(person, task_id))
        file = attach_to_task(task_id=task_id, person=person, upload=upload, now=timezone.now())
        return Response(tell_file(request, file), status=201)


def _read_upload(request: Request, *, first: Callable[[], object]) -> Upload:
    """The one file of the form. ``first`` is asked before a fault of the form is told: see ``read_members``."""
    try:
        _ = request.data  # has the form read; what was refused of it is told next
        return read_one_upload(request._request, "file").upload
    except (APIException, FilesError):
        first()
        raise


def _answer_list(request: Request, subject_type: str, subject_id: str) -> Response:
    rows = describe_files(list_files_of(subject_type, subject_id))
    return Response({"results": [{**tell_file(request, row.file), "by": row.by} for row in rows]})

"""``/api/v1/files``: bringing a file, its facts, its content."""

from __future__ import annotations

import uuid
from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrator.api.bodies import get_caller
from integrator.api.docs import READ_PROBLEMS, answers
from integrator.api.problems import make_problem
from integrator.events.actors import Actor
from integrator.files.facts import describe_file
from integrator.files.models import File
from integrator.files.operations import Bringer, keep_upload
from integrator.files.queries import get_file_for
from integrator.files.reading import read_file
from integrator.files.upload_handler import read_one_upload
from integrator.lib.clock import to_rfc3339

RANGE = OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="One range, such as bytes=0-99.")


def without_good(found: dict[Any, Any]) -> dict[Any, Any]:
    """The problems alone, for an operation whose good answer is no plain 200."""
    return {status: answer for status, answer in found.items() if status != 200}


class FileSerializer(serializers.Serializer[Any]):
    """A file's facts, as run data carry them, and where its content is."""

    file = serializers.UUIDField()
    name = serializers.CharField()
    type = serializers.CharField(help_text="What the content really is.")
    bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    created_at = serializers.DateTimeField()
    content = serializers.URLField(help_text="Answers the content to those who may see the file.")


class FileUploadSerializer(serializers.Serializer[Any]):
    """A form with one file."""

    file = serializers.FileField()


class FilesView(APIView):
    """Bringing files."""

    parser_classes = [MultiPartParser]
    takes_files = True

    @extend_schema(
        operation_id="upload_file",
        tags=["files"],
        request={"multipart/form-data": FileUploadSerializer},
        responses={201: FileSerializer, **without_good(answers(None, 400, 401, 413, 415))},
    )
    def post(self, request: Request) -> Response:
        """Keep the file in the field ``file``, to be named in a task's data. Unnamed ones are deleted after a day."""
        person = get_caller(request)
        _ = request.data  # has the form read; what was refused of it is told next
        upload = read_one_upload(request._request, "file").upload
        file = keep_upload(upload, by=Bringer(actor=Actor.person(person)), now=timezone.now())
        return Response(tell_file(request, file), status=201)


class FileView(APIView):
    """One file."""

    @extend_schema(operation_id="get_file", tags=["files"], responses=answers(FileSerializer, *READ_PROBLEMS))
    def get(self, request: Request, file_id: uuid.UUID) -> Response:
        """The file's facts."""
        return Response(tell_file(request, get_file_for(get_caller(request), file_id)))


class ContentView(APIView):
    """The content of one file."""

    @extend_schema(
        operation_id="get_file_content",
        tags=["files"],
        responses={
            (200, "*/*"): OpenApiTypes.BINARY,
            (206, "*/*"): OpenApiTypes.BINARY,
            **without_good(answers(None, *READ_PROBLEMS, 416)),
        },
        parameters=[RANGE],
    )
    def get(self, request: Request, file_id: uuid.UUID) -> HttpResponseBase:
        """The content, or a part of it, as an attachment. That you took it is an event."""
        person = get_caller(request)
        file = get_file_for(person, file_id)
        answer = read_file(request._request, file, actor=Actor.person(person), how="download")
        if answer.status_code == 416:
            text = f"The file has {file.content.bytes:,} bytes and ends before the part that is asked for."
            return make_problem(status=416, detail=text, headers={"Content-Range": answer["Content-Range"]})
        return answer


def tell_file(request: Request, file: File) -> dict[str, Any]:
    """The file as the API gives it."""
    path = f"/api/v1/files/{file.pk}/content"
    return {
        **describe_file(file),
        "created_at": to_rfc3339(file.created_at),
        "content": request.build_absolute_uri(path),
    }

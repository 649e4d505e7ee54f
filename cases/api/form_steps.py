"""``/api/v1/forms/{key}``: undo, redo, copy and versions of a form of the library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.api.forms import LibraryFormSerializer, tell
from cases.api.serializers import ObjectField
from cases.forms import expand_form
from cases.models import FormDraft, FormVersion
from cases.operations.forms import copy_form, redo_edit, undo_edit
from cases.operations.forms.rights import get_form_to
from cases.queries.forms import get_form_for, get_form_version, list_form_versions
from integrator.api.bodies import get_caller, read_members
from integrator.api.docs import LIST_PROBLEMS, PAGE_PARAMETERS, READ_PROBLEMS, WRITE_PROBLEMS, answers, page_of
from integrator.api.paging import answer_page
from integrator.people.rights import Action


class StepBodySerializer(serializers.Serializer[Any]):
    """The revision that was seen; without it whatever the draft is at."""

    revision = serializers.IntegerField(required=False, min_value=1)


class CopyBodySerializer(serializers.Serializer[Any]):
    """What the copy is called. It belongs to the same team."""

    key = serializers.CharField(max_length=100)
    name = serializers.CharField(max_length=200)


class LibraryFormVersionSerializer(serializers.Serializer[Any]):
    """A published version, whose schema never changes."""

    version = serializers.IntegerField()
    note = serializers.CharField(allow_blank=True)
    published_at = serializers.DateTimeField()
    published_by = serializers.CharField(allow_null=True, help_text="A user name; null: by a command.")
    digest = serializers.CharField(help_text="SHA-256 of the schema as it was written.")
    schema = ObjectField()


class _StepView(APIView):
    step: Callable[..., FormDraft]

    def make(self, request: Request, key: str) -> Response:
        """One step back or forth, and the form as it is then."""
        person = get_caller(request)
        first = lambda: get_form_to(person, key, Action.FORM_DRAFT)  # noqa: E731  one question, asked when needed
        given = read_members(request, StepBodySerializer, first=first)
        type(self).step(key=key, revision=given.get("revision"), person=person, now=timezone.now())
        return Response(tell(get_form_for(person, key)))


class FormUndoView(_StepView):
    """Undo."""

    step = undo_edit

    @extend_schema(
        operation_id="undo_form_edit",
        tags=["forms"],
        request=StepBodySerializer,
        responses=answers(LibraryFormSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, key: str) -> Response:
        """Put the draft back before its last edit. The last 20 can be undone."""
        return self.make(request, key)


class FormRedoView(_StepView):
    """Redo."""

    step = redo_edit

    @extend_schema(
        operation_id="redo_form_edit",
        tags=["forms"],
        request=StepBodySerializer,
        responses=answers(LibraryFormSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, key: str) -> Response:
        """Make the edit again that was undone last."""
        return self.make(request, key)


class FormCopyView(APIView):
    """Copying."""

    @extend_schema(
        operation_id="copy_form",
        tags=["forms"],
        request=CopyBodySerializer,
        responses=answers(LibraryFormSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, key: str) -> Response:
        """Add a form that begins with the draft of this one."""
        person = get_caller(request)
        first = lambda: get_form_to(person, key, Action.FORM_DRAFT)  # noqa: E731  one question, asked when needed
        given = read_members(request, CopyBodySerializer, first=first)
        made = copy_form(key=key, new_key=given["key"], name=given["name"], person=person, now=timezone.now())
        return Response(tell(get_form_for(person, made.key)))


class FormVersionsView(APIView):
    """The versions of a form."""

    @extend_schema(
        operation_id="list_form_versions",
        tags=["forms"],
        parameters=[*PAGE_PARAMETERS],
        responses=answers(page_of(LibraryFormVersionSerializer), *LIST_PROBLEMS, *READ_PROBLEMS),
    )
    def get(self, request: Request, key: str) -> Response:
        """The published versions, the newest first."""
        row = get_form_for(get_caller(request), key)
        return answer_page(request, list_form_versions(row), order=("-number",), serialize=_tell_version)


class FormVersionView(APIView):
    """One version."""

    @extend_schema(
        operation_id="get_form_version",
        tags=["forms"],
        responses=answers(LibraryFormVersionSerializer, *READ_PROBLEMS),
    )
    def get(self, request: Request, key: str, number: int) -> Response:
        """The version with its schema as a plain JSON Schema."""
        return Response(_tell_version(get_form_version(get_form_for(get_caller(request), key), number)))


def _tell_version(row: FormVersion) -> Mapping[str, Any]:
    return {
        "version": row.number,
        "note": row.note,
        "published_at": row.published_at,
        "published_by": row.published_by.username if row.published_by else None,
        "digest": row.digest,
        "schema": expand_form(row.schema),
    }

"""``/api/v1/forms``: the library of forms, read by their teams, changed by analysts, made live by publishers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.api.serializers import ObjectField, ObjectOrNullField
from cases.forms import expand_form
from cases.models import Form
from cases.operations.forms import import_form, publish_form, save_draft
from cases.operations.forms.rights import get_form_to
from cases.queries.forms import get_form_for, list_forms, tell_form
from integrator.api.bodies import get_caller, read_members
from integrator.api.docs import LIST_PROBLEMS, PAGE_PARAMETERS, READ_PROBLEMS, WRITE_PROBLEMS, answers, page_of
from integrator.api.paging import answer_page
from integrator.people.rights import Action


class LibraryFormSerializer(serializers.Serializer[Any]):
    """A form of the library. ``draft`` is as it was written, ``schema`` the live version as a plain JSON Schema."""

    key = serializers.CharField()
    name = serializers.CharField()
    team = serializers.CharField()
    revision = serializers.IntegerField(help_text="Counts the changes of the draft.")
    draft = ObjectField()
    version = serializers.IntegerField(allow_null=True, help_text="Of the live version; null: never published.")
    schema = ObjectOrNullField()


class FormBodySerializer(serializers.Serializer[Any]):
    """A form to take in as a draft."""

    key = serializers.CharField(max_length=100)
    name = serializers.CharField(max_length=200)
    team = serializers.CharField(max_length=100, help_text="Its short name.")
    schema = ObjectField()


class FormDraftBodySerializer(serializers.Serializer[Any]):
    """The whole draft, and the revision it was made from."""

    schema = ObjectField()
    revision = serializers.IntegerField(min_value=1)


class FormPublishBodySerializer(serializers.Serializer[Any]):
    """What is new, and the revision that is meant; without it the draft as it is."""

    note = serializers.CharField(required=False, allow_blank=True, max_length=500)
    revision = serializers.IntegerField(required=False, min_value=1)


class FormsView(APIView):
    """The library."""

    @extend_schema(
        operation_id="list_forms",
        tags=["forms"],
        parameters=[*PAGE_PARAMETERS],
        responses=answers(page_of(LibraryFormSerializer), *LIST_PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """The forms of your teams, by name."""
        return answer_page(request, list_forms(get_caller(request)), order=("name",), serialize=tell)

    @extend_schema(
        operation_id="import_form",
        tags=["forms"],
        request=FormBodySerializer,
        responses=answers(LibraryFormSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request) -> Response:
        """Take a form in as a draft: a new one, or another draft of the one with this key."""
        person = get_caller(request)
        given = read_members(request, FormBodySerializer, first=lambda: None)
        data = {"format": 1, "form": given["key"], **{name: given[name] for name in ("name", "team", "schema")}}
        imported = import_form(text=json.dumps(data, ensure_ascii=False), person=person, now=timezone.now())
        return Response(tell(get_form_for(person, imported.form.key)))


class FormView(APIView):
    """One form."""

    @extend_schema(operation_id="get_form", tags=["forms"], responses=answers(LibraryFormSerializer, *READ_PROBLEMS))
    def get(self, request: Request, key: str) -> Response:
        """The form with its draft and its live version."""
        return Response(tell(get_form_for(get_caller(request), key)))


class FormDraftView(APIView):
    """The draft of a form."""

    @extend_schema(
        operation_id="save_form_draft",
        tags=["forms"],
        request=FormDraftBodySerializer,
        responses=answers(LibraryFormSerializer, *WRITE_PROBLEMS),
    )
    def put(self, request: Request, key: str) -> Response:
        """Keep a whole draft. It may have faults; publishing names them."""
        person = get_caller(request)
        first = lambda: get_form_to(person, key, Action.FORM_DRAFT)  # noqa: E731  one question, asked when needed
        given = read_members(request, FormDraftBodySerializer, first=first)
        save_draft(key=key, schema=given["schema"], revision=given["revision"], person=person, now=timezone.now())
        return Response(tell(get_form_for(person, key)))


class FormPublishView(APIView):
    """Publishing."""

    @extend_schema(
        operation_id="publish_form",
        tags=["forms"],
        request=FormPublishBodySerializer,
        responses=answers(LibraryFormSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, key: str) -> Response:
        """Make the draft the live version. Nothing new changes nothing."""
        person = get_caller(request)
        first = lambda: get_form_to(person, key, Action.FORM_PUBLISH)  # noqa: E731  one question, asked when needed
        given = read_members(request, FormPublishBodySerializer, first=first)
        publish_form(
            key=key, revision=given.get("revision"), note=given.get("note", ""), person=person, now=timezone.now()
        )
        return Response(tell(get_form_for(person, key)))


def tell(row: Form) -> Mapping[str, Any]:
    """A form as ``LibraryFormSerializer`` describes it."""
    told = tell_form(row)
    return {**told, "schema": expand_form(told["schema"]) if told["schema"] else None}

"""``/api/v1/case-types``: the types of cases, read by whoever sees cases, changed by leads and admins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.api.beside import GONE, REMOVE_PROBLEMS
from cases.api.case_shapes import CaseTypeBodySerializer, CaseTypeListSerializer, CaseTypeSerializer, tell_type
from cases.case_types import CaseTypeData
from cases.operations.types import add_case_type, change_case_type, get_type_to_change, remove_case_type
from cases.queries.types import get_case_type_for, list_case_types_for
from integrator.api.bodies import get_caller, read_members
from integrator.api.docs import READ_PROBLEMS, WRITE_PROBLEMS, answers


class CaseTypesView(APIView):
    """Types of cases."""

    @extend_schema(
        operation_id="list_case_types", tags=["case types"], responses=answers(CaseTypeListSerializer, 401, 406)
    )
    def get(self, request: Request) -> Response:
        """Every type, by name; none for those who see no cases."""
        return Response({"results": [tell_type(row) for row in list_case_types_for(get_caller(request))]})

    @extend_schema(
        operation_id="add_case_type",
        tags=["case types"],
        request=CaseTypeSerializer,
        responses=answers(CaseTypeSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request) -> Response:
        """Add a type: admins, and leads for their team."""
        person = get_caller(request)
        given = read_members(request, CaseTypeSerializer, first=lambda: None)
        return Response(
            tell_type(add_case_type(key=given["key"], data=_read(given), person=person, now=timezone.now()))
        )


class CaseTypeView(APIView):
    """One type."""

    @extend_schema(
        operation_id="get_case_type", tags=["case types"], responses=answers(CaseTypeSerializer, *READ_PROBLEMS)
    )
    def get(self, request: Request, key: str) -> Response:
        """The type."""
        return Response(tell_type(get_case_type_for(get_caller(request), key)))

    @extend_schema(
        operation_id="change_case_type",
        tags=["case types"],
        request=CaseTypeBodySerializer,
        responses=answers(CaseTypeSerializer, *WRITE_PROBLEMS),
    )
    def put(self, request: Request, key: str) -> Response:
        """Say anew what the type is. Cases that are open keep what they have."""
        person = get_caller(request)
        given = read_members(request, CaseTypeBodySerializer, first=lambda: get_type_to_change(person, key))
        return Response(tell_type(change_case_type(key=key, data=_read(given), person=person)))

    @extend_schema(
        operation_id="remove_case_type",
        tags=["case types"],
        request=None,
        responses={**GONE, **REMOVE_PROBLEMS},
    )
    def delete(self, request: Request, key: str) -> Response:
        """Remove a type that no case ever had."""
        remove_case_type(key=key, person=get_caller(request))
        return Response(status=204)


def _read(given: Mapping[str, Any]) -> CaseTypeData:
    known = {part.name for part in fields(CaseTypeData)}
    return CaseTypeData(**{name: value for name, value in given.items() if name in known})

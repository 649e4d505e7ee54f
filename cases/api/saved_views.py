"""``/api/v1/views``: the caller's own saved views of the inbox and of the cases."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.api.beside import GONE
from cases.models import SavedView
from cases.operations.views import MAX_NAME, MAX_QUERY, drop_view, save_view
from cases.queries.views import list_views
from integrator.api.bodies import get_caller, read_choice, read_members
from integrator.api.docs import LIST_PROBLEMS, PROBLEM_TYPE, ProblemSerializer, answers, query

PAGES = ("inbox", "cases")


class NewViewSerializer(serializers.Serializer[Any]):
    """A view to keep. ``query`` is what stands behind the ? in the address of the list."""

    page = serializers.ChoiceField(PAGES)
    name = serializers.CharField(max_length=MAX_NAME)
    query = serializers.CharField(max_length=MAX_QUERY, allow_blank=True, required=False, default="")


class ViewSerializer(NewViewSerializer):
    """A view of one's own."""

    id = serializers.IntegerField()


class ViewsSerializer(serializers.Serializer[Any]):
    """Every view of a list, by name."""

    results = ViewSerializer(many=True)


class ViewsView(APIView):
    """Saved views."""

    @extend_schema(
        operation_id="list_views",
        tags=["views"],
        parameters=[query("page", "Of which list; without it of the inbox.", choices=PAGES)],
        responses=answers(ViewsSerializer, *LIST_PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """Your own views, by name. Nobody else sees them."""
        page = read_choice(request, "page", PAGES) or PAGES[0]
        return Response({"results": [_tell(row) for row in list_views(get_caller(request), page)]})

    @extend_schema(
        operation_id="save_view",
        tags=["views"],
        request=NewViewSerializer,
        responses=answers(ViewSerializer, 400, 401, 406, 413, 415),
    )
    def post(self, request: Request) -> Response:
        """Keep a view under a name. One of that name gets the new filters."""
        given = read_members(request, NewViewSerializer, first=lambda: None)
        return Response(_tell(save_view(**given, person=get_caller(request), now=timezone.now())))


class ViewView(APIView):
    """One saved view."""

    @extend_schema(
        operation_id="remove_view",
        tags=["views"],
        request=None,
        responses={**GONE, **{(status, PROBLEM_TYPE): ProblemSerializer for status in (401, 404, 406)}},
    )
    def delete(self, request: Request, view_id: int) -> Response:
        """Remove a view of your own."""
        if not drop_view(person=get_caller(request), view_id=view_id):
            raise NotFound
        return Response(status=204)


def _tell(row: SavedView) -> dict[str, Any]:
    return {"id": row.pk, "page": row.page, "name": row.name, "query": row.query}

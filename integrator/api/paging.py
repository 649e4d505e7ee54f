"""Lists of the API: ``{results, next, previous}``, keyset, 50 a page, ``limit`` up to 200."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from integrator.database.keyset import Page, get_keyset_page
from integrator.database.near import get_near_page

Row = TypeVar("Row", bound=Model)
PAGE_ROWS = 50
PAGE_ROWS_MAX = 200


class KeysetPagination(BasePagination):
    """For generic views. The view names its order as ``keyset_order``, such as ``("-opened_at",)``."""

    page: Page[Any]
    address: str

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any] | None:
        """This will give the rows of the page that ``cursor`` and ``limit`` ask for. Raises CursorRefused (400)."""
        self.address = request.build_absolute_uri()
        self.page = get_page(request, queryset, order=getattr(view, "keyset_order", ("-pk",)))
        return self.page.rows

    def get_paginated_response(self, data: Any) -> Response:
        """The rows with the addresses of the pages beside them."""
        return Response(wrap_page(self.address, self.page, data))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The shape for OpenAPI."""
        link = {"type": "string", "format": "uri", "nullable": True, "readOnly": True}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {"results": schema, "next": link, "previous": link},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """The query parameters for OpenAPI."""
        return [
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "As given in next and previous.",
                "schema": {"type": "string"},
            },
            {
                "name": "limit",
                "in": "query",
                "required": False,
                "description": "Rows a page; more than 200 counts as 200.",
                "schema": {"type": "integer", "minimum": 1, "default": PAGE_ROWS},
            },
        ]


def answer_page(
    request: Request,
    rows: QuerySet[Row],
    *,
    order: Sequence[str],
    serialize: Callable[[Row], Any],
    walked: QuerySet[Row] | None = None,
) -> Response:
    """This will answer one page of a list. ``serialize`` turns a row into JSON-ready data."""
    page = get_page(request, rows, order=order, walked=walked)
    data = [serialize(row) for row in page.rows]
    return Response(wrap_page(request.build_absolute_uri(), page, data))


def get_page(
    request: Request, rows: QuerySet[Row], *, order: Sequence[str], walked: QuerySet[Row] | None = None
) -> Page[Row]:
    """This will give the page that ``limit`` and ``cursor`` ask for. Raises CursorRefused, ValidationError.

    With ``walked``, the same rows asked for row by row, it is looked for among the next ones first.
    """
    size, cursor = read_limit(request), request.query_params.get("cursor", "")
    if walked is not None:
        return get_near_page(rows, walked, order=order, size=size, cursor=cursor)
    return get_keyset_page(rows, order=order, size=size, cursor=cursor)


def read_limit(request: Request) -> int:
    """Rows a page: 50 unless asked for, never above 200."""
    text = request.query_params.get("limit", "")
    if not text:
        return PAGE_ROWS
    if not (text.isascii() and text.isdigit() and len(text) < 10) or int(text) < 1:
        raise ValidationError({"limit": ["A whole number from 1 to 200 was expected."]})
    return min(int(text), PAGE_ROWS_MAX)


def wrap_page(address: str, page: Page[Any], data: Any) -> dict[str, Any]:
    """The envelope of a list."""
    return {
        "results": data,
        "next": replace_query_param(address, "cursor", page.next) if page.next else None,
        "previous": replace_query_param(address, "cursor", page.previous) if page.previous else None,
    }

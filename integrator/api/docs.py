"""What every operation of the API says of itself in the OpenAPI schema: problems, pages and their parameters."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers

from integrator.api.paging import PAGE_ROWS, PAGE_ROWS_MAX

PROBLEM_TYPE = "application/problem+json"
READ_PROBLEMS = (401, 404, 406)
LIST_PROBLEMS = (400, 401, 406)
WRITE_PROBLEMS = (400, 401, 403, 404, 406, 409, 413, 415)


class FaultSerializer(serializers.Serializer[Any]):
    """One fault of what was sent."""

    pointer = serializers.CharField(help_text="JSON pointer (RFC 6901) to the member; empty for the whole body.")
    message = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """A refusal (RFC 9457). A conflict adds who was first: ``decided_by``, ``claimed_at`` and the like."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stable and dotted, such as task.claimed.")
    detail = serializers.CharField()
    errors = FaultSerializer(many=True)  # type: ignore[assignment]
    decided_by = serializers.CharField(required=False, allow_null=True)
    decided_at = serializers.DateTimeField(required=False, allow_null=True)
    claimed_by = serializers.CharField(required=False, allow_null=True)
    claimed_at = serializers.DateTimeField(required=False, allow_null=True)


def answers(good: Any, *problems: int) -> dict[Any, Any]:
    """The answers of an operation: 200 with ``good``, and problems with these statuses."""
    return {200: good, **{(status, PROBLEM_TYPE): ProblemSerializer for status in problems}}


def page_of(serializer: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """The envelope of a list."""
    name = serializer.__name__.removesuffix("Serializer")
    return inline_serializer(
        name=f"{name}Page",
        fields={
            "results": serializer(many=True),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
        },
    )


def query(name: str, description: str, *, choices: tuple[str, ...] | None = None) -> OpenApiParameter:
    """A query parameter of type text."""
    return OpenApiParameter(name, str, description=description, enum=choices)


PAGE_PARAMETERS = (
    query("cursor", "As given in next and previous."),
    OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1, "default": PAGE_ROWS},
        description=f"Rows a page; more than {PAGE_ROWS_MAX} counts as {PAGE_ROWS_MAX}.",
    ),
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Repeats of one person with the same key get the first result.",
)

"""The OpenAPI document of the whole product: made without a doubt, and worth reading."""

from __future__ import annotations

from collections import Counter
from typing import Any

from drf_spectacular.drainage import GENERATOR_STATS, reset_generator_stats
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from tests.support.api import PREFIX, load_schema


def list_operations() -> list[tuple[str, dict[str, Any]]]:
    """Every operation with its name for messages."""
    return [
        (f"{verb} {path}", operation)
        for path, verbs in load_schema()["paths"].items()
        if path.startswith(PREFIX)
        for verb, operation in verbs.items()
    ]


class TestTheSchema:
    def test_is_made_without_warnings_and_is_one(self) -> None:
        reset_generator_stats()
        schema = SchemaGenerator().get_schema(request=None, public=True)
        warned = [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]
        assert warned == []
        validate_schema(schema)

    def test_gives_no_two_operations_one_name(self) -> None:
        names = Counter(operation["operationId"] for _, operation in list_operations())
        assert [name for name, count in names.items() if count > 1] == []

    def test_says_of_each_operation_what_it_does_and_how_it_refuses(self) -> None:
        for name, operation in list_operations():
            assert operation.get("description", "").endswith("."), name
            assert operation["tags"] != ["api"], name
            assert "401" in operation["responses"], name
            if "{" in name:
                assert "404" in operation["responses"], name

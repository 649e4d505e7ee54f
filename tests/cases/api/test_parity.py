"""Whatever people's work has on pages is in the API too, or the table says why not: held against the list of URLs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.cases.api.parity_table import CHANGES, ELSEWHERE, READS
from tests.support.api import load_schema

BESIDE = ("api/", "admin/", "accounts/", "^")  # the API itself, and what others wrote
SAFE = {"GET", "HEAD"}
TABLES = {"reads": READS, "changes": CHANGES}


def list_views(patterns: list[Any], before: str = "") -> Iterator[tuple[str, str, Any]]:
    """Path, name and view of every page."""
    for one in patterns:
        path = f"{before}{one.pattern}"
        if isinstance(one, URLResolver):
            yield from list_views(one.url_patterns, path)
        elif isinstance(one, URLPattern) and one.name is not None and not path.startswith((*BESIDE, *ELSEWHERE)):
            yield path, one.name, one.callback


def list_methods(view: Any) -> set[str]:
    """What ``require_http_methods`` was told, through whatever else is put around a view; fails for one without it."""
    while view is not None:
        names = view.__code__.co_freevars
        if "request_method_list" in names:
            return set(view.__closure__[names.index("request_method_list")].cell_contents)
        view = getattr(view, "__wrapped__", None)
    raise AssertionError("A page says which methods it takes.")


def list_pages_by_use() -> dict[str, set[str]]:
    """The names of pages that are read, and of those that change something."""
    found: dict[str, set[str]] = {"reads": set(), "changes": set()}
    for _, name, view in list_views(get_resolver().url_patterns):
        methods = list_methods(view)
        if methods & SAFE:
            found["reads"].add(name)
        if methods - SAFE:
            found["changes"].add(name)
    return found


def list_operations() -> set[str]:
    """The names of the API's operations."""
    return {operation["operationId"] for verbs in load_schema()["paths"].values() for operation in verbs.values()}


class TestEveryPageOfPeoplesWork:
    @pytest.mark.parametrize("use", TABLES)
    def test_has_an_operation_or_a_reason(self, use: str) -> None:
        pages, listed = list_pages_by_use()[use], set(TABLES[use])
        assert (sorted(pages - listed), sorted(listed - pages)) == ([], [])

    @pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
    def test_names_operations_that_there_are(self, table: Mapping[str, tuple[str, ...] | str]) -> None:
        known = list_operations()
        named = {(page, each) for page, row in table.items() if isinstance(row, tuple) for each in row}
        assert sorted((page, each) for page, each in named if each not in known) == []

    @pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
    def test_leaves_none_without_a_word(self, table: Mapping[str, tuple[str, ...] | str]) -> None:
        assert [page for page, row in table.items() if not row or (isinstance(row, str) and len(row) < 20)] == []

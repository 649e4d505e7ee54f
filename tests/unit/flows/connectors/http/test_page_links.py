"""The header Link by table."""

from __future__ import annotations

import time

import pytest

from flows.connectors.http.page_links import find_next_link


class TestFindNextLink:
    @pytest.mark.parametrize(
        ("header", "target"),
        [
            ("", None),
            ("</x?page=2>; rel=next", "/x?page=2"),
            ('<https://a.example/x?page=2>; rel="next"', "https://a.example/x?page=2"),
            ('<a>; rel="prev", <b,c>; rel="next"', "b,c"),
            ('<a>; title="x; rel=next"; rel="last", <b>; rel=NEXT', "b"),
            ('<a>; rel="last next"', "a"),
            ('<a>; rel="prev"; rel="next"', None),
            ('<a>; rel = "next"', "a"),
            ("<a>; rel=prev", None),
            ("no link at all", None),
        ],
    )
    def test_reads_rel_next(self, header: str, target: str | None) -> None:
        assert find_next_link(header) == target

    def test_is_quick_whatever_comes(self) -> None:
        began = time.process_time()
        for header in ("<" * 100_000, "<a>" + "; x" * 50_000, '<a>; x="' + "\\" * 50_000):
            find_next_link(header)
        assert time.process_time() - began < 0.2

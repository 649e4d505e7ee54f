"""What publishing refuses in ``paginate``: each fault is a sentence at its place."""

from __future__ import annotations

from typing import Any

import pytest

from flows.connectors.http.page_settings import check_paginate


class TestCheckPaginate:
    @pytest.mark.parametrize(
        "value",
        [
            None,
            {"style": "page"},
            {"style": "page", "items": "= body.rows", "more": "= body.more", "param": "p", "start": 0},
            {"style": "cursor", "cursor": "= body.meta.next", "items": "= body.data", "max_pages": 3, "max_items": 9},
            {"style": "link"},
            {"style": "link", "next": "= headers.x_next"},
        ],
    )
    def test_passes_what_works(self, value: Any) -> None:
        assert list(check_paginate(value, is_safe=True)) == []

    @pytest.mark.parametrize(
        ("value", "at", "words"),
        [
            ("page", "/paginate", "must be a mapping"),
            ({"style": "pages"}, "/paginate/style", "cursor, page, link"),
            ({}, "/paginate/style", "cursor, page, link"),
            ({"style": "cursor"}, "/paginate/cursor", "body.next"),
            ({"style": "cursor", "cursor": "body.next"}, "/paginate/cursor", "begin it with '='"),
            ({"style": "page", "cursor": "= body.next"}, "/paginate/cursor", "belongs to the style 'cursor'"),
            ({"style": "page", "items": "= trigger.body"}, "/paginate/items", "trigger"),
            ({"style": "page", "items": "= body.("}, "/paginate/items", ""),
            ({"style": "page", "pages": 3}, "/paginate/pages", "has no 'pages'"),
            ({"style": "page", "max_pages": 0}, "/paginate/max_pages", "from 1 to 1,000"),
            ({"style": "page", "max_items": "all"}, "/paginate/max_items", "whole number"),
            ({"style": "page", "param": ""}, "/paginate/param", "name in the query"),
        ],
    )
    def test_names_the_fault(self, value: Any, at: str, words: str) -> None:
        faults = list(check_paginate(value, is_safe=True))
        assert any(words in sentence and pointer == at for sentence, pointer in faults), faults

    def test_wants_what_is_safe_to_repeat(self) -> None:
        ((sentence, at),) = check_paginate({"style": "page"}, is_safe=False)
        assert (at, "repeat: safe" in sentence) == ("/paginate", True)

"""One way to evaluate in all tests of expressions: fixed time, given roots."""

from __future__ import annotations

import datetime as dt

import pytest

from flows.definition.expressions import compile_expression

NOW = dt.datetime(2026, 1, 2, 3, 4, 5, 678900, tzinfo=dt.UTC)


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def run():
    """run(source, want="any", **roots) → the plain JSON result."""

    def evaluate(source, want="any", **roots):
        return compile_expression(source).evaluate(roots, now=NOW, want=want)

    return evaluate


@pytest.fixture
def order():
    return {
        "body": {
            "title": "Posters",
            "nothing": None,
            "gaps": [None, 1, None],
            "none": [],
            "nested": [[1, 2], [3]],
            "items": [
                {"sku": "a", "price": 1, "qty": 2},
                {"sku": "b", "price": 5, "qty": 1},
                {"sku": "c", "price": 9},
            ],
        }
    }

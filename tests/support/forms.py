"""Forms of the library for tests that have a database."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from cases.models import Form
from cases.operations.forms import import_form
from tests.support.flows import make_team

NOW = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)
EXPENSES: dict[str, Any] = {
    "type": "object",
    "required": ["reason", "lines"],
    "properties": {
        "reason": {"type": "string", "title": "Reason", "maxLength": 200},
        "lines": {
            "x-field": "table",
            "title": "Items",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["net"],
                "properties": {
                    "what": {"type": "string", "title": "What"},
                    "net": {"x-field": "money", "title": "Net", "x-currencies": ["EUR"]},
                },
            },
            "x-totals": ["net"],
        },
        "total": {"x-field": "money", "title": "Total", "x-currencies": ["EUR"], "x-compute": "sum(lines.net)"},
        "boss": {"x-field": "person", "title": "Who knows of it", "x-show-if": "total > 500"},
    },
}


def make_form(schema: dict[str, Any] | None = None, *, key: str = "expenses", publish: bool = True) -> Form:
    """A form of marketing, published."""
    make_team()
    data = {"format": 1, "form": key, "name": key.capitalize(), "team": "marketing", "schema": schema or EXPENSES}
    return import_form(text=json.dumps(data), person=None, publish=publish, now=NOW).form

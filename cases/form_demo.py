"""The demo's form of the library, published. Repeatable: a second time changes nothing."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from cases.models import Form
from cases.operations.forms import import_form
from integrator.people.models import Team

KEY, TEAM = "invoice-exception", "operations"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["wrong", "lines", "reason", "checked"],
    "properties": {
        "wrong": {
            "type": "string", "title": "What is wrong", "enum": ["Price", "Quantity", "Nothing was ordered"],
        },
        "lines": {
            "x-field": "table", "title": "Lines that differ", "minItems": 1, "maxItems": 20,
            "items": {
                "type": "object",
                "required": ["item", "quantity", "ordered", "invoiced"],
                "properties": {
                    "item": {"type": "string", "title": "Item", "maxLength": 100},
                    "quantity": {"type": "integer", "title": "Quantity", "minimum": 1, "default": 1},
                    "ordered": {"x-field": "money", "title": "Price ordered", "x-currencies": ["EUR"]},
                    "invoiced": {"x-field": "money", "title": "Price invoiced", "x-currencies": ["EUR"]},
                    "too_much": {
                        "x-field": "money", "title": "Too much", "x-currencies": ["EUR"],
                        "x-compute": "quantity * (invoiced - ordered)",
                    },
                },
            },
            "x-totals": ["too_much"],
        },
        "total": {
            "x-field": "money", "title": "Too much in all", "x-currencies": ["EUR"], "x-compute": "sum(lines.too_much)",
        },
        "accept": {"type": "boolean", "title": "Pay it all the same"},
        "reason": {
            "type": "string", "title": "Why it is paid all the same", "maxLength": 500,
            "x-show-if": "accept = true and total > 500", "description": "Asked from 500 EUR on.",
        },
        "checked": {
            "x-field": "confirmation", "title": "Checked by", "x-auth": "password",
            "x-text": "I have held the invoice against the order and the goods receipt.",
        },
    },
}  # fmt: skip


def seed_form(now: datetime) -> None:
    """This will add the form "Invoice exception" of the operations team where it is not there yet."""
    if not Team.objects.filter(slug=TEAM).exists() or Form.objects.filter(key=KEY).exists():
        return
    file = {"format": 1, "form": KEY, "name": "Invoice exception", "team": TEAM, "schema": SCHEMA}
    import_form(text=json.dumps(file), person=None, publish=True, note="The first one", now=now)

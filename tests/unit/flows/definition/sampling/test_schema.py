"""Examples made from JSON Schemas."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from flows.definition.sampling import make_sample

DEFS = {"$defs": {"line": {"type": "object", "properties": {"sku": {"type": "string"}}}}}


class TestMakeSample:
    @pytest.mark.parametrize(
        ("schema", "made"),
        [
            ({"type": "string", "title": "asset name"}, "Asset name"),
            ({"type": "string", "format": "date"}, "2026-03-14"),
            ({"type": "string", "const": "x"}, "x"),
            ({"enum": ["low", "high"]}, "low"),
            ({"type": "string", "examples": ["CH-1"], "default": "no"}, "CH-1"),
            ({"type": "string", "default": None}, None),
            ({"type": "integer", "minimum": 250}, 250),
            ({"type": "number", "exclusiveMinimum": 200}, 201),
            ({"type": "number", "maximum": 3}, 3),
            ({"type": "boolean"}, True),
            ({"type": ["null", "integer"]}, 100),
            ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [100, 100]),
            ({"type": "array"}, []),
            ({"type": "string", "maxLength": 2}, "Te"),
            ({}, None),
            (True, None),
            ("nonsense", None),
        ],
    )
    def test_follows_what_the_schema_says(self, schema: Any, made: Any) -> None:
        assert make_sample(schema) == made

    def test_makes_links_and_addresses_of_names(self) -> None:
        schema = {
            "properties": {
                "callback_url": {"type": "string"},
                "email": {"type": "string"},
                "request_id": {"type": "string"},
            }
        }
        assert make_sample(schema) == {
            "callback_url": "https://www.example.org/page",
            "email": "ana@example.org",
            "request_id": "A-1001",
        }

    def test_gives_required_members_that_have_no_schema(self) -> None:
        assert make_sample({"required": ["title", "callback_url"]}) == {
            "title": "Title",
            "callback_url": "https://www.example.org/page",
        }

    def test_follows_references_and_combinations(self) -> None:
        schema = {
            **DEFS,
            "allOf": [
                {"properties": {"a": {"type": "boolean"}}},
                {"properties": {"lines": {"type": "array", "items": {"$ref": "#/$defs/line"}}}},
            ],
        }
        assert make_sample(schema) == {"a": True, "lines": [{"sku": "Sku"}]}

    def test_ends_where_a_schema_refers_to_itself(self) -> None:
        schema = {"type": "object", "properties": {"again": {"$ref": "#"}}}
        value = make_sample(schema)
        depth = 0
        while isinstance(value, dict):
            value, depth = value.get("again"), depth + 1
        assert 1 < depth < 20

    def test_fits_the_schema_it_was_made_from(self) -> None:
        schema = {
            "type": "object",
            "required": ["id", "amount", "due"],
            "properties": {
                "id": {"type": "string", "minLength": 12},
                "amount": {"type": "integer", "minimum": 1000, "maximum": 2000},
                "due": {"type": "string", "format": "date"},
                "lines": {"type": "array", "minItems": 2, "items": {"type": "object", "required": ["sku"]}},
            },
        }
        jsonschema.validate(make_sample(schema), schema)

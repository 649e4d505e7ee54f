"""Schemas: what is taken, what is found, in which words."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from integrator.lib.schema import MAX_FAULTS, SchemaError, compile_schema
from integrator.lib.schema.keywords import StrictValidator
from integrator.lib.schema.quick import compile_quick


def faults(schema: Any, value: Any) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.message) for fault in compile_schema(schema).faults(value)]


class TestFaults:
    def test_lists_all_by_pointer(self) -> None:
        schema = {
            "type": "object",
            "required": ["amount", "name"],
            "properties": {
                "amount": {"type": "number"},
                "lines": {"type": "array", "items": {"required": ["sku"], "properties": {"n": {"type": "integer"}}}},
            },
        }
        assert faults(schema, {"amount": "x", "lines": [{"sku": 1}, {"n": 1.5}]}) == [
            ("/amount", "a number was expected"),
            ("/lines/1/n", "a whole number was expected"),
            ("/lines/1/sku", "is required"),
            ("/name", "is required"),
        ]

    @pytest.mark.parametrize(
        ("schema", "value", "message"),
        [
            ({"type": "string"}, 1, "a text was expected"),
            ({"type": ["string", "null"]}, 1, "a text or null was expected"),
            ({"type": "integer"}, True, "a whole number was expected"),
            ({"enum": ["a", "b"]}, "c", 'must be one of "a", "b"'),
            ({"enum": [1]}, True, "must be one of 1"),
            ({"const": 5}, 6, "must be 5"),
            ({"minimum": 5}, 4, "must be at least 5"),
            ({"exclusiveMaximum": 5}, 5, "must be less than 5"),
            ({"multipleOf": 5}, 4, "must be a multiple of 5"),
            ({"minLength": 1}, "", "must have at least 1 character"),
            ({"maxLength": 2}, "abc", "must have at most 2 characters"),
            ({"pattern": "^a$"}, "b", "does not match the pattern"),
            ({"format": "email"}, "x", "an e-mail address was expected"),
            ({"minItems": 2}, [], "must have at least 2 items"),
            ({"anyOf": [{"type": "string"}]}, 1, "fits none of the forms allowed here"),
            ({"not": {}}, 1, "has a form that is not allowed here"),
            (False, 1, "is not allowed by the schema"),
        ],
    )
    def test_speaks_plainly(self, schema: Any, value: Any, message: str) -> None:
        assert faults(schema, value) == [("", message)]

    def test_knows_multiples_by_the_digits_as_written(self) -> None:
        assert faults({"multipleOf": 0.01}, 1.1) == faults({"multipleOf": 0.3}, 0.9) == []
        assert faults({"multipleOf": 0.01}, 1.105) == [("", "must be a multiple of 0.01")]
        assert faults({"multipleOf": 0.5}, 1e308) == faults({"multipleOf": 1e-308}, 1e308) == []

    def test_points_at_members_that_should_not_be_there(self) -> None:
        schema = {"properties": {"a": {}}, "patternProperties": {"^x-": {}}, "additionalProperties": False}
        assert faults(schema, {"a": 1, "x-b": 2, "c/d": 3}) == [("/c~1d", "is not allowed here")]

    def test_points_at_dependent_and_repeated_members(self) -> None:
        assert faults({"dependentRequired": {"a": ["b"]}}, {"a": 1}) == [("/b", "is required with 'a'")]
        assert faults({"uniqueItems": True}, [1, True, {"a": 1}, {"a": 1.0}]) == [("/3", "stands there twice")]

    def test_never_quotes_the_value(self) -> None:
        schema = {"properties": {"a": {"type": "object"}, "b": {"enum": ["x"]}, "c": {"pattern": "^$"}}}
        assert "hidden" not in str(faults(schema, {"a": "hidden", "b": "hidden", "c": "hidden"}))

    def test_stops_at_a_hundred(self) -> None:
        found = compile_schema({"items": {"type": "string"}}).faults(list(range(500)))
        assert len(found) == MAX_FAULTS

    def test_follows_references_inside(self) -> None:
        tree = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "properties": {"next": {"$ref": "#"}, "n": {"$ref": "#/$defs/n~1a"}},
            "$defs": {"n/a": {"type": "integer"}},
        }
        assert faults(tree, {"next": {"next": {"n": "x"}}}) == [("/next/next/n", "a whole number was expected")]

    def test_keeps_patterns_linear_behind_a_reference_to_the_top(self) -> None:
        tree = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "properties": {"next": {"$ref": "#"}, "text": {"pattern": "(a+)+$"}},
        }
        started = time.thread_time()
        assert faults(tree, {"next": {"text": "a" * 5000 + "!"}}) == [("/next/text", "does not match the pattern")]
        assert time.thread_time() - started < 1

    @pytest.mark.parametrize(
        "schema",
        [
            {"pattern": "(a+)+$"},
            {"patternProperties": {"(a+)+$": False}},
            {"patternProperties": {"(a+)+$": {}}, "additionalProperties": False},
            {"propertyNames": {"pattern": "(a+)+$"}},
        ],
    )
    def test_runs_patterns_in_linear_time(self, schema: Any) -> None:
        compiled = compile_schema(schema)
        started = time.thread_time()
        compiled.faults({"a" * 5000 + "!": 1})
        compiled.faults("a" * 5000 + "!")
        assert time.thread_time() - started < 1

    def test_finds_repeated_items_in_linear_time(self) -> None:
        started = time.thread_time()
        assert faults({"uniqueItems": True}, [{"n": n} for n in range(50_000)]) == []
        assert time.thread_time() - started < 2


class TestFormats:
    @pytest.mark.parametrize(
        ("name", "good", "bad"),
        [
            ("date", ["2026-02-28"], ["2026-02-30", "2026-2-3", "20260203", "2026-02-03T00:00:00Z", ""]),
            ("date-time", ["2026-05-01T09:30:00Z"], ["2026-05-01T09:30:00", "2026-05-01"]),
            ("email", ["a@b.example", "a.b+c@b"], ["a", "@b", "a@", "a b@c", "a@b..c", "a..b@c", "a@-b", "a@b\n"]),
            (
                "uri",
                ["https://a.example/x?y#z", "urn:a:b", "mailto:a@b"],
                ["/x", "x", "http://", "http:// x", "a:", ""],
            ),
            ("uuid", ["0190b6b6-2d1c-7aaa-8bbb-0123456789ab"], ["0190b6b62d1c7aaa8bbb0123456789ab", "x"]),
        ],
    )
    def test_checks(self, name: str, good: list[str], bad: list[str]) -> None:
        compiled = compile_schema({"format": name})
        assert [text for text in good if not compiled.is_valid(text)] == []
        assert [text for text in bad if compiled.is_valid(text)] == []
        assert compiled.is_valid(5)

    def test_passes_over_unknown_formats(self) -> None:
        assert compile_schema({"format": "colour"}).is_valid("x")

    @pytest.mark.parametrize(
        ("pattern", "text"), [(r"^\u00e9+$", "éé"), (r"^\\u$", "\\u"), (r"^\p{L}+$", "äß"), (r"^[^/]+\/x$", "a/x")]
    )
    def test_reads_patterns_as_javascript_writes_them(self, pattern: str, text: str) -> None:
        assert compile_schema({"pattern": pattern}).is_valid(text)


class TestCompileSchema:
    @pytest.mark.parametrize(
        ("schema", "words"),
        [
            ({"type": "text"}, "not valid JSON Schema"),
            ({"properties": {"a": 5}}, "/properties/a: This is not valid"),
            (5, "not valid JSON Schema"),
            ({"$ref": "https://example.com/x"}, "nothing is fetched"),
            ({"properties": {"a": {"$ref": "other.json"}}}, "/properties/a/[$]ref"),
            ({"$ref": "#anchor"}, "nothing is fetched"),
            ({"$ref": "#/$defs/none"}, "points at nothing"),
            ({"$ref": "#/title", "title": "x"}, "points at no schema"),
            ({"$ref": "#"}, "circle"),
            ({"$defs": {"a": {"allOf": [{"$ref": "#/$defs/b"}]}, "b": {"$ref": "#/$defs/a"}}}, "circle"),
            ({"$dynamicRef": "#a"}, "not taken"),
            ({"$schema": "http://json-schema.org/draft-07/schema#"}, "2020-12"),
            ({"pattern": "(?=a)"}, "look-around"),
            ({"pattern": "("}, "cannot be used"),
            ({"patternProperties": {r"(a)\1": {}}}, "cannot be used"),
            ({"properties": {"a": {"$id": "x"}}}, "top of a schema"),
            ({"patternProperties": {"a": {}}, "unevaluatedProperties": False}, "unevaluatedProperties"),
            ({"const": float("nan")}, "JSON"),
        ],
    )
    def test_refuses(self, schema: Any, words: str) -> None:
        with pytest.raises(SchemaError, match=words):
            compile_schema(schema)

    def test_takes_a_member_that_is_called_ref(self) -> None:
        schema = {"properties": {"$ref": {"type": "string"}}, "const": {"$ref": "x"}}
        assert compile_schema(schema).is_valid({"$ref": "x"})

    def test_compiles_the_same_schema_once(self) -> None:
        assert compile_schema({"type": "object", "title": "a"}) is compile_schema({"title": "a", "type": "object"})

    def test_does_not_change_with_the_schema_given(self) -> None:
        schema: dict[str, Any] = {"type": "string"}
        compiled = compile_schema(schema)
        schema["type"] = "number"
        assert compiled.is_valid("x")


_NAMES = st.sampled_from(["a", "b", "c"])
_NUMBERS = st.integers(-3, 3) | st.sampled_from([-1.5, 0.0, 1.0, 2.5])
_SCALARS = st.none() | st.booleans() | _NUMBERS | st.sampled_from(["", "a", "ab", "2026-01-01", "é"])
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3), max_leaves=8
)
_TYPES = st.sampled_from(["object", "array", "string", "number", "integer", "boolean", "null"])


def _schemas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.booleans() | st.fixed_dictionaries(
        {},
        optional={
            "type": _TYPES | st.lists(_TYPES, min_size=1, max_size=3, unique=True),
            "required": st.lists(_NAMES, max_size=2, unique=True),
            "properties": st.dictionaries(_NAMES, inner, max_size=3),
            "additionalProperties": inner,
            "items": inner,
            "enum": st.lists(_SCALARS, min_size=1, max_size=3, unique_by=repr),
            "const": _SCALARS,
            "minimum": _NUMBERS,
            "maximum": _NUMBERS,
            "exclusiveMinimum": _NUMBERS,
            "exclusiveMaximum": _NUMBERS,
            "minLength": st.integers(0, 2),
            "maxLength": st.integers(0, 2),
            "minItems": st.integers(0, 2),
            "maxItems": st.integers(0, 2),
            "pattern": st.sampled_from(["^a", "b$", "é"]),
            "uniqueItems": st.booleans(),
        },
    )


_SCHEMAS = st.recursive(st.booleans() | st.just({}), _schemas, max_leaves=6).flatmap(
    lambda inner: _schemas(st.just(inner))
)


class TestOneVerdict:
    @settings(max_examples=400, deadline=None)
    @given(_SCHEMAS, _VALUES)
    def test_ours_is_that_of_jsonschema(self, schema: Any, value: Any) -> None:
        """The pattern alphabet is one on which Python's `re` and RE2 agree."""
        expected = Draft202012Validator(schema).is_valid(value)
        assert compile_schema(schema).is_valid(value) is expected
        assert StrictValidator(schema).is_valid(value) is expected

    @settings(max_examples=300, deadline=None)
    @given(_SCHEMAS, _VALUES)
    def test_the_quick_check_is_never_too_kind(self, schema: Any, value: Any) -> None:
        quick = compile_quick(schema)
        if quick is not None and quick(value):
            assert Draft202012Validator(schema).is_valid(value)

    def test_the_quick_check_serves_the_common_schema(self) -> None:
        schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "maxLength": 5}}}
        quick = compile_quick(schema)
        assert quick is not None
        assert (quick({"a": "x", "b": 1}), quick({"a": "xxxxxx"}), quick({})) == (True, False, False)

"""Where schemas declare sensitive values, what stands there, and covering it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrator.lib.redaction import MASK
from integrator.lib.sensitive import Path, cover, find_declared, find_values, is_at_or_below, touches

SECRET = {"type": "string", "x-sensitive": True}
DECLARED: list[tuple[Any, tuple[Path, ...]]] = [
    ({"properties": {"iban": SECRET, "nr": {"type": "string"}}}, (("iban",),)),
    ({"properties": {"a": {"properties": {"b": SECRET}}}}, (("a", "b"),)),
    ({"properties": {"rows": {"type": "array", "items": {"properties": {"ssn": SECRET}}}}}, (("rows", "ssn"),)),
    ({"properties": {"rows": {"prefixItems": [{}, SECRET]}}}, (("rows",),)),
    ({"allOf": [{"properties": {"x": SECRET}}], "if": {}, "then": {"properties": {"y": SECRET}}}, (("x",), ("y",))),
    ({"additionalProperties": SECRET}, (("*",),)),
    ({"patternProperties": {"^n": {"properties": {"b": SECRET}}}}, (("*", "b"),)),
    ({"properties": {"p": {"$ref": "#/$defs/p"}}, "$defs": {"p": {"properties": {"b": SECRET}}}}, (("p", "b"),)),
    ({"x-sensitive": True, "properties": {"a": SECRET}}, ((),)),
    ({"properties": {"a": {"x-sensitive": "yes"}}}, ()),
    ("no schema", ()),
]
DATA = {"a": {"b": "one"}, "rows": [{"ssn": 1}, {"ssn": 2, "n": 3}], "none": None}


class TestFindDeclared:
    @pytest.mark.parametrize(("schema", "paths"), DECLARED)
    def test_finds_what_a_schema_declares(self, schema: Any, paths: tuple[Path, ...]) -> None:
        assert find_declared(schema) == paths

    def test_ends_where_a_schema_refers_to_itself(self) -> None:
        schema = {"properties": {"child": {"$ref": "#"}, "pin": SECRET}}
        found = find_declared(schema)
        assert ("pin",) in found
        assert ("child", "child", "pin") in found


class TestCover:
    @pytest.mark.parametrize(
        ("path", "values", "covered"),
        [
            (("a", "b"), ["one"], {**DATA, "a": {"b": MASK}}),
            (("a",), [{"b": "one"}], {**DATA, "a": MASK}),
            (("rows", "ssn"), [1, 2], {**DATA, "rows": [{"ssn": MASK}, {"ssn": MASK, "n": 3}]}),
            (("*", "b"), ["one"], {**DATA, "a": {"b": MASK}}),
            (("none",), [None], DATA),
            (("a", "b", "c"), [], DATA),
            (("zzz",), [], DATA),
        ],
    )
    def test_masks_what_stands_at_a_path(self, path: Path, values: list[Any], covered: Any) -> None:
        assert find_values(DATA, [path]) == values
        assert cover(DATA, [path]) == covered

    @given(st.recursive(st.text() | st.integers(), lambda inner: st.dictionaries(st.sampled_from("abc"), inner)))
    def test_leaves_nothing_at_a_path_but_the_mask(self, value: Any) -> None:
        assert all(found in (MASK, None) for found in find_values(cover(value, [("a", "b")]), [("a", "b")]))


class TestPaths:
    def test_tells_what_lies_inside_and_what_touches(self) -> None:
        assert is_at_or_below(("body", "iban", "x"), ("body", "iban"))
        assert not is_at_or_below(("body",), ("body", "iban"))
        assert touches(("body",), ("body", "iban"))
        assert not touches(("body", "nr"), ("body", "iban"))

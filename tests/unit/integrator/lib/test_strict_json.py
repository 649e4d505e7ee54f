"""What passes as JSON at every door."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrator.lib.strict_json import StrictJSONError, check, dumps_canonical, escape_pointer, parse

_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0")), inner, max_size=4
        )
    ),
    max_leaves=20,
)


class TestParse:
    @pytest.mark.parametrize(
        ("raw", "value"),
        [
            (b'{"a": [1, 2.5, true, null, "x"]}', {"a": [1, 2.5, True, None, "x"]}),
            (b" 12345678901234567890123 \n", 12345678901234567890123),
            (b'"\\\\u0000"', "\\u0000"),
            (b'"\\ud83d\\ude00"', "😀"),
            ('"é"'.encode(), "é"),
            ('{"ключ": 1}', {"ключ": 1}),
            (b"[" * 64 + b"]" * 64, json.loads("[" * 64 + "]" * 64)),
            (b'["' + b"[" * 500 + b'"]', ["[" * 500]),
            (b'["\\"' + b"[" * 500 + b'", 1]', ['"' + "[" * 500, 1]),
            (b'"' + b"9" * 5000 + b'"', "9" * 5000),
            (b"9" * 308, int("9" * 308)),
            (b"0." + b"0" * 900 + b"1", 0.0),
            (b"1e308", 1e308),
        ],
    )
    def test_takes(self, raw: bytes | str, value: object) -> None:
        assert parse(raw) == value

    @pytest.mark.parametrize(
        ("raw", "words"),
        [
            (b"", "not valid JSON"),
            (b"NaN", "NaN"),
            (b"[Infinity]", "Infinity"),
            (b"[-Infinity]", "Infinity"),
            (b"1e400", "beyond the range"),
            (b"-1e400", "beyond the range"),
            (b"1" + b"0" * 309, "beyond the range"),
            (b"2" + b"0" * 308, "beyond the range"),
            (b"1" * 1001, "1,000 digits"),
            (b"[0." + b"1" * 1001 + b"]", "1,000 digits"),
            (b"1" * 501 + b"." + b"1" * 500, "1,000 digits"),
            (b'"\\u0000"', "NUL"),
            (b'{"a\\u0000": 1}', "NUL"),
            (b'"\x00"', "not valid JSON"),
            (b'"\\ud800"', "lone surrogate"),
            (b'"\\uDC00x"', "lone surrogate"),
            ('"\ud800"', "lone surrogate"),
            (b'"\xed\xa0\x80"', "not UTF-8"),
            (b'"\xff"', "not UTF-8"),
            ('"a"'.encode("utf-16"), "not UTF-8"),
            (b'\xef\xbb\xbf{"a": 1}', "byte order mark"),
            (b'{"a": 1, "a": 1}', "stands twice"),
            (b'[{"b": {"a": 1, "c": 2, "a": 3}}]', "'a' stands twice"),
            (b"[" * 65 + b"]" * 65, "deeper than 64"),
            (b'{"a":' * 65 + b"1" + b"}" * 65, "deeper than 64"),
            (b"[" * 1_000_000, "deeper than 64"),
            (b'["]",' * 65 + b"1" + b',"["]' * 65, "deeper than 64"),
            (b"{} x", "line 1, column 4: something stands behind the end of the value"),
            (b"[1,]", "not valid JSON"),
            (b"{'a': 1}", "line 1, column 2: a name in double quotes is missing here"),
            (b"[1 2]", "line 1, column 4: a comma is missing before this"),
            (b'{"a" 1}', "a colon is missing between name and value"),
            (b'["a]', "the text that begins here has no closing quote"),
            (b"{a: 1}", "a name in double quotes is missing here"),
            (b"[x]", "a value is missing here, or a text without its double quotes stands here"),
            (b"01", "not valid JSON"),
            (b'"\\"' + b'\\"' * 300_000, "not valid JSON"),
        ],
    )
    def test_refuses(self, raw: bytes | str, words: str) -> None:
        with pytest.raises(StrictJSONError, match=words):
            parse(raw)

    def test_points_at_the_whole_when_nothing_parses(self) -> None:
        with pytest.raises(StrictJSONError) as caught:
            parse(b"{")
        assert caught.value.pointer == ""
        assert caught.value.code == "json.invalid"

    def test_takes_another_depth(self) -> None:
        assert parse(b"[[1]]", max_depth=2) == [[1]]
        with pytest.raises(StrictJSONError):
            parse(b"[[[1]]]", max_depth=2)

    @given(_VALUES)
    def test_reads_what_the_canonical_text_wrote(self, value: object) -> None:
        check(value)
        assert parse(dumps_canonical(value)) == value
        assert parse(json.dumps(value)) == value


class TestCheck:
    @pytest.mark.parametrize(
        ("value", "pointer"),
        [
            ({"a": [1, {"b/c": float("nan")}]}, "/a/1/b~1c"),
            ({"a": float("inf")}, "/a"),
            (["x", "\0"], "/1"),
            ({"a~": "\ud800"}, "/a~0"),
            ([10**400], "/0"),
            ([b"x"], "/0"),
            ([(1, 2)], "/0"),
            ({1: 2}, "/1"),
            (float("nan"), ""),
            ({"a": {"k\0": 1}}, "/a/k\0"),
        ],
    )
    def test_names_the_place_of_a_fault(self, value: object, pointer: str) -> None:
        with pytest.raises(StrictJSONError) as caught:
            check(value)
        assert caught.value.pointer == pointer

    def test_refuses_a_depth_of_65(self) -> None:
        value: object = 1
        for _ in range(64):
            value = [value]
        check(value)
        with pytest.raises(StrictJSONError, match="nested"):
            check([value])


class TestDumpsCanonical:
    def test_is_one_text_for_equal_values(self) -> None:
        assert dumps_canonical({"b": [1, "é"], "a": None}) == '{"a":null,"b":[1,"é"]}'

    @pytest.mark.parametrize("value", [float("nan"), {"a": float("inf")}, object(), {"a": b"x"}])
    def test_refuses_what_is_no_json(self, value: object) -> None:
        with pytest.raises(StrictJSONError):
            dumps_canonical(value)

    def test_escapes_pointer_tokens(self) -> None:
        assert escape_pointer("a/b~c") == "a~1b~0c"

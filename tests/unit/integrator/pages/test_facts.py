"""JSON as facts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrator.pages.facts import MAX_DEPTH, MAX_ITEMS, Fact, is_web_address, read_facts, say_key, say_plain

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=30,
)


def depth_of(fact: Fact) -> int:
    inner = [item for _, item in fact.pairs] + list(fact.items)
    return 1 + max((depth_of(item) for item in inner), default=0)


class TestSayPlain:
    @pytest.mark.parametrize(
        ("value", "said"),
        [
            (2026, "2026"),
            (9999.5, "9999.5"),
            (10_000, "10,000"),
            (-12400.5, "-12,400.5"),
            (1e20, "1e+20"),
            (True, "True"),
            ("12400", "12400"),
        ],
    )
    def test_groups_what_is_long(self, value: Any, said: str) -> None:
        assert say_plain(value) == said

    def test_is_for_readers_who_are_no_analysts(self) -> None:
        assert [read_facts(12400, say_keys=told).text for told in (True, False)] == ["12,400", "12400"]


class TestReadFacts:
    @pytest.mark.parametrize(
        ("value", "kind", "text"),
        [
            ("Ridgeline", "text", "Ridgeline"),
            (12.5, "text", "12.5"),
            (True, "text", "yes"),
            (False, "text", "no"),
            (None, "empty", "none"),
            ("", "empty", "empty"),
            ([], "empty", "none"),
            ({}, "empty", "nothing"),
            ("https://hub.example/a/9", "link", "https://hub.example/a/9"),
        ],
    )
    def test_reads_simple_values(self, value: Any, kind: str, text: str) -> None:
        fact = read_facts(value)
        assert (fact.kind, fact.text) == (kind, text)

    def test_tells_lists_of_values_from_lists_of_records(self) -> None:
        assert read_facts(["a", "b"]).kind == "list"
        assert read_facts([{"by": "lia"}]).kind == "records"

    def test_counts_what_it_leaves_out(self) -> None:
        assert read_facts(list(range(MAX_ITEMS + 3))).more == 3

    def test_says_keys_in_words_when_asked(self) -> None:
        assert read_facts({"goes_live": 1}, say_keys=True).pairs[0][0] == "Goes live"
        assert read_facts({"goes_live": 1}).pairs[0][0] == "goes_live"

    @given(json_values)
    def test_never_nests_deeper_than_the_cap(self, value: Any) -> None:
        assert depth_of(read_facts(value)) <= MAX_DEPTH + 1


class TestIsWebAddress:
    @pytest.mark.parametrize(
        "text", ["javascript:alert(1)", "data:text/html,x", "ftp://x.example", "https://", "http://a b", "//x.example"]
    )
    def test_refuses_what_is_no_safe_link(self, text: str) -> None:
        assert not is_web_address(text)


class TestSayKey:
    @pytest.mark.parametrize(("key", "said"), [("due_in", "Due in"), ("Retry-After", "Retry-After"), ("a.b", "a.b")])
    def test_leaves_what_is_no_plain_name(self, key: str, said: str) -> None:
        assert say_key(key) == said

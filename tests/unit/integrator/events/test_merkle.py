"""Merkle roots against the definition in RFC 6962."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrator.events.merkle import EMPTY_ROOT, compute_root


def root_by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, written as the text has it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + root_by_definition(leaves[:split]) + root_by_definition(leaves[split:])).digest()


class TestComputeRoot:
    def test_matches_a_published_root(self) -> None:
        leaves = [b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43"]
        leaves += [
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ]
        assert compute_root(leaves).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"

    def test_of_nothing_is_the_hash_of_nothing(self) -> None:
        assert compute_root([]) == EMPTY_ROOT == root_by_definition([])

    @given(st.lists(st.binary(max_size=8), max_size=70))
    def test_streams_to_what_the_definition_gives(self, leaves: list[bytes]) -> None:
        assert compute_root(leaves) == root_by_definition(leaves)

    @given(st.lists(st.binary(max_size=4), min_size=1, max_size=40, unique=True), st.data())
    def test_changes_with_any_leaf_and_any_swap(self, leaves: list[bytes], data: st.DataObject) -> None:
        place = data.draw(st.integers(0, len(leaves) - 1))
        other = data.draw(st.integers(0, len(leaves) - 1).filter(lambda i: i != place)) if len(leaves) > 1 else None
        edited = [*leaves[:place], leaves[place] + b"!", *leaves[place + 1 :]]
        assert compute_root(edited) != compute_root(leaves)
        assert compute_root([*leaves[:place], *leaves[place + 1 :]]) != compute_root(leaves)
        if other is not None:
            swapped = list(leaves)
            swapped[place], swapped[other] = swapped[other], swapped[place]
            assert compute_root(swapped) != compute_root(leaves)

    @pytest.mark.parametrize("count", [2, 3, 7])
    def test_never_lets_a_node_pass_for_a_leaf(self, count: int) -> None:
        leaves = [bytes([number]) for number in range(count)]
        assert compute_root([compute_root(leaves)]) != compute_root(leaves)

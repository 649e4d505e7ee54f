"""Audit paths: each leaf of a tree leads to its root, nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrator.events.merkle import Tree, compute_root, follow_path, hash_leaf


class TestFollowPath:
    @pytest.mark.parametrize("count", range(1, 34))
    def test_leads_every_leaf_to_the_root(self, count: int) -> None:
        leaves = [str(number).encode() for number in range(count)]
        hashes, root = [hash_leaf(leaf) for leaf in leaves], compute_root(leaves)
        for index in range(count):
            path = Tree(hashes).path(index)
            assert follow_path(hashes[index], index=index, count=count, path=path) == root

    @given(count=st.integers(2, 200), data=st.data())
    def test_leads_no_other_leaf_place_or_path_there(self, count: int, data: st.DataObject) -> None:
        leaves = [str(number).encode() for number in range(count)]
        hashes, root = [hash_leaf(leaf) for leaf in leaves], compute_root(leaves)
        index = data.draw(st.integers(0, count - 1))
        path = Tree(hashes).path(index)
        other = data.draw(st.integers(0, count - 1).filter(lambda one: one != index))
        assert follow_path(hashes[other], index=index, count=count, path=path) != root
        assert follow_path(hashes[index], index=other, count=count, path=path) != root
        assert follow_path(hashes[index], index=index, count=count, path=path[:-1]) != root
        assert follow_path(hashes[index], index=index, count=count, path=[*path, root]) is None
        assert follow_path(hashes[index], index=count, count=count, path=path) is None

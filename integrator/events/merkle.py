"""Merkle tree hashes as RFC 6962 section 2.1 defines them, built while rows stream by. Pure; knows no database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

_LEAF, _NODE = b"\x00", b"\x01"  # domain separation: a node can never pass for a leaf
EMPTY_ROOT = hashlib.sha256(b"").digest()


class RootBuilder:
    """Takes leaves in order and gives the root; keeps one hash per level, so memory is logarithmic."""

    def __init__(self) -> None:
        self._peaks: list[tuple[int, bytes]] = []  # (height, hash) of complete subtrees, the largest first
        self.count = 0

    def add(self, leaf: bytes) -> None:
        """This will append one leaf's bytes."""
        height, current = 0, hashlib.sha256(_LEAF + leaf).digest()
        while self._peaks and self._peaks[-1][0] == height:
            current = _join(self._peaks.pop()[1], current)
            height += 1
        self._peaks.append((height, current))
        self.count += 1

    def root(self) -> bytes:
        """The 32 bytes over all leaves so far; the hash of nothing when there are none."""
        if not self._peaks:
            return EMPTY_ROOT
        current = self._peaks[-1][1]
        for _, left in reversed(self._peaks[:-1]):
            current = _join(left, current)
        return current


def compute_root(leaves: Iterable[bytes]) -> bytes:
    """The root over ``leaves``: 32 bytes."""
    builder = RootBuilder()
    for leaf in leaves:
        builder.add(leaf)
    return builder.root()


def _join(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()


def hash_leaf(leaf: bytes) -> bytes:
    """The hash by which the tree knows one leaf's bytes."""
    return hashlib.sha256(_LEAF + leaf).digest()


class Tree:
    """A whole tree, every level of it: for many audit paths without hashing it anew for each."""

    def __init__(self, leaf_hashes: Sequence[bytes]) -> None:
        self._levels = [list(leaf_hashes)]
        while len(level := self._levels[-1]) > 1:
            joined = [_join(level[place], level[place + 1]) for place in range(0, len(level) - 1, 2)]
            self._levels.append([*joined, *level[2 * len(joined) :]])  # what has no sibling goes up as it is

    def path(self, index: int) -> list[bytes]:
        """The audit path of the leaf at ``index``, from its sibling to the root's children (RFC 6962 section 2.1.1)."""
        found = []
        for level in self._levels[:-1]:
            sibling = index ^ 1
            if sibling < len(level):
                found.append(level[sibling])
            index >>= 1
        return found


def follow_path(leaf_hash: bytes, *, index: int, count: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a leaf and its audit path lead to; None for a path that fits no tree of ``count`` leaves.

    RFC 9162 section 2.1.3.2.
    """
    if not 0 <= index < count:
        return None
    node, last, current = index, count - 1, leaf_hash
    for sibling in path:
        if last == 0:
            return None
        if node & 1 or node == last:
            current = _join(sibling, current)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            current = _join(current, sibling)
        node, last = node >> 1, last >> 1
    return current if last == 0 else None

"""Draws a random sample that anybody can draw again. Pure.

Every id gets the rank SHA-256(seed ":" id); the lowest ranks are the sample. So it depends on nothing but seed and ids:
no generator of a language or version, no order of rows.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

METHOD = "the ids with the lowest SHA-256 of “seed:id”"


@dataclass(frozen=True, kw_only=True)
class Draw:
    """The drawn ids in ascending order, and out of how many they were drawn."""

    ids: tuple[int, ...]
    population: int


def draw(ids: Iterable[int], *, size: int, seed: str) -> Draw:
    """This will draw ``size`` of the ids, or all where there are fewer. Holds no more than the sample in memory."""
    population = 0

    def rank_all() -> Iterator[tuple[bytes, int]]:
        nonlocal population
        for one in ids:
            population += 1
            yield _rank(seed, one), one

    chosen = heapq.nsmallest(size, rank_all())
    return Draw(ids=tuple(sorted(one for _, one in chosen)), population=population)


def _rank(seed: str, one: int) -> bytes:
    return hashlib.sha256(f"{seed}:{one}".encode()).digest()

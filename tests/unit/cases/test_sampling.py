"""Random samples: drawn again they are the same, and every id has the same chance."""

from __future__ import annotations

import hashlib
import random

from hypothesis import given
from hypothesis import strategies as st

from cases.sampling import draw

ids = st.sets(st.integers(1, 10**9), max_size=30)


class TestDraw:
    @given(population=ids, size=st.integers(1, 20), seed=st.text(max_size=10))
    def test_depends_on_nothing_but_seed_and_ids(self, population: set[int], size: int, seed: str) -> None:
        drawn = draw(sorted(population), size=size, seed=seed)
        assert drawn == draw(sorted(population, reverse=True), size=size, seed=seed)
        assert drawn.population == len(population)
        assert len(drawn.ids) == min(size, len(population))
        assert set(drawn.ids) <= population
        ranked = sorted(population, key=lambda one: hashlib.sha256(f"{seed}:{one}".encode()).digest())
        assert drawn.ids == tuple(sorted(ranked[:size]))

    def test_is_another_one_by_another_seed(self) -> None:
        assert draw(range(1000), size=20, seed="a") != draw(range(1000), size=20, seed="b")

    def test_gives_each_id_its_chance(self) -> None:
        seeds = random.Random(7)
        hits = [0] * 20
        for _ in range(2_000):
            for one in draw(range(20), size=5, seed=str(seeds.random())).ids:
                hits[one] += 1
        assert all(400 < hit < 600 for hit in hits)  # 500 expected, standard deviation 19

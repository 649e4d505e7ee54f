"""The trees of seals, for the proof that an event lies under one: each is read and hashed once for many events.

A seal has some 10,000 rows; those that were used last are kept, so that many packs cost little more than one.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from integrator.events.leaves import LEAF_COLUMNS, LeafRow
from integrator.events.merkle import Tree, hash_leaf
from integrator.events.models import Seal
from integrator.events.ranges import list_epoch_ends, rows_of
from integrator.events.sealing_state import find_seal

PROVEN_COLUMNS = LEAF_COLUMNS[:11]
KEPT = 32  # some 3 MB each


@dataclass(frozen=True, kw_only=True)
class _Sealed:
    seal: Seal
    places: dict[int, int]  # of each event's leaf, by its id
    tree: Tree


class SealTrees:
    """Proves events, each by its seal. For one piece of work of one thread: it does not hear of new seals."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, _Sealed] = OrderedDict()
        self._ends: dict[int, int] | None = None

    def prove(self, event_id: int) -> dict[str, Any]:
        """``{seal, index, path}`` of an event; ``{seal: None}`` while no seal covers it."""
        sealed = self._find(event_id)
        if sealed is None:
            return {"seal": None}
        place = sealed.places[event_id]
        return {"seal": sealed.seal.number, "index": place, "path": [step.hex() for step in sealed.tree.path(place)]}

    def _find(self, event_id: int) -> _Sealed | None:
        for number, sealed in self._kept.items():
            if event_id in sealed.places:
                self._kept.move_to_end(number)
                return sealed
        seal = find_seal(event_id)
        if seal is None:
            return None
        self._kept[seal.number] = found = self._read(seal)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found

    def _read(self, seal: Seal) -> _Sealed:
        if self._ends is None:
            self._ends = list_epoch_ends()
        hashes: list[bytes] = []
        places: dict[int, int] = {}
        for row in rows_of(seal, self._ends).values_list(*PROVEN_COLUMNS).iterator(chunk_size=2_000):
            leaf = LeafRow._make((*row, None, None))
            places[leaf.id] = len(hashes)
            hashes.append(hash_leaf(leaf.encode()[0]))
        return _Sealed(seal=seal, places=places, tree=Tree(hashes))

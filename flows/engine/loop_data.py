"""Items and results of loops as one burst reads them: a row of items at a time, a few rows kept. Writes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flows.definition.items import ItemList
from flows.definition.model import JSON
from flows.engine.rows import ResultRow
from flows.engine.state import LoopState

ItemsReader = Callable[[uuid.UUID, int], tuple[int, list[JSON]]]
ResultsReader = Callable[[uuid.UUID], list[ResultRow]]
ROWS_KEPT = 4


class LoopData:
    """Reads for one run during one burst. Loops are named by the visit of their opener.

    ``read_items`` gives the stored row of items that has an index, with the index of its first; ``read_results`` all
    results that have landed.
    """

    def __init__(self, *, read_items: ItemsReader, read_results: ResultsReader) -> None:
        self.read_results = read_results
        self._read_items = read_items
        self._fresh: dict[str, list[JSON]] = {}
        self._rows: list[tuple[str, int, list[JSON]]] = []  # newest first

    def keep_items(self, visit_id: uuid.UUID, items: ItemList) -> None:
        """Remember the items of a loop that opened in this burst; its rows are not stored yet."""
        self._fresh[visit_id.hex] = items.items

    def get_item(self, loop: LoopState, index: int) -> JSON:
        """One item; it must not be changed."""
        source: dict[str, Any] = loop.source
        if "range" in source:
            return source["range"] + index
        if "v" in source:
            return source["v"][index]
        fresh = self._fresh.get(loop.visit)
        return fresh[index] if fresh is not None else self._get_stored(loop.visit, index)

    def _get_stored(self, visit: str, index: int) -> JSON:
        for place, (of, first, items) in enumerate(self._rows):
            if of == visit and first <= index < first + len(items):
                if place:
                    self._rows.insert(0, self._rows.pop(place))
                return items[index - first]
        first, items = self._read_items(uuid.UUID(visit), index)
        self._rows.insert(0, (visit, first, items))
        del self._rows[ROWS_KEPT:]
        return items[index - first]

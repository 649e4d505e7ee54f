"""Sets of event ids as text ("3-7,9"), and the question whether an id is in one. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable


def format_ids(ids: Iterable[int]) -> str:
    """The shortest text for ``ids``: runs as ``first-last``, ascending."""
    return ",".join(
        str(first) if first == last else f"{first}-{last}" for first, last in merge_spans((i, i) for i in ids)
    )


def parse_ids(text: str) -> list[tuple[int, int]]:
    """Spans (first, last) of what ``format_ids`` wrote. Raises ValueError for anything else."""
    spans = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        spans.append((int(first), int(last or first)))
    return spans


def merge_spans(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same ids in as few ascending spans as can be."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


class ErasedIds:
    """Answers ``id in erased`` in logarithmic time."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self._spans = merge_spans(spans)
        self._firsts = [first for first, _ in self._spans]

    def __contains__(self, event_id: int) -> bool:
        place = bisect_right(self._firsts, event_id) - 1
        return place >= 0 and event_id <= self._spans[place][1]

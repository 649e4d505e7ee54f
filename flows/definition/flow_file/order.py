"""Keeps the order of keys through stores that lose it: PostgreSQL's ``jsonb`` sorts the keys of every mapping.

The order is stored beside the data as ``[[path, keys], …]``, for the mappings that ``jsonb`` would change.
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.definition.model import JSON
from flows.definition.places import Path


def key_orders(data: JSON) -> list[JSON]:
    """The order of keys of each mapping in ``data`` whose keys do not stand as ``jsonb`` would put them."""
    return [[list(path), keys] for path, keys in _orders(data, ())]


def in_order(data: JSON, orders: JSON) -> JSON:
    """A copy of ``data`` with the keys as ``orders`` (of ``key_orders``) has them; others stay as they come."""
    known = {tuple(path): keys for path, keys in orders}
    return _arranged(data, (), known)


def _orders(value: JSON, path: Path) -> Iterator[tuple[Path, list[str]]]:
    if isinstance(value, dict):
        keys = list(value)
        if keys != sorted(keys, key=_jsonb_rank):
            yield path, keys
        for key, content in value.items():
            yield from _orders(content, (*path, key))
    elif isinstance(value, list):
        for index, content in enumerate(value):
            yield from _orders(content, (*path, index))


def _jsonb_rank(key: str) -> tuple[int, bytes]:
    raw = key.encode()
    return len(raw), raw


def _arranged(value: JSON, path: Path, known: dict[Path, list[str]]) -> JSON:
    if isinstance(value, dict):
        first = [key for key in known.get(path, ()) if key in value]
        return {key: _arranged(value[key], (*path, key), known) for key in dict.fromkeys([*first, *value])}
    if isinstance(value, list):
        return [_arranged(content, (*path, index), known) for index, content in enumerate(value)]
    return value

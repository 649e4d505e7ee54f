"""What an edit changed, as data that can be taken back or done again: values by path, and orders of keys.

A list is one value. Paths go through mappings only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flows.definition.editing.document import Data
from flows.definition.flow_file.shape import FLOW_FIELDS, STEP_FIELDS

Delta = list[dict[str, Any]]  # {"p": path, "b": before, "a": after} (missing: not there) or {"o": path, "b": …, "a": …}
KeyPath = tuple[str, ...]


class Clash(Exception):
    """A delta cannot be applied: at ``path`` stands something else than it knows."""

    def __init__(self, path: KeyPath) -> None:
        super().__init__("/".join(path))
        self.path = path


def make_delta(before: Data, after: Data) -> Delta:
    """What leads from one document (opened, canonical) to the other."""
    return list(_compare(before, after, ()))


def apply_delta(data: Data, delta: Delta) -> Data:
    """The data after the change, the given left as it was. Raises Clash."""
    return _apply(data, delta, old="b", new="a")


def revert_delta(data: Data, delta: Delta) -> Data:
    """The data before the change, the given left as it was. Raises Clash."""
    return _apply(data, delta, old="a", new="b")


def changed_paths(delta: Delta) -> list[KeyPath]:
    """The paths whose values changed; an order of keys is none."""
    return [tuple(entry["p"]) for entry in delta if "p" in entry]


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same to the byte: types of numbers and order of keys included."""
    if one is other:
        return True
    if type(one) is not type(other) or (isinstance(one, str) and one != other):
        return False
    return json.dumps(one) == json.dumps(other)


def copy_data(value: Any) -> Any:
    """A deep copy of plain data."""
    if isinstance(value, dict):
        return {key: copy_data(member) for key, member in value.items()}
    return [copy_data(item) for item in value] if isinstance(value, list) else value


def _compare(before: Data, after: Data, path: KeyPath) -> Iterator[dict[str, Any]]:
    for key in dict.fromkeys([*before, *after]):
        here = (*path, key)
        if key not in after:
            yield {"p": list(here), "b": before[key]}
        elif key not in before:
            yield {"p": list(here), "a": after[key]}
        elif isinstance(before[key], dict) and isinstance(after[key], dict):
            yield from _compare(before[key], after[key], here)
        elif not same(before[key], after[key]):
            yield {"p": list(here), "b": before[key], "a": after[key]}
    if not _is_canonical_place(path) and not (_is_natural(before, after) and _is_natural(after, before)):
        yield {"o": list(path), "b": list(before), "a": list(after)}


def _is_canonical_place(path: KeyPath) -> bool:
    """Whether closing a document orders the keys here by itself."""
    return path == () or (len(path) == 2 and path[0] == "steps")


def _is_natural(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether taking away and appending alone gives the order of ``after``."""
    kept = [key for key in before if key in after]
    return [*kept, *(key for key in after if key not in before)] == list(after)


def _apply(data: Data, delta: Delta, *, old: str, new: str) -> Data:
    result: Data = copy_data(data)
    for entry in delta:
        if "p" in entry:
            _put(result, tuple(entry["p"]), entry, old, new)
    for entry in delta:
        if "o" in entry:
            _arrange(result, tuple(entry["o"]), entry[new])
    steps = {key: _in_field_order(step, STEP_FIELDS) for key, step in (result.get("steps") or {}).items()}
    return _in_field_order({**result, "steps": steps}, FLOW_FIELDS)


def _in_field_order(mapping: Data, fields: Sequence[str]) -> Data:
    """The fields as a canonical document has them, so that the next delta finds what it knows."""
    return {field: mapping[field] for field in fields if field in mapping}


def _put(data: Data, path: KeyPath, entry: Mapping[str, Any], old: str, new: str) -> None:
    owner: Any = data
    for key in path[:-1]:
        owner = owner.get(key) if isinstance(owner, dict) else None
    if not isinstance(owner, dict):
        if old not in entry:
            owner = _make_owner(data, path)
        else:
            raise Clash(path)
    is_there = path[-1] in owner
    if is_there != (old in entry) or (is_there and not same(owner[path[-1]], entry[old])):
        raise Clash(path)
    if new in entry:
        owner[path[-1]] = copy_data(entry[new])
    else:
        owner.pop(path[-1], None)


def _make_owner(data: Data, path: KeyPath) -> dict[str, Any]:
    """The mapping a value goes into, made where closing had left it out for being empty; a step is never made so."""
    owner: Any = data
    for depth, key in enumerate(path[:-1]):
        if not isinstance(owner, dict) or (key not in owner and path[0] == "steps" and depth < 2):
            raise Clash(path)
        owner = owner.setdefault(key, {})
    if not isinstance(owner, dict):
        raise Clash(path)
    return owner


def _arrange(data: Data, path: KeyPath, wanted: Sequence[str]) -> None:
    """Put the keys in the wanted order; those it does not know stay behind the key they follow now."""
    holder: Any = {"": data}
    name = ""
    for key in path:
        holder, name = holder[name], key
        if not isinstance(holder, dict) or key not in holder:
            return
    here = holder[name]
    if not isinstance(here, dict):
        return
    order = [key for key in wanted if key in here]
    known, last = set(order), None
    for key in here:
        if key not in known:
            order.insert(order.index(last) + 1 if last is not None else 0, key)
        last = key
    arranged = {key: here[key] for key in order}
    here.clear()
    here.update(arranged)

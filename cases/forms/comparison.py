"""Two states of one record, each change accepted or refused; the result is a JSON Patch (RFC 6902). Pure.

Members that are objects on both sides are compared member by member, everything else as a whole, so that any choice of
changes applies to the first state.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from integrator.lib.strict_json import dumps_canonical, escape_pointer

MAX_CHANGES = 200
MAX_DEPTH = 8
_ABSENT = object()


@dataclass(frozen=True, kw_only=True)
class Change:
    """One field that differs. ``op`` is add, remove or replace; ``before``/``after`` None where it is not there."""

    pointer: str
    op: str
    label: str
    before: Any
    after: Any


def compare_records(before: Any, after: Any, labels: Mapping[str, str] | None = None) -> list[Change]:
    """This will list what differs, in the order of the new record, at most 200. ``labels`` are words by pointer."""
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return []
    return [change for _, change in zip(range(MAX_CHANGES), _walk(before, after, "", labels or {}), strict=False)]


def make_patch(changes: Iterable[Change], accepted: Iterable[str]) -> list[dict[str, Any]]:
    """This will give the JSON Patch of the accepted pointers."""
    wanted = set(accepted)
    return [
        {"op": change.op, "path": change.pointer, **({} if change.op == "remove" else {"value": change.after})}
        for change in changes
        if change.pointer in wanted
    ]


def apply_patch(record: Any, patch: Iterable[Mapping[str, Any]]) -> Any:
    """This will apply a patch of ours (add, remove, replace of object members) to a copy. KeyError: it does not fit."""
    result = deepcopy(record)
    for operation in patch:
        *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
        container = result
        for part in parents:
            container = container[part]
        if operation["op"] != "add":
            del container[last]
        if operation["op"] != "remove":
            container[last] = deepcopy(operation["value"])
    return result


def _walk(before: Mapping[str, Any], after: Mapping[str, Any], at: str, labels: Mapping[str, str]) -> Iterator[Change]:
    for key in [*after, *(key for key in before if key not in after)]:
        pointer = f"{at}/{escape_pointer(key)}"
        old, new = before.get(key, _ABSENT), after.get(key, _ABSENT)
        if isinstance(old, Mapping) and isinstance(new, Mapping) and pointer.count("/") < MAX_DEPTH:
            yield from _walk(old, new, pointer, labels)
        elif old is _ABSENT or new is _ABSENT or dumps_canonical(old) != dumps_canonical(new):
            op = "add" if old is _ABSENT else "remove" if new is _ABSENT else "replace"
            yield Change(
                pointer=pointer,
                op=op,
                label=labels.get(pointer) or _say_place(pointer),
                before=None if old is _ABSENT else old,
                after=None if new is _ABSENT else new,
            )


def _say_place(pointer: str) -> str:
    parts = [part.replace("~1", "/").replace("~0", "~").replace("_", " ") for part in pointer.split("/")[1:]]
    return ", ".join(parts).capitalize()

"""Which places of a document an operation means, so that two edits of one place are seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flows.definition.editing.delta import KeyPath
from flows.definition.editing.setting import trigger_place


def claims_of(ops: Sequence[Mapping[str, Any]]) -> list[KeyPath]:
    """The paths these operations (valid ones) would overwrite. Adding, pasting and drawing claim nothing."""
    return [path for op in ops for path in _claims(op)]


def touches(claim: KeyPath, changed: Iterable[KeyPath]) -> KeyPath | None:
    """The first changed path that lies in the claim or round it, None when there is none.

    A claim of a whole step does not mind its links: deleting a step heals whatever leads on from it.
    """
    is_step = len(claim) == 2 and claim[0] == "steps"
    for path in changed:
        shorter = min(len(claim), len(path))
        if claim[:shorter] == path[:shorter] and not (is_step and len(path) > 2 and path[2] in ("next", "on")):
            return path
    return None


def _claims(op: Mapping[str, Any]) -> list[KeyPath]:  # noqa: PLR0911 - one line for each operation
    match op.get("op"):
        case "set":
            return [_place_of(op)]
        case "connect" | "disconnect":
            return [_link_of(str(op.get("source")), str(op.get("port", "next")))]
        case "delete_steps":
            return [("steps", str(key)) for key in op.get("keys", ())]
        case "rename_step" | "change_kind":
            return [("steps", str(op.get("key")))]
        case "set_trigger" | "remove_trigger":
            return [("trigger",)]
        case "put_note" | "delete_note":
            return [("notes", str(op.get("id")))]
        case "put_group" | "delete_group":
            return [("layout", "groups", str(op.get("id")))]
        case "replace":
            return [()]
    return []


def _place_of(op: Mapping[str, Any]) -> KeyPath:
    target, path = str(op.get("target")), list(op.get("path") or [""])
    if target == "flow":
        return tuple(map(str, path))
    if target == "trigger":
        return ("trigger", *map(str, trigger_place(path)))
    return ("steps", target.partition("/")[2], *map(str, path))


def _link_of(source: str, port: str) -> KeyPath:
    if source == "trigger":
        return ("start",)
    return ("steps", source, "next") if port == "next" else ("steps", source, "on", port)

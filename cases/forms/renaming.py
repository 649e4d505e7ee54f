"""A field's new name in all expressions that name it. Pure; texts in quotation marks stay as they are."""

from __future__ import annotations

import re
from typing import Any

_QUOTED_OR_NAME = re.compile(
    r"""(?P<quoted>"[^"]*"|'[^']*')|(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)(?P<call>\s*\()?"""
)
_WORDS = ("x-show-if", "x-compute")


def rename_in(schema: dict[str, Any], old: str, new: str, *, table: str = "") -> dict[str, Any]:
    """This will change the name everywhere in the schema. ``table`` names the table of a column."""
    properties = schema.get("properties", {})
    for key, shape in properties.items():
        _rename_words(shape, (table, old) if table else (old,), new)
        columns = shape.get("items", {}).get("properties", {}) if isinstance(shape.get("items"), dict) else {}
        for below in columns.values():
            is_own = table == key
            _rename_words(below, (old,) if is_own or not table else (table, old), new)
    for row in schema.get("x-layout", ()):
        if isinstance(row.get("show"), str):
            row["show"] = rename_name(row["show"], (table, old) if table else (old,), new)
    return schema


def rename_name(text: str, path: tuple[str, ...], new: str) -> str:
    """The expression with the last part of ``path`` renamed wherever a name begins with it."""

    def write(match: re.Match[str]) -> str:
        if match["quoted"] or match["call"]:
            return match[0]
        parts = match["name"].split(".")
        if tuple(parts[: len(path)]) == path:
            parts[len(path) - 1] = new
        return ".".join(parts)

    return _QUOTED_OR_NAME.sub(write, text)


def _rename_words(shape: Any, path: tuple[str, ...], new: str) -> None:
    for word in _WORDS:
        if isinstance(shape, dict) and isinstance(shape.get(word), str):
            shape[word] = rename_name(shape[word], path, new)

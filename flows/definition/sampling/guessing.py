"""Values guessed from the names of members, for data that nobody has sent yet. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flows.definition.model import JSON

_NUMBERS = frozenset({"amount", "count", "total", "price", "quantity", "size", "sum", "age", "days", "page", "cost"})
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_FLAGS = ("is_", "has_", "may_", "ok", "active", "valid", "enabled")


def put_guess(place: dict[str, Any], path: Iterable[str], *, keeps: bool = False) -> None:
    """Set the member unless it is there; ``keeps``: nor where something else than a mapping stands on the way."""
    *above, name = path
    for part in above:
        inner = place.setdefault(part, {})
        if not isinstance(inner, dict):
            if keeps:
                return
            place[part] = inner = {}
        place = inner
    place.setdefault(name, guess_value(name))


def guess_value(name: str) -> JSON:
    """A value of the sort that a member of this name usually holds."""
    lowered = name.lower()
    if lowered.startswith(_FLAGS):
        return True
    if any(word.lower() in _NUMBERS for word in _WORDS.findall(name)):
        return 1
    if lowered.endswith(("url", "link", "address")):
        return "https://example.com/sample"
    if "mail" in lowered:
        return "somebody@example.org"
    if lowered.endswith(("date", "day")):
        return "2026-03-14"
    if lowered == "id" or lowered.endswith(("_id", "id")):
        return "sample-1"
    return f"sample {name.replace('_', ' ')}"

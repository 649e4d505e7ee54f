"""A body as lines to read, with what is wrong beside the line it is about. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MAX_LINES = 2_000
INDENT = "  "


@dataclass(frozen=True, kw_only=True)
class BodyLine:
    """One line of text; ``fault`` is empty for a line that is in order."""

    text: str
    fault: str = ""


@dataclass(frozen=True, kw_only=True)
class Body:
    """The lines, and what could be put beside none of them."""

    lines: tuple[BodyLine, ...]
    loose: tuple[str, ...]
    is_cut: bool


def lay_out(text: str, faults: Sequence[Mapping[str, Any]]) -> Body:
    """This will lay out a body; ``faults`` are ``{pointer, message}`` (RFC 6901). What is no JSON keeps its own lines.

    A fault of a member that is missing stands beside the object that lacks it.
    """
    words: dict[str, list[str]] = {}
    for fault in faults:
        words.setdefault(str(fault.get("pointer", "")), []).append(str(fault.get("message", "")))
    try:
        value = json.loads(text)
    except ValueError:
        lines = text.splitlines()
        loose = tuple(_name(pointer, message) for pointer, said in words.items() for message in said)
        return Body(
            lines=tuple(BodyLine(text=line) for line in lines[:MAX_LINES]), loose=loose, is_cut=len(lines) > MAX_LINES
        )
    return _lay_out_json(value, words)


def _lay_out_json(value: Any, words: Mapping[str, Sequence[str]]) -> Body:
    told: set[str] = set()
    lines: list[BodyLine] = []
    pointers = set(_list_pointers(value, ""))
    homes: dict[str, list[str]] = {}
    for pointer, said in words.items():
        home = pointer
        while home and home not in pointers:
            home = home.rpartition("/")[0]
        homes.setdefault(home, []).extend(said if home == pointer else [_name(pointer, each) for each in said])
    for text, begins in _write(value, "", ""):
        fault = ""
        if begins is not None and begins in homes and begins not in told:
            told.add(begins)
            fault = " ".join(homes[begins])
        if len(lines) < MAX_LINES:
            lines.append(BodyLine(text=text, fault=fault))
    cut = sum(1 for _ in _write(value, "", "")) > MAX_LINES
    loose = tuple(message for home, said in homes.items() if home not in told for message in said)
    return Body(lines=tuple(lines), loose=loose, is_cut=cut)


def _write(value: Any, pointer: str, lead: str, depth: int = 0, tail: str = "") -> Iterator[tuple[str, str | None]]:
    """(line, pointer of what begins on it; None for a closing bracket), as ``json.dumps(indent=2)`` would."""
    pad = INDENT * depth
    if not isinstance(value, dict | list) or not value:
        yield f"{pad}{lead}{json.dumps(value, ensure_ascii=False)}{tail}", pointer
        return
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    yield f"{pad}{lead}{opening}", pointer
    items = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    for place, (key, item) in enumerate(items):
        name = f"{json.dumps(key, ensure_ascii=False)}: " if isinstance(value, dict) else ""
        comma = "," if place < len(items) - 1 else ""
        yield from _write(item, f"{pointer}/{_escape(key)}", name, depth + 1, comma)
    yield f"{pad}{closing}{tail}", None


def _list_pointers(value: Any, pointer: str) -> Iterator[str]:
    yield pointer
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _list_pointers(item, f"{pointer}/{_escape(key)}")


def _escape(key: object) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")


def _name(pointer: str, message: str) -> str:
    return f"{pointer}: {message}" if pointer else message

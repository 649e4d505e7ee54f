"""Any JSON value as something to read: pairs, lists and texts, capped in depth and number. Pure; the page escapes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from integrator.files.facts import is_facts, read_file_id
from integrator.files.names import clean_name

MAX_DEPTH = 4
MAX_ITEMS = 50
MAX_TEXT = 2_000
GROUPED_FROM = 10_000
EXACT_BELOW = 10**15  # a double beyond it is written with an exponent

FactKind = Literal["text", "link", "empty", "pairs", "list", "records", "raw", "file"]


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A value ready for the page: ``text`` for text, link, empty and raw; ``pairs`` (label, fact) or ``items`` else.

    ``more`` counts what was left out. A file has its name as ``text`` and its id as ``file``.
    """

    kind: FactKind
    text: str = ""
    pairs: tuple[tuple[str, Fact], ...] = field(default=())
    items: tuple[Fact, ...] = field(default=())
    more: int = 0
    file: str = ""


def read_facts(value: Any, *, say_keys: bool = False, depth: int = 0) -> Fact:
    """A fact of any JSON value. ``say_keys`` turns ``goes_live`` into ``Goes live`` for readers who are no analysts,
    writes large numbers in groups, and shows a stored file as one thing.
    """
    if say_keys and is_facts(value):
        return Fact(kind="file", text=clean_name(str(value["name"])), file=str(read_file_id(value)))
    if isinstance(value, Mapping | list | tuple) and depth >= MAX_DEPTH:
        return Fact(kind="raw", text=_cut(json.dumps(value, ensure_ascii=False, default=str)))
    if isinstance(value, Mapping):
        return _read_pairs(value, say_keys=say_keys, depth=depth)
    if isinstance(value, list | tuple):
        return _read_list(value, say_keys=say_keys, depth=depth)
    return _read_scalar(value, is_written=say_keys)


def _read_pairs(value: Mapping[Any, Any], *, say_keys: bool, depth: int) -> Fact:
    if not value:
        return Fact(kind="empty", text="nothing")
    shown = list(value.items())[:MAX_ITEMS]
    pairs = tuple(
        (say_key(str(key)) if say_keys else str(key), read_facts(item, say_keys=say_keys, depth=depth + 1))
        for key, item in shown
    )
    return Fact(kind="pairs", pairs=pairs, more=len(value) - len(shown))


def _read_list(value: Sequence[Any], *, say_keys: bool, depth: int) -> Fact:
    if not value:
        return Fact(kind="empty", text="none")
    shown = value[:MAX_ITEMS]
    items = tuple(read_facts(item, say_keys=say_keys, depth=depth + 1) for item in shown)
    has_records = any(item.kind in {"pairs", "list", "records", "raw"} for item in items)
    return Fact(kind="records" if has_records else "list", items=items, more=len(value) - len(shown))


def _read_scalar(value: Any, *, is_written: bool) -> Fact:
    if value is None or value == "":
        return Fact(kind="empty", text="empty" if value == "" else "none")
    if isinstance(value, bool):
        return Fact(kind="text", text="yes" if value else "no")
    if isinstance(value, str) and is_web_address(value):
        return Fact(kind="link", text=value)
    return Fact(kind="text", text=_cut(say_plain(value) if is_written else str(value)))


def say_plain(value: Any) -> str:
    """A text or number for readers who are no analysts: ``12,400`` as amounts are; four digits stay together."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) < GROUPED_FROM:
        return str(value)
    return f"{value:,}" if isinstance(value, int) or abs(value) < EXACT_BELOW else str(value)


def is_web_address(text: str) -> bool:
    """Whether a text is one http or https address without blanks, safe to offer as a link."""
    if not text.startswith(("http://", "https://")) or len(text) > MAX_TEXT or any(c.isspace() for c in text):
        return False
    try:
        return bool(urlsplit(text).hostname)
    except ValueError:
        return False


def say_key(key: str) -> str:
    """``goes_live`` → ``Goes live``; a key that is no plain identifier stays."""
    return key.replace("_", " ").capitalize() if key.replace("_", "").isalnum() and key.islower() else key


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + " …"

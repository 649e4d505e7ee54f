"""The first rows of a file that a loop of a try goes through: read out of a text or a head, written anew. Pure."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass

from flows.definition.item_files import find_place, read_part
from flows.definition.model import JSON

ROWS = 20


@dataclass(frozen=True, kw_only=True)
class FileRows:
    """At most ``ROWS`` items. ``has_more``: the file has others behind them, which a try leaves out."""

    items: list[JSON]
    has_more: bool


def read_rows(head: bytes, *, name: str, is_end: bool = True) -> FileRows:
    """The first rows in ``head``; ``is_end``: the file has no more than that. Raises ItemsUnreadable.

    ``name`` says whether it is CSV.
    """
    items, _, is_through = read_part(head, find_place(head, name=name), is_end=is_end)
    return FileRows(items=items[:ROWS], has_more=len(items) > ROWS or not is_through)


def read_given_rows(text: str, *, name: str) -> FileRows:
    """The first rows of what somebody pasted in place of the file ``name``: JSON looks like JSON, all else is CSV."""
    head = text.strip().encode()
    looks_like_json = head[:1] in (b"[", b"{")
    return read_rows(head, name="rows.jsonl" if looks_like_json else "rows.csv" if head else name)


def write_rows(rows: FileRows, *, name: str) -> bytes:
    """The rows as the engine reads a file of this name."""
    if not name.lower().endswith(".csv"):
        return json.dumps(rows.items, ensure_ascii=False).encode()
    records = [item if isinstance(item, dict) else {"value": item} for item in rows.items]
    columns = list(dict.fromkeys(column for record in records for column in record))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({column: _as_text(value) for column, value in record.items()} for record in records)
    return out.getvalue().encode()


def say_rows(count: int, name: str, *, has_more: bool, is_given: bool) -> str:
    """``the first 20 rows of orders.csv``, ``3 rows given by you``."""
    rows = f"{count} row{'' if count == 1 else 's'}"
    if is_given:
        return f"{'the first ' if has_more else ''}{rows} given by you"
    return f"the first {rows} of {name}" if has_more else f"all {rows} of {name}"


def _as_text(value: JSON) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

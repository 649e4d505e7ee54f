"""Reads the items of a file piece by piece: a JSON list, JSON lines, or CSV with a header. Pure; opens nothing.

ItemsUnreadable                for_each.unreadable     the file holds no items, or breaks off; says where
"""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from flows.definition.kind import StepError
from flows.definition.model import JSON
from integrator.lib.strict_json import StrictJSONError, parse

Shape = Literal["list", "lines", "csv"]
PART_BYTES = 2 * 1024 * 1024
ITEM_BYTES = 1_048_576
PART_ITEMS = 20_000
_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


class ItemsUnreadable(StepError):
    """The file gives no items."""

    def __init__(self, message: str) -> None:
        super().__init__("for_each.unreadable", message)


@dataclass(frozen=True, kw_only=True)
class Place:
    """How far a file was read. ``read_bytes`` are behind us; ``header`` has the names of a CSV file's columns."""

    shape: Shape
    read_bytes: int = 0
    items: int = 0
    header: tuple[str, ...] = ()
    separator: str = ","

    def as_data(self) -> list[Any]:
        """The place as stored."""
        return [self.shape, self.read_bytes, self.items, list(self.header), self.separator]

    @classmethod
    def from_data(cls, row: list[Any]) -> Place:
        """A place as stored."""
        return cls(shape=row[0], read_bytes=row[1], items=row[2], header=tuple(row[3]), separator=row[4])


def find_place(head: bytes, *, name: str) -> Place:
    """The beginning of a file, by its name and first bytes. Raises ItemsUnreadable for anything that holds no items."""
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if name.lower().endswith(".csv"):
        first = head.split(b"\n", 1)[0].decode("utf-8", "replace")
        return Place(shape="csv", separator=max(",;\t", key=first.count))
    if text.startswith(b"["):
        return Place(shape="list")
    if text.startswith(b"{") or name.lower().endswith((".jsonl", ".ndjson")):
        return Place(shape="lines")
    raise ItemsUnreadable(
        f"'{name}' holds no items. Give a JSON list, a file with one JSON object a line, or CSV (a name that ends in "
        ".csv) with the names of its columns in the first line."
    )


def read_part(part: bytes, place: Place, *, is_end: bool) -> tuple[list[JSON], Place, bool]:
    """The items in ``part``, which begins at ``place``; the place behind the last of them; whether the file is through.

    ``is_end``: the file has no more bytes than these. Raises ItemsUnreadable.
    """
    text = _decode(part, is_end=is_end)
    read = {"list": _read_list, "lines": _read_lines, "csv": _read_csv}[place.shape]
    items, used, header, is_through = read(text, place, is_end)
    if not items and not used and not is_through:
        raise ItemsUnreadable(
            f"Item {place.items + 1:,} of the file is larger than 1 MiB or never ends. Mend the file."
        )
    there = Place(
        shape=place.shape,
        read_bytes=place.read_bytes + len(text[:used].encode()),
        items=place.items + len(items),
        header=header,
        separator=place.separator,
    )
    return items, there, is_through


_Read = tuple[list[JSON], int, tuple[str, ...], bool]


def _decode(part: bytes, *, is_end: bool) -> str:
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(part, final=is_end)
    except UnicodeDecodeError as error:
        raise ItemsUnreadable("The file is not UTF-8 text. Save it as UTF-8.") from error


def _read_list(text: str, place: Place, is_end: bool) -> _Read:
    items: list[JSON] = []
    at = _skip(text, 1 if text.startswith("\ufeff") and not place.read_bytes else 0)
    if not place.read_bytes:
        at = _skip(text, at + 1)
        if text[at : at + 1] == "]":
            return items, at + 1, (), True
    used = at
    while len(items) < PART_ITEMS:
        try:
            _, end = _DECODER.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError) as error:
            if is_end:
                raise ItemsUnreadable(f"Item {place.items + len(items) + 1:,} of the list is no JSON.") from error
            break
        behind = _skip(text, end)
        sign = text[behind : behind + 1]
        if sign not in {",", "]"}:
            if sign or is_end:
                raise ItemsUnreadable(f"After item {place.items + len(items) + 1:,} a comma or ']' was expected.")
            break
        items.append(_parse(text[at:end], place.items + len(items)))
        used = at = _skip(text, behind + 1)
        if sign == "]":
            return items, used, (), True
    return items, used, (), False


def _read_lines(text: str, place: Place, is_end: bool) -> _Read:
    items: list[JSON] = []
    used = 0
    for line in _whole_lines(text, is_end=is_end):
        used += len(line)
        if stripped := line.strip().removeprefix("\ufeff"):
            items.append(_parse(stripped, place.items + len(items)))
        if len(items) >= PART_ITEMS:
            return items, used, (), False
    return items, used, (), is_end


def _read_csv(text: str, place: Place, is_end: bool) -> _Read:
    lines = _Counted(_whole_lines(text, is_end=is_end))
    items: list[JSON] = []
    header, used = place.header, 0
    csv.field_size_limit(ITEM_BYTES)
    reader = csv.reader(lines, delimiter=place.separator, strict=True)
    while len(items) < PART_ITEMS:
        try:
            row = next(reader, None)
        except csv.Error as error:
            if is_end or "unexpected end of data" not in str(error):
                message = f"Row {place.items + len(items) + 1:,} of the CSV file cannot be read: {error}."
                raise ItemsUnreadable(message) from error
            break
        if row is None:
            return items, used, header, is_end
        used = lines.used
        if not header:
            header = tuple(name.strip().removeprefix("\ufeff") for name in row)
        elif row:
            if len(row) != len(header):
                raise ItemsUnreadable(
                    f"Row {place.items + len(items) + 1:,} of the CSV file has {len(row)} columns, but its header has "
                    f"{len(header)}. Mend the file."
                )
            items.append(dict(zip(header, row, strict=True)))
    return items, used, header, False


class _Counted:
    """Lines, with how many characters of them were taken."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self.used = lines, 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.used += len(line)
        return line


def _whole_lines(text: str, *, is_end: bool) -> Iterator[str]:
    at = 0
    while at < len(text):
        end = text.find("\n", at) + 1
        if not end:
            if is_end:
                yield text[at:]
            return
        yield text[at:end]
        at = end


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _parse(text: str, index: int) -> JSON:
    try:
        return parse(text)
    except StrictJSONError as error:
        raise ItemsUnreadable(f"Item {index + 1:,} of the file is no JSON: {error.message}") from error

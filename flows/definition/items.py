"""What a ``for_each`` goes through: lists as they are, ranges that are counted and never built. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.definition.expressions import (
    CompiledValue,
    FailedExpression,
    Want,
    compile_value,
    is_expression,
    is_range,
)
from flows.definition.model import JSON

MAX_ITEMS = 10_000_000
SHOWN_ITEMS = 20
FILE_MEMBERS = frozenset({"file", "name", "type", "bytes", "sha256"})
_PLAIN_PATH = re.compile(r"=\s*[\w.]+\s*\Z")
_RANGE = re.compile(r"\s*\[(.+)\.\.(.+)\]\s*\Z", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class ItemList:
    """Items in memory."""

    items: list[JSON]

    def __len__(self) -> int:
        return len(self.items)

    def preview(self) -> JSON:
        """What a reader of the visit sees: all of a few items, else how many."""
        return self.items if len(self) <= SHOWN_ITEMS else f"({len(self):,} items)"


@dataclass(frozen=True, kw_only=True)
class ItemRange:
    """The whole numbers from ``first`` on, ``size`` of them."""

    first: int
    size: int

    def __len__(self) -> int:
        return self.size

    def preview(self) -> JSON:
        """What a reader of the visit sees."""
        return f"({self.first} to {self.first + self.size - 1})" if self.size else []


ItemSource = ItemList | ItemRange


class CompiledItems:
    """A setting that gives items. ``= [1..n]`` is read as a range, so that it may be longer than a list."""

    __slots__ = ("_ends", "_want", "_whole", "references")

    def __init__(self, whole: CompiledValue, ends: tuple[CompiledValue, CompiledValue] | None, want: Want) -> None:
        self._whole, self._ends, self._want = whole, ends, want
        self.references = whole.references

    def evaluate(self, roots: Mapping[str, Any], *, now: datetime) -> ItemSource:
        """This will give the items; one value that is no list counts as one item. Raises ExpressionError."""
        if self._ends is None:
            return make_items(self._whole.evaluate(roots, now=now, want=self._want))
        first, last = (_whole_number(end.evaluate(roots, now=now)) for end in self._ends)
        size = max(0, last - first + 1)
        if size > MAX_ITEMS:
            raise FailedExpression(f"The range has {size:,} items; at most {MAX_ITEMS:,} are possible. Split it")
        return ItemRange(first=first, size=size)


def compile_items(raw: JSON) -> CompiledItems:
    """The compiled form of ``items``. Raises ExpressionError (expression.invalid)."""
    ends = None
    if is_expression(raw) and raw.count("..") == 1 and is_range(raw[1:].strip()):
        match = _RANGE.match(raw[1:])
        if match is not None:
            ends = (compile_value(f"={match[1]}"), compile_value(f"={match[2]}"))
    # A filter that finds nothing means no items; a plain path that leads nowhere is a mistake to be told.
    want: Want = "any" if is_expression(raw) and _PLAIN_PATH.match(raw) else "list"
    return CompiledItems(compile_value(raw), ends, want)


def make_items(value: JSON) -> ItemList:
    """A list as items. Raises ExpressionError where there is none."""
    if value is None:
        raise FailedExpression(
            "There is no list: the value is null. Use $default(…, []) where a missing list means no items"
        )
    return ItemList(items=value if isinstance(value, list) else [value])


def _whole_number(value: JSON) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise FailedExpression("A range goes from one whole number to another, as in [1..10]")


def find_file(source: ItemSource) -> dict[str, JSON] | None:
    """The facts of the stored file that holds the items; None where they are here. One file alone means its content."""
    if isinstance(source, ItemRange) or len(source) != 1:
        return None
    item = source.items[0]
    return item if isinstance(item, dict) and item.keys() >= FILE_MEMBERS else None

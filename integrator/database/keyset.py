"""Keyset paging on any ordering: a page is named by the row before it, so nothing shifts when rows come in.

Knows no request. Null values sort last in both directions, on both databases.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Generic, TypeAlias, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Field, Model, OrderBy, Q, QuerySet

Row = TypeVar("Row", bound=Model)
CURSOR_MAX_CHARS = 2_000


class CursorRefused(ValueError):
    """The text is no cursor of this list: cut, mistyped, or of another ordering."""

    code = "cursor.invalid"
    retryable = False
    message = "This cursor does not belong to this list. Start again without it."


@dataclass(frozen=True, kw_only=True)
class Key:
    """One field of the ordering."""

    field: Field[Any, Any]
    is_descending: bool
    is_filled: bool = False  # the list holds no row without a value, though the column could

    @property
    def name(self) -> str:
        """The attribute of the row: ``team_id`` rather than ``team``."""
        return self.field.attname

    @property
    def can_be_null(self) -> bool:
        """Whether rows of the list may have no value."""
        return self.field.null and not self.is_filled

    def order_by(self, *, is_backwards: bool) -> OrderBy:
        """The ORDER BY term. Null handling is named only where nulls can be, so that plain indexes serve the rest."""
        is_descending = self.is_descending != is_backwards
        nulls: dict[str, Any] = {}
        if self.can_be_null:
            nulls = {"nulls_first": True} if is_backwards else {"nulls_last": True}
        return F(self.name).desc(**nulls) if is_descending else F(self.name).asc(**nulls)

    def equals(self, value: Any) -> Q:
        """Rows with this value."""
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def beyond(self, value: Any, *, is_backwards: bool) -> Q | None:
        """Rows that come after this value in reading direction; None where there can be none."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if is_backwards else None
        lookup = "lt" if self.is_descending != is_backwards else "gt"
        condition = Q(**{f"{self.name}__{lookup}": value})
        if self.can_be_null and not is_backwards:
            condition |= Q(**{f"{self.name}__isnull": True})
        return condition


Order: TypeAlias = Sequence[str | Key]


@dataclass(frozen=True, kw_only=True)
class Page(Generic[Row]):
    """Rows in reading order; a cursor is None where there is nothing further in its direction."""

    rows: list[Row]
    next: str | None
    previous: str | None


def get_keyset_page(rows: QuerySet[Row], *, order: Order, size: int, cursor: str = "") -> Page[Row]:
    """This will give one page in one query. ``order`` names columns of the row, ``-`` for descending, in any mix.

    ``!`` behind one says that no row of the list lacks it, so that a plain index serves on both databases. A ``Key``
    names what the rows are annotated with.

    The primary key is added as the last column, so that ties have an order. Raises CursorRefused.
    """
    keys = read_order(rows.model, order)
    is_backwards, values = read_cursor(cursor, keys) if cursor else (False, None)
    ordered = rows.order_by(*(key.order_by(is_backwards=is_backwards) for key in keys))
    if values is not None:
        ordered = ordered.filter(rows_beyond(keys, values, is_backwards=is_backwards))
    return cut_page(list(ordered[: size + 1]), keys, size=size, is_backwards=is_backwards, is_first=values is None)


def cut_page(found: Sequence[Row], keys: Sequence[Key], *, size: int, is_backwards: bool, is_first: bool) -> Page[Row]:
    """This will make a page of the rows that were read in reading direction, one more than its size if there is."""
    has_more = len(found) > size
    rows = list(found[:size])
    if is_backwards:
        rows.reverse()
    has_previous, has_next = (has_more, True) if is_backwards else (not is_first, has_more)
    return Page(
        rows=rows,
        next=write_cursor(rows[-1], keys, is_backwards=False) if rows and has_next else None,
        previous=write_cursor(rows[0], keys, is_backwards=True) if rows and has_previous else None,
    )


def read_order(model: type[Model], order: Order) -> tuple[Key, ...]:
    """The keys of an ordering, with the primary key last."""
    primary = model._meta.pk
    named = [name if isinstance(name, Key) else read_key(model, name) for name in order]
    if all(key.field is not primary for key in named):
        named.append(Key(field=primary, is_descending=bool(named) and named[-1].is_descending))
    return tuple(named)


def read_key(model: type[Model], name: str) -> Key:
    """One key; ``-due_at!`` is one of a list whose rows all have a value.

    Raises FieldDoesNotExist for what is no column of the row itself: that is a programming error.
    """
    bare = name.removeprefix("-").removesuffix("!")
    field = model._meta.pk if bare == "pk" else model._meta.get_field(bare)
    if not isinstance(field, Field):
        raise FieldDoesNotExist(f"{bare} is no column of {model.__name__}")
    return Key(field=field, is_descending=name.startswith("-"), is_filled=name.endswith("!"))


def rows_beyond(keys: Sequence[Key], values: Sequence[Any], *, is_backwards: bool) -> Q:
    """(k1 beyond v1) or (k1 = v1 and k2 beyond v2) or …"""
    alternatives: list[Q] = []
    equal = Q()
    for key, value in zip(keys, values, strict=True):
        condition = key.beyond(value, is_backwards=is_backwards)
        if condition is not None:
            alternatives.append(equal & condition)
        equal &= key.equals(value)
    return reduce(or_, alternatives)  # the primary key is never null, so there is at least one


def write_cursor(row: Model, keys: Sequence[Key], *, is_backwards: bool) -> str:
    """The cursor for what comes after the row (before it when backwards): opaque, and of no use on another list."""
    values = [None if getattr(row, key.name) is None else key.field.value_to_string(row) for key in keys]
    raw = json.dumps(["p" if is_backwards else "n", signature_of(keys), values], separators=(",", ":"))
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def read_cursor(cursor: str, keys: Sequence[Key]) -> tuple[bool, list[Any]]:
    """Whether it reads backwards, and the values of its row. Raises CursorRefused."""
    try:
        if len(cursor) > CURSOR_MAX_CHARS:
            raise CursorRefused(CursorRefused.message)
        direction, signature, texts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if direction not in {"n", "p"} or signature != signature_of(keys) or not isinstance(texts, list):
            raise CursorRefused(CursorRefused.message)
        values = [read_value(key, text) for key, text in zip(keys, texts, strict=True)]
    except (ValueError, TypeError, RecursionError, binascii.Error, ValidationError) as error:
        raise CursorRefused(CursorRefused.message) from error
    return direction == "p", values


def read_value(key: Key, text: Any) -> Any:
    """One value of a cursor, as the column takes it."""
    if text is None and key.field.null:
        return None
    if not isinstance(text, str) or "\x00" in text:
        raise CursorRefused(CursorRefused.message)
    return key.field.to_python(text)  # a foreign key asks its target


def signature_of(keys: Sequence[Key]) -> str:
    """The ordering in words, to tell cursors of another one."""
    return ",".join(f"{'-' if key.is_descending else ''}{key.name}" for key in keys)

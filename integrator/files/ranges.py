"""Which part of a content a request asks for (RFC 9110, section 14). Pure: knows no storage and no request."""

from __future__ import annotations

import re
from dataclasses import dataclass

_RANGE = re.compile(r"bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.ASCII | re.IGNORECASE)


class RangeUnsatisfiable(Exception):
    """The part that is asked for lies behind the end."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """Bytes ``first`` to ``last``, both of them in it, counted from 0."""

    first: int
    last: int

    @property
    def size_bytes(self) -> int:
        """How many bytes it has."""
        return self.last - self.first + 1


def read_range(asked: str, *, only_if: str, etag: str, size_bytes: int) -> Part | None:
    """This will give the part that ``Range`` asks for; None where the whole is to be sent.

    That is so without a range, for one that cannot be read, for several at once, and where ``If-Range`` (``only_if``,
    "" for none) names another content: by its strong entity tag only, a date never fits (section 13.1.5). Raises
    RangeUnsatisfiable.
    """
    found = _RANGE.fullmatch(asked)
    if found is None or not any(found.groups()) or (only_if and only_if.strip() != etag):
        return None
    first, last = (int(text) if text else None for text in found.groups())
    if first is None:
        return _read_suffix(last or 0, size_bytes)
    if last is not None and last < first:
        return None
    if first >= size_bytes:
        raise RangeUnsatisfiable
    return Part(first=first, last=size_bytes - 1 if last is None else min(last, size_bytes - 1))


def _read_suffix(count: int, size_bytes: int) -> Part | None:
    """The last ``count`` bytes."""
    if count == 0:
        raise RangeUnsatisfiable
    return Part(first=max(0, size_bytes - count), last=size_bytes - 1) if size_bytes else None

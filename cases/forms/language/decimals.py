"""Exact decimals of the form language: at most 30 digits before the point, 12 behind it. Holds no rule of forms.

Every result is rounded half away from zero at the twelfth place; what is too large is None. The browser does the same
with whole numbers, so that both sides give the same digits.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal

PLACES = 12
MAX_DIGITS = 30
MAX_CHARS = 60
_CONTEXT = Context(prec=200, rounding=ROUND_HALF_UP)
_LIMIT = Decimal(10) ** MAX_DIGITS
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)


def read_decimal(text: str) -> Decimal | None:
    """The number of a plain text such as ``-12.50`` or ``1e+22``; None for anything else and what is too large."""
    if len(text) > MAX_CHARS or not _NUMBER.fullmatch(text):
        return None
    return fit(Decimal(text))


def from_json(value: int | float) -> Decimal | None:
    """The number as JSON writes it."""
    return read_decimal(repr(value))


def fit(value: Decimal) -> Decimal | None:
    """The number at twelve places without closing zeros; None when too large."""
    if abs(value) >= _LIMIT:
        return None
    rounded = round_to(value, PLACES)
    return None if abs(rounded) >= _LIMIT else rounded


def round_to(value: Decimal, places: int) -> Decimal:
    """The number at this many places, half away from zero, without closing zeros."""
    rounded = value.quantize(Decimal(1).scaleb(-places), context=_CONTEXT)
    return Decimal(0) if not rounded else rounded.normalize(_CONTEXT)


def add(left: Decimal, right: Decimal) -> Decimal | None:
    """The sum."""
    return fit(_CONTEXT.add(left, right))


def multiply(left: Decimal, right: Decimal) -> Decimal | None:
    """The product."""
    return fit(_CONTEXT.multiply(left, right))


def divide(left: Decimal, right: Decimal) -> Decimal | None:
    """The quotient, None by zero. By whole numbers, so that it is rounded once."""
    if not right:
        return None
    top, bottom = int(left.scaleb(2 * PLACES, _CONTEXT)), int(right.scaleb(PLACES, _CONTEXT))
    whole, rest = divmod(abs(top), abs(bottom))
    if 2 * rest >= abs(bottom):
        whole += 1
    signed = whole if (top < 0) == (bottom < 0) else -whole
    return fit(Decimal(signed).scaleb(-PLACES, _CONTEXT))


def write_decimal(value: Decimal, *, places: int | None = None) -> str:
    """The number as plain text; with ``places`` exactly so many behind the point."""
    if places is not None:
        return f"{value.quantize(Decimal(1).scaleb(-places), context=_CONTEXT):f}"
    return f"{value:f}"

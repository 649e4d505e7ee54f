"""Places and intervals said in the words of their column: ``10..20``, ``above 5``, ``anything else``. No judgement."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from flows.definition.decision_tables.cells import Value
from flows.definition.decision_tables.places import EMPTY, Interval, Scale
from flows.definition.decision_tables.table import Column
from flows.definition.words import join_words

_LISTED = 4


def say_intervals(column: Column, scale: Scale, intervals: tuple[Interval, ...]) -> str:
    """``amount 10..20``; "" where the column does not matter."""
    if intervals == ((EMPTY, scale.last),) or intervals == ((EMPTY + 1, scale.last),):
        return ""
    said = [words for one in intervals for words in _say(scale, one)]
    if len(said) > _LISTED:
        said = [*said[:_LISTED], f"{len(said) - _LISTED} more"]
    return f"{column.title} {join_words(said, 'or')}"


def _say(scale: Scale, interval: Interval) -> list[str]:
    low, high = interval
    words = ["empty"] if low == EMPTY else []
    low = max(low, EMPTY + 1)
    if low > high:
        return words
    if scale.type == "yes_no":
        return words + [("no", "yes")[place - 1] for place in range(low, high + 1)]
    if scale.type == "text":
        named = [_value(scale, scale.named[place - 1]) for place in range(low, min(high, len(scale.named)) + 1)]
        return words + named + (["anything else"] if high == scale.last else [])
    return [*words, _range(scale, low, high)]


def _range(scale: Scale, low: int, high: int) -> str:
    """A range of numbers or dates; odd places lie beside a named value, even ones upon it."""
    below = _value(scale, scale.named[low // 2 - 1]) if low > 1 else ""
    above = _value(scale, scale.named[(high - 1) // 2]) if high < scale.last else ""
    is_low_in, is_high_in = low % 2 == 0, high % 2 == 0
    if not above:
        return f"{'from' if is_low_in else 'above'} {below} on" if is_low_in else f"above {below}"
    if not below:
        return f"{'up to' if is_high_in else 'below'} {above}"
    if low == high and is_low_in:
        return below
    if is_low_in and is_high_in:
        return f"{below}..{above}"
    return f"{'from' if is_low_in else 'above'} {below} {'up to' if is_high_in else 'to below'} {above}"


def _value(scale: Scale, value: Value) -> str:
    if scale.type == "date" and isinstance(value, int):
        return date.fromordinal(value).isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)

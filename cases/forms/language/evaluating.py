"""Works out a tree of the form language over the data of an answer. Total: what makes no sense is None, never an error.

``static/js/forms/language.js`` follows it line by line; ``tests/support/form_language.json`` holds both to one table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from cases.forms.language import decimals
from cases.forms.language.parsing import Node

Value: TypeAlias = Any  # None, bool, Decimal, str, list of values, or a mapping such as money

MAX_ROUND = decimals.PLACES


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What names mean: in a row of a table its columns come first, then the fields of the form."""

    data: Mapping[str, Any]
    columns: frozenset[str] = frozenset()
    row: Mapping[str, Any] = field(default_factory=dict)


def evaluate(node: Node, scope: Scope) -> Value:
    """The value of a tree: None for what is missing or makes no sense."""
    return _BY_SORT[node[0]](node, scope)


def is_true(value: Value) -> bool:
    """Whether a value counts as true: not None, false, 0, nor an empty text, list or mapping."""
    return bool(value)


def to_value(given: Any) -> Value:
    """A JSON value as the language knows it."""
    if isinstance(given, bool) or given is None or isinstance(given, str | Mapping | Decimal):
        return given
    if isinstance(given, int | float):
        return decimals.from_json(given)
    return [to_value(one) for one in given] if isinstance(given, list) else None


def to_number(value: Value) -> Decimal | None:
    """The number of a number or of money; None for anything else."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, Mapping) and isinstance(value.get("amount"), str):
        return decimals.read_decimal(value["amount"])
    return None


def _name(node: Node, scope: Scope) -> Value:
    first = node[1]
    value = to_value((scope.row if first in scope.columns else scope.data).get(first))
    for part in node[2:]:
        value = [_member(one, part) for one in value] if isinstance(value, list) else _member(value, part)
    return value


def _member(value: Value, part: str) -> Value:
    if not isinstance(value, Mapping):
        return None
    return to_number(value) if part == "amount" else to_value(value.get(part))


def _binary(node: Node, scope: Scope) -> Value:
    sign = node[1]
    left = evaluate(node[2], scope)
    if sign == "and":
        return is_true(left) and is_true(evaluate(node[3], scope))
    if sign == "or":
        return is_true(left) or is_true(evaluate(node[3], scope))
    right = evaluate(node[3], scope)
    if sign == "=":
        return _equal(left, right)
    if sign == "!=":
        return not _equal(left, right)
    if sign == "in":
        return isinstance(right, list) and any(_equal(left, one) for one in right)
    if sign in _ORDERS:
        return _ordered(sign, left, right)
    return _reckon(sign, to_number(left), to_number(right))


_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def _equal(left: Value, right: Value) -> bool:
    if left is None or right is None:
        return left is None and right is None
    first, second = to_number(left), to_number(right)
    if first is not None or second is not None:
        return first is not None and second is not None and first == second
    for sort in (bool, str):
        if isinstance(left, sort) and isinstance(right, sort):
            return bool(left == right)
    return False


def _ordered(sign: str, left: Value, right: Value) -> bool:
    first, second = to_number(left), to_number(right)
    if first is not None and second is not None:
        return _ORDERS[sign](first, second)
    return isinstance(left, str) and isinstance(right, str) and _ORDERS[sign](left, right)


def _reckon(sign: str, left: Decimal | None, right: Decimal | None) -> Value:
    if left is None or right is None:
        return None
    if sign == "+":
        return decimals.add(left, right)
    if sign == "-":
        return decimals.add(left, right.copy_negate())
    return decimals.multiply(left, right) if sign == "*" else decimals.divide(left, right)


def _negate(node: Node, scope: Scope) -> Value:
    number = to_number(evaluate(node[1], scope))
    return None if number is None else decimals.fit(number.copy_negate())


def _call(node: Node, scope: Scope) -> Value:
    return _FUNCTIONS[node[1]]([evaluate(one, scope) for one in node[2:]])


def _numbers(values: list[Value]) -> list[Decimal]:
    """The numbers of a list, or of several values; what is none is passed over."""
    flat = values[0] if len(values) == 1 and isinstance(values[0], list) else values
    found = (to_number(one) for one in flat)
    return [one for one in found if one is not None]


def _sum(values: list[Value]) -> Value:
    total: Decimal | None = Decimal(0)
    for number in _numbers(values):
        if total is not None:
            total = decimals.add(total, number)
    return total


def _round(values: list[Value]) -> Value:
    number = to_number(values[0])
    places = to_number(values[1]) if len(values) > 1 else Decimal(0)
    if number is None or places is None or places != int(places) or not 0 <= places <= MAX_ROUND:
        return None
    return decimals.round_to(number, int(places))


def _abs(values: list[Value]) -> Value:
    number = to_number(values[0])
    return None if number is None else number.copy_abs()


def _is_empty(value: Value) -> bool:
    """A number is never empty, 0 neither; an unticked box is."""
    return not isinstance(value, Decimal) and not value


def _contains(values: list[Value]) -> Value:
    whole, part = values
    if isinstance(whole, list):
        return any(_equal(one, part) for one in whole)
    return isinstance(whole, str) and isinstance(part, str) and part in whole


_FUNCTIONS: Mapping[str, Callable[[list[Value]], Value]] = {
    "sum": _sum,
    "count": lambda values: Decimal(len(values[0])) if isinstance(values[0], list) else Decimal(0),
    "min": lambda values: min(_numbers(values), default=None),
    "max": lambda values: max(_numbers(values), default=None),
    "round": _round,
    "abs": _abs,
    "empty": lambda values: _is_empty(values[0]),
    "filled": lambda values: not _is_empty(values[0]),
    "contains": _contains,
}
_BY_SORT: Mapping[str, Callable[[Node, Scope], Value]] = {
    "num": lambda node, scope: decimals.read_decimal(node[1]),
    "text": lambda node, scope: node[1],
    "bool": lambda node, scope: node[1],
    "list": lambda node, scope: [evaluate(one, scope) for one in node[1:]],
    "name": _name,
    "call": _call,
    "neg": _negate,
    "not": lambda node, scope: not is_true(evaluate(node[1], scope)),
    "bin": _binary,
}

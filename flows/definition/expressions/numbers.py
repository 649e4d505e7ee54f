"""Arithmetic that keeps integers exact and refuses what would silently lose digits. Pure functions on int and float."""

from __future__ import annotations

import math

from .bounds import MAX_NUMBER_BITS
from .errors import FailedExpression, LimitExceeded

Number = int | float

EXACT_LIMIT = 2**53


def is_number(value: object) -> bool:
    """True for int and float, false for booleans."""
    return type(value) is int or type(value) is float


def tidy(value: Number) -> Number:
    """The same number, as int when it is whole and exact; refuses infinities and numbers over 1,000 digits."""
    if isinstance(value, int):
        if value.bit_length() > MAX_NUMBER_BITS:
            raise LimitExceeded("A number has more than 1,000 digits")
        return value
    if not math.isfinite(value):
        raise FailedExpression("A number is out of range")
    if value.is_integer() and abs(value) <= EXACT_LIMIT:
        return int(value)
    return value


def calculate(operator: str, left: Number, right: Number) -> Number:
    """`left operator right` for + - * / %; integers stay exact, results are tidy."""
    try:
        if operator == "/":
            return divide(left, right)
        if operator == "%":
            return remainder(left, right)
        left, right = _exact_pair(left, right)
        if operator == "+":
            return tidy(left + right)
        if operator == "-":
            return tidy(left - right)
        return tidy(left * right)
    except OverflowError as error:
        raise FailedExpression("A number is out of range") from error


def divide(left: Number, right: Number) -> Number:
    """True division; refused when an operand or the result is beyond 2^53, where it could not be exact."""
    if right == 0:
        raise FailedExpression("Division by zero; check the divisor first")
    if abs(left) > EXACT_LIMIT or abs(right) > EXACT_LIMIT:
        raise FailedExpression("A division of numbers beyond 2^53 would lose digits and is refused")
    result = left / right
    if abs(result) > EXACT_LIMIT:
        raise FailedExpression("A division with a result beyond 2^53 would lose digits and is refused")
    return tidy(result)


def remainder(left: Number, right: Number) -> Number:
    """What is left of a division, with the sign of the dividend as in JSONata."""
    if right == 0:
        raise FailedExpression("Division by zero; check the divisor first")
    if type(left) is int and type(right) is int:
        size = abs(left) % abs(right)
        return size if left >= 0 else -size
    return tidy(math.fmod(left, right))


def raise_to_power(base: Number, exponent: Number) -> Number:
    """`base` to `exponent`; whole numbers exactly, as long as the result has at most 1,000 digits."""
    if type(base) is int and type(exponent) is int and exponent >= 0:
        if abs(base) > 1 and base.bit_length() * exponent > MAX_NUMBER_BITS + 64:
            raise LimitExceeded("A number has more than 1,000 digits")
        return tidy(base**exponent) if abs(base) > 1 else base ** min(exponent, 2 + exponent % 2)
    try:
        return tidy(math.pow(base, exponent))
    except (OverflowError, ValueError) as error:
        raise FailedExpression("$power gives no finite number here") from error


def number_text(value: Number) -> str:
    """The number as text: integers with every digit, others with 15 significant digits (0.1 + 0.2 is 0.3)."""
    value = tidy(shorten(value))
    if type(value) is int:
        return str(value)
    return repr(value).replace("e-0", "e-")


def shorten(value: Number) -> Number:
    """The float that 15 significant digits give, so that arithmetic noise does not reach texts."""
    return value if type(value) is int else float(f"{value:.15g}")


def _exact_pair(left: Number, right: Number) -> tuple[Number, Number]:
    if type(left) is type(right):
        return left, right
    left, right = _whole(left), _whole(right)
    if type(left) is not type(right) and max(abs(left), abs(right)) > EXACT_LIMIT:
        raise FailedExpression("A fraction and a whole number beyond 2^53 together would lose digits and are refused")
    return left, right


def _whole(value: Number) -> Number:
    return int(value) if type(value) is float and value.is_integer() and abs(value) <= EXACT_LIMIT else value

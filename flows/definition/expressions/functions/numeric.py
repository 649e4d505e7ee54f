"""Functions on numbers. Integers stay exact wherever the result is one."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

import re2
from jsonata.functions import Functions as Library

from ..bounds import MAX_PICTURE_CHARS
from ..errors import FailedExpression
from ..numbers import EXACT_LIMIT, Number, calculate, divide, is_number, raise_to_power, tidy
from .builtin import Functions, Runtime, truth

FUNCTIONS = Functions()

_NUMBER_TEXT = re2.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_RADIX_TEXT = re2.compile(r"0[xX][0-9a-fA-F]{1,250}|0[oO][0-7]{1,250}|0[bB][01]{1,250}")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_TEXT_OPTIONS = frozenset({"NaN", "infinity"})


@FUNCTIONS.define("sum", "a<n>")
def total(runtime: Runtime, values: list[Number]) -> Number:
    """The sum; 0 for an empty list."""
    if set(map(type, values)) <= {int}:
        return tidy(sum(values))
    result: Number = 0
    for value in values:
        result = calculate("+", result, value)
    runtime.bounds.tick()
    return result


@FUNCTIONS.define("max", "a<n>")
def maximum(_: Runtime, values: list[Number]) -> Number | None:
    """The greatest; undefined for an empty list."""
    return max(values, default=None)


@FUNCTIONS.define("min", "a<n>")
def minimum(_: Runtime, values: list[Number]) -> Number | None:
    """The smallest; undefined for an empty list."""
    return min(values, default=None)


@FUNCTIONS.define("average", "a<n>")
def average(runtime: Runtime, values: list[Number]) -> Number | None:
    """The mean; undefined for an empty list."""
    return divide(total(runtime, values), len(values)) if values else None


@FUNCTIONS.define("number", "nsb-")
def number(_: Runtime, value: Any) -> Number:
    """A number from text in JSON's notation (or 0x, 0o, 0b), true is 1, false is 0."""
    if isinstance(value, bool):
        return int(value)
    if is_number(value):
        return tidy(value)
    if len(value) > 1_000:
        raise FailedExpression("$number was given a text of more than 1,000 characters")
    if _RADIX_TEXT.fullmatch(value):
        return tidy(int(value, 0))
    match = _NUMBER_TEXT.fullmatch(value)
    if match is None:
        raise FailedExpression("$number was given a text that is no number")
    return tidy(float(value)) if match.group(2) or match.group(3) else tidy(int(value))


@FUNCTIONS.define("abs", "n-")
def absolute(_: Runtime, value: Number) -> Number:
    """The number without its sign."""
    return tidy(abs(value))


@FUNCTIONS.define("floor", "n-")
def floor(_: Runtime, value: Number) -> Number:
    """The next whole number below."""
    return tidy(math.floor(value))


@FUNCTIONS.define("ceil", "n-")
def ceiling(_: Runtime, value: Number) -> Number:
    """The next whole number above."""
    return tidy(math.ceil(value))


@FUNCTIONS.define("round", "n- n?")
def rounded(_: Runtime, value: Number, places: Number | None) -> Number:
    """Half to even, to so many decimal places (negative: tens, hundreds …; at most 300 either way)."""
    exponent = -int(places or 0)
    if abs(exponent) > 300:
        raise FailedExpression("$round takes at most 300 places")
    if type(value) is int and exponent <= 0:
        return tidy(value)
    with localcontext() as context:
        context.prec = 1_400
        result = Decimal(repr(value)).quantize(Decimal((0, (1,), exponent)), ROUND_HALF_EVEN)
    return tidy(int(result)) if exponent >= 0 else tidy(float(result))


@FUNCTIONS.define("sqrt", "n-")
def square_root(_: Runtime, value: Number) -> Number:
    """The square root of a number that is not negative."""
    if value < 0:
        raise FailedExpression("$sqrt was given a negative number")
    return tidy(math.sqrt(value))


@FUNCTIONS.define("power", "n- n")
def power(_: Runtime, base: Number, exponent: Number) -> Number:
    """The base to the exponent."""
    return raise_to_power(base, exponent)


@FUNCTIONS.define("random", "")
def random(runtime: Runtime) -> float:
    """A number from 0 up to but not including 1."""
    return runtime.random.random()


@FUNCTIONS.define("boolean", "x-")
def boolean(runtime: Runtime, value: Any) -> bool:
    """JSONata's effective boolean."""
    return truth(runtime, value)


@FUNCTIONS.define("not", "x-")
def negation(runtime: Runtime, value: Any) -> bool:
    """The opposite of $boolean."""
    return not truth(runtime, value)


@FUNCTIONS.define("formatBase", "n- n?")
def format_base(runtime: Runtime, value: Number, radix: Number | None) -> str:
    """The number, rounded to a whole one, with the digits of a base from 2 to 36 (10 when left out)."""
    base = 10 if radix is None else int(radix)
    if not 2 <= base <= 36:
        raise FailedExpression("$formatBase takes a base from 2 to 36")
    left = abs(int(rounded(runtime, value, None)))
    digits = []
    while left:
        left, digit = divmod(left, base)
        digits.append(_DIGITS[digit])
    return ("-" if value < 0 and digits else "") + "".join(reversed(digits or ["0"]))


@FUNCTIONS.define("formatNumber", "n- s o?")
def format_number(_: Runtime, value: Number, picture: str, options: dict[str, Any] | None) -> str:
    """The number by a picture of XPath F&O 3.1 §4.7, such as "#,##0.00"."""
    check_picture(picture)
    for name, option in (options or {}).items():
        # The library builds regular expressions from these without escaping them.
        single = isinstance(option, str) and len(option) == 1 and (name in _TEXT_OPTIONS or option not in "\\^]-")
        if not single and not (name in _TEXT_OPTIONS and isinstance(option, str) and len(option) < 20):
            raise FailedExpression("An option of $formatNumber must be a single character")
    return str(Library.format_number(value, picture, options))


@FUNCTIONS.define("formatInteger", "n- s")
def format_integer(_: Runtime, value: Number, picture: str) -> str:
    """A whole number by a picture of XPath F&O 3.1 §4.6: "w" words, "I" Roman, "a" letters, "#,##0" digits."""
    check_picture(picture)
    if abs(value) > EXACT_LIMIT or (picture[:1] in ("I", "i") and abs(value) >= 100_000):
        raise FailedExpression("The number is too large for this picture of $formatInteger")
    return str(Library.format_integer(int(value), picture))


@FUNCTIONS.define("parseInteger", "s- s")
def parse_integer(_: Runtime, text: str, picture: str) -> Number:
    """The whole number a text written by such a picture stands for."""
    check_picture(picture)
    check_picture(text)
    return tidy(Library.parse_integer(text, picture))


def check_picture(picture: str) -> None:
    """Refuses empty pictures and long ones, whose processing takes more than linear time."""
    if not picture or len(picture) > MAX_PICTURE_CHARS:
        raise FailedExpression(f"A picture, or a text read by one, has 1 to {MAX_PICTURE_CHARS} characters")

"""Functions that call functions. Each call goes through the runtime, which counts time and depth."""

from __future__ import annotations

import functools
from typing import Any

from jsonata.utils import Utils

from ..errors import FailedExpression
from .builtin import Builtin, Functions, Runtime, truth

FUNCTIONS = Functions()


def arity_of(function: Any) -> int:
    """How many arguments a function wants: those a lambda declares, those a built-in requires, else one."""
    if isinstance(function, Builtin):
        return function.arity
    return len(getattr(function, "arguments", None) or ())


def _fitting(function: Any, *arguments: Any) -> tuple[Any, ...]:
    return arguments[: max(1, arity_of(function))]


@FUNCTIONS.define("map", "a f")
def map_items(runtime: Runtime, values: list[Any], function: Any) -> Any:
    """What the function gives for each (item, index, list); nothing is left out."""
    results = []
    for index, item in enumerate(values):
        result = runtime.call(function, _fitting(function, item, index, values))
        if result is not None:
            results.append(result)
    return Utils.create_sequence_from_iter(results)


@FUNCTIONS.define("filter", "a f")
def filter_items(runtime: Runtime, values: list[Any], function: Any) -> Any:
    """The items for which the function is true."""
    kept = []
    for index, item in enumerate(values):
        if truth(runtime, runtime.call_quietly(function, _fitting(function, item, index, values))):
            kept.append(item)
    return Utils.create_sequence_from_iter(kept)


@FUNCTIONS.define("single", "a f?")
def single(runtime: Runtime, values: list[Any], function: Any) -> Any:
    """The one item for which the function is true; fails unless there is exactly one."""
    kept = list(values) if function is None else list(filter_items(runtime, values, function))
    if len(kept) != 1:
        raise FailedExpression(f"$single found {'no item' if not kept else 'more than one item'}")
    return kept[0]


@FUNCTIONS.define("reduce", "a f x?")
def reduce(runtime: Runtime, values: list[Any], function: Any, initial: Any) -> Any:
    """The list folded from the left; without an initial value the first item is it."""
    if arity_of(function) < 2:
        raise FailedExpression("The function given to $reduce must take two arguments")
    start = 1 if initial is None and values else 0
    result = values[0] if start else initial
    for index in range(start, len(values)):
        result = runtime.call(function, _fitting(function, result, values[index], index, values))
    return result


@FUNCTIONS.define("each", "o- f")
def each(runtime: Runtime, value: dict[str, Any], function: Any) -> Any:
    """What the function gives for each (member, name, object)."""
    results = []
    for key, member in value.items():
        result = runtime.call(function, _fitting(function, member, key, value))
        if result is not None:
            results.append(result)
    return Utils.create_sequence_from_iter(results)


@FUNCTIONS.define("sift", "o- f")
def sift(runtime: Runtime, value: dict[str, Any], function: Any) -> Any:
    """The object with the members for which the function is true; nothing when there is none."""
    kept = {}
    for key, member in value.items():
        if truth(runtime, runtime.call_quietly(function, _fitting(function, member, key, value))):
            kept[key] = member
    return kept or None


@FUNCTIONS.define("sort", "a f?")
def sort(runtime: Runtime, values: list[Any], function: Any) -> list[Any]:
    """The items in order: all texts or all numbers, or by a function that says whether its first comes later."""
    if function is None:
        if not (all(_is_number(item) for item in values) or all(isinstance(item, str) for item in values)):
            raise FailedExpression("$sort without a function takes only texts or only numbers")
        return sorted(values)

    def order(left: Any, right: Any) -> int:
        return -1 if truth(runtime, runtime.call(function, [right, left])) else 0

    return sorted(values, key=functools.cmp_to_key(order))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)

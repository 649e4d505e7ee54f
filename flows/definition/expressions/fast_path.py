"""Plain dotted paths over objects, read without the interpreter; anything unusual is handed back to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .syntax import Node, is_plain_step

ABSENT: Final = object()
UNSUITABLE: Final = object()


def plain_path(tree: Node) -> tuple[str, ...] | None:
    """The names of an expression that is nothing but `a.b.c`, else None."""
    if tree.type != "path" or tree.predicate or tree.group or tree.keep_array or tree.keep_singleton_array:
        return None
    if not all(is_plain_step(step) for step in tree.steps):
        return None
    return tuple(str(step.value) for step in tree.steps)


def read_path(names: tuple[str, ...], roots: Mapping[str, Any]) -> Any:
    """The value itself (not a copy), ABSENT, or UNSUITABLE as soon as a list is on the way."""
    value: Any = roots
    for name in names:
        if value.__class__ is dict or value is roots:
            value = value.get(name, ABSENT)
            if value is ABSENT:
                return ABSENT
        elif value.__class__ is list:
            return UNSUITABLE
        elif value is None or isinstance(value, (str, int, float)):
            return ABSENT
        else:
            return UNSUITABLE
    return value

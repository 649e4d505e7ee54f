"""The heart of the interpreter: one evaluation with its own frame, bounds, clock and random numbers.

A subclass of the library's evaluator. It keeps nothing between evaluations and never touches what threads share.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from random import Random
from typing import Any

from jsonata.jsonata import Jsonata
from jsonata.utils import Utils

from .bounds import Bounds
from .errors import MissingData
from .functions import BUILTINS
from .syntax import Node, descendants, dotted, ends_in_list, is_index, last_filter
from .values import NULL, is_true


class Frame(Jsonata.Frame):  # type: ignore[misc]  # the library has no types
    """Names and their values. Binding a function does not write the name into the function, which others share."""

    def bind(self, name: str, value: Any) -> None:
        """This will set a name in this frame only."""
        self.bindings[name] = value


_BUILTIN_FRAME = Frame(None)
_BUILTIN_FRAME.bindings.update(BUILTINS)


class Core(Jsonata):  # type: ignore[misc]  # the library has no types
    """Walks the tree. Undefined is None, null is NULL; `quiet` is true inside filter predicates."""

    def __init__(self, *, now: datetime) -> None:
        # The library's own __init__ would parse, and make this evaluation the thread's current one.
        self.now = now
        self.bounds = Bounds()
        self.quiet = False
        self.parser = None
        self._last_missing: Node | None = None
        self._picked_by_index = False

    @cached_property
    def random(self) -> Random:
        """This evaluation's own random numbers."""
        return Random()  # noqa: S311 (nothing secret is made of it)

    def run(self, tree: Node, root: dict[str, Any]) -> Any:
        """The internal result of a tree over internal data; None means undefined."""
        frame = Frame(_BUILTIN_FRAME)
        frame.bind("$", root)
        return self.eval_value(tree, root, frame)

    def create_frame(self, enclosing_environment: Any = None) -> Frame:
        """A new frame inside another."""
        return Frame(enclosing_environment)

    def eval(self, expr: Node, input: Any, environment: Any) -> Any:
        """The value of a node, a sequence of one being that one and an empty one undefined."""
        return self._collapse(expr, self._eval_open(expr, input, environment))

    def eval_value(self, expr: Node, context: Any, environment: Any) -> Any:
        """The same where the value itself is wanted (result, member, item): what ends in a filter or `[]` is a list."""
        if not (expr.predicate or expr.group):
            if expr.type == "block" and expr.expressions:
                frame = self.create_frame(environment)
                for part in expr.expressions[:-1]:
                    self.eval(part, context, frame)
                return self.eval_value(expr.expressions[-1], context, frame)
            if expr.type == "condition":
                arm = self.chosen_arm(expr, context, environment)
                return None if arm is None else self.eval_value(arm, context, environment)
        if not ends_in_list(expr):
            return self.eval(expr, context, environment)
        return self._eval_list(expr, context, environment)

    def _eval_list(self, expr: Node, context: Any, environment: Any) -> Any:
        always = expr.keep_array or expr.keep_singleton_array
        predicate = last_filter(expr)
        self._picked_by_index = predicate is not None and is_index(predicate, certain=False)
        result = self._eval_open(expr, context, environment)
        if self._picked_by_index and not always:
            return self._collapse(expr, result)
        if result is None:
            return []
        return list(result) if isinstance(result, list) else [result]

    def _eval_open(self, expr: Node, context: Any, environment: Any) -> Any:
        self.bounds.enter()
        try:
            handler = _HANDLERS[expr.type]
            result = handler(self, expr, context, environment)
            if expr.predicate is not None:
                for stage in expr.predicate:
                    result = self.evaluate_filter(stage.expr, result, environment)
            if expr.group is not None and expr.type != "path":
                result = self.evaluate_group_expression(expr.group, result, environment)
        finally:
            self.bounds.leave()
        return result

    def _collapse(self, expr: Node, result: Any) -> Any:
        if isinstance(result, Utils.JList) and result.sequence and not result.tuple_stream:
            if expr.keep_array:
                result.keep_singleton = True
            if not result:
                result = None
            elif len(result) == 1 and not result.keep_singleton:
                result = result[0]
        if result is None and expr.type in ("path", "variable"):
            self._last_missing = expr
        return result

    def needed(self, expr: Node, value: Any) -> Any:
        """The value of an operand, member or item; raises MissingData when there is none, except in a filter."""
        if value is None and not self.quiet:
            raise self.missing(expr)
        return value

    def missing(self, expr: Node) -> MissingData:
        """The error that says what makes a node give nothing, as far as it can be told."""
        path = dotted(expr)
        if path is None and self._last_missing is not None and any(n is self._last_missing for n in descendants(expr)):
            path = dotted(self._last_missing)
        return MissingData(path)

    def chosen_arm(self, expr: Node, context: Any, environment: Any) -> Node | None:
        """The arm of a condition that counts, or None without an else; only that one is ever evaluated."""
        arm: Node = expr.then if self.truth(self.eval(expr.condition, context, environment)) else expr._else
        return arm

    def truth(self, value: Any) -> bool:
        """JSONata's effective boolean."""
        return is_true(value, self.bounds)

    def evaluate_condition(self, expr: Node, input: Any, environment: Any) -> Any:
        """The arm that counts; nothing without one."""
        arm = self.chosen_arm(expr, input, environment)
        return None if arm is None else self.eval(arm, input, environment)

    def evaluate_variable(self, expr: Node, input: Any, environment: Any) -> Any:
        """`$` is the context, `$$` the whole input, `$x` what was bound."""
        return input if expr.value == "" else environment.lookup(str(expr.value))

    def evaluate_parent(self, expr: Node, _: Any, environment: Any) -> Any:
        """`%`: the object an item came from."""
        return environment.lookup(expr.slot.label)

    def evaluate_constant(self, expr: Node, _: Any, __: Any) -> Any:
        """A literal or a compiled regular expression."""
        return NULL if expr.value is None else expr.value


def _named(name: str) -> Any:
    return lambda self, expr, context, environment: getattr(self, name)(expr, context, environment)


_HANDLERS: dict[str | None, Any] = {
    "path": _named("evaluate_path"),
    "binary": _named("evaluate_binary"),
    "unary": _named("evaluate_unary"),
    "name": _named("evaluate_name"),
    "string": Core.evaluate_constant,
    "number": Core.evaluate_constant,
    "value": Core.evaluate_constant,
    "regex": Core.evaluate_constant,
    "wildcard": _named("evaluate_wildcard"),
    "descendant": _named("evaluate_descendants"),
    "parent": Core.evaluate_parent,
    "condition": Core.evaluate_condition,
    "block": _named("evaluate_block"),
    "bind": _named("evaluate_bind_expression"),
    "function": _named("evaluate_function"),
    "variable": Core.evaluate_variable,
    "lambda": _named("evaluate_lambda"),
    "partial": _named("evaluate_partial_application"),
    "apply": _named("evaluate_apply_expression"),
    "transform": _named("evaluate_transform_expression"),
}

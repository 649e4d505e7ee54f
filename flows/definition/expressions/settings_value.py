"""A tree of settings in which some texts are expressions: compiled once, evaluated as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from .errors import ExpressionError
from .expression import Expression, Want, compile_expression
from .static_check import Path
from .values import kind_name

JSON = Any  # str, int, float, bool, None, or lists and dicts of them


def is_expression(value: object) -> bool:
    """True for a text that begins with one "="; two stand for a text that begins with "="."""
    return isinstance(value, str) and value.startswith("=") and not value.startswith("==")


class CompiledValue:
    """One settings value. `is_constant`: it holds no expression; `references`: of all its expressions."""

    __slots__ = ("_node", "is_constant", "references")

    def __init__(self, node: Any) -> None:
        self._node = node
        found = list(_expressions(node))
        self.is_constant = not found
        self.references: frozenset[Path] = frozenset(path for expression in found for path in expression.references)

    def evaluate(self, roots: Mapping[str, Any], *, now: datetime, want: Want = "any") -> JSON:
        """This will give a fresh plain JSON value; `want` counts for the whole value, as in Expression.evaluate.

        Raises ExpressionError with `details["at"]`, the JSON pointer (RFC 6901) of the expression that failed.
        """
        if isinstance(self._node, Expression):
            return _evaluate_one(self._node, roots, now, "", want)
        value = _evaluate(self._node, roots, now, "")
        if want == "list" and not isinstance(value, list):
            return [value]
        if want == "flag" and not isinstance(value, bool):
            error = ExpressionError(f"The value must be true or false; it is {kind_name(value)}", details={"at": ""})
            raise error
        return value


def compile_value(value: JSON) -> CompiledValue:
    """The compiled form of a settings tree: texts "=…" are expressions, "==x" is the text "=x", the rest constant.

    Raises ExpressionError (expression.invalid) with `details["at"]`.
    """
    return CompiledValue(_compile(value, ""))


def _compile(value: Any, at: str) -> Any:
    if isinstance(value, str):
        if not is_expression(value):
            return value[1:] if value.startswith("==") else value
        try:
            return compile_expression(value[1:].strip())
        except ExpressionError as error:
            raise _placed(error, at) from error
    if isinstance(value, dict):
        return {key: _compile(member, f"{at}/{_escaped(key)}") for key, member in value.items()}
    if isinstance(value, list):
        return [_compile(item, f"{at}/{index}") for index, item in enumerate(value)]
    return value


def _evaluate(node: Any, roots: Mapping[str, Any], now: datetime, at: str) -> Any:
    if isinstance(node, Expression):
        return _evaluate_one(node, roots, now, at, "any")
    if isinstance(node, dict):
        return {key: _evaluate(member, roots, now, f"{at}/{_escaped(key)}") for key, member in node.items()}
    if isinstance(node, list):
        return [_evaluate(item, roots, now, f"{at}/{index}") for index, item in enumerate(node)]
    return node


def _evaluate_one(expression: Expression, roots: Mapping[str, Any], now: datetime, at: str, want: Want) -> Any:
    try:
        return expression.evaluate(roots, now=now, want=want)
    except ExpressionError as error:
        raise _placed(error, at) from error


def _placed(error: ExpressionError, at: str) -> ExpressionError:
    copy = type(error).__new__(type(error))
    ExpressionError.__init__(copy, error.message, details={**error.details, "at": at})
    return copy


def _expressions(node: Any) -> Iterator[Expression]:
    if isinstance(node, Expression):
        yield node
    elif isinstance(node, (dict, list)):
        for member in node.values() if isinstance(node, dict) else node:
            yield from _expressions(member)


def _escaped(key: object) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")

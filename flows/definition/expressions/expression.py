"""A compiled expression: what it refers to, and its evaluation over given roots. The door to the interpreter."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from jsonata.jexception import JException

from .errors import ExpressionError, FailedExpression, LimitExceeded, MissingData
from .evaluator import Evaluator
from .fast_path import ABSENT, UNSUITABLE, plain_path, read_path
from .static_check import Analysis, Path, analyse, findings_of
from .syntax import safe_reason, tree_of
from .values import kind_name, to_internal, to_json
from .words import find_habit

Want = Literal["any", "list", "flag"]

EXPRESSIONS_KEPT = 4096

_LITERALS = frozenset({"string", "number", "value"})
_WHOLE: dict[str, Any] = {}


class Expression:
    """One expression, safe to share between threads: it holds no data and no state of any evaluation.

    `references` are the paths it reads as far as they can be told without running it, such as
    ("trigger", "body", "amount"); a wildcard or filter ends a path early.
    """

    __slots__ = ("_analysis", "_literal", "_path", "_wanted", "references", "source")

    def __init__(self, source: str) -> None:
        tree = tree_of(source)
        self._analysis: Analysis = analyse(tree)
        self.source = source
        self.references: frozenset[Path] = self._analysis.references
        plain = tree.type in _LITERALS and not (tree.predicate or tree.group or tree.keep_array)
        self._literal = (tree.value,) if plain else None
        self._path = plain_path(tree)
        self._wanted = None if self._analysis.whole_input else _nested(self.references)

    def evaluate(self, roots: Mapping[str, Any], *, now: datetime, want: Want = "any") -> Any:
        """This will give a fresh plain JSON value from plain JSON roots, which it never changes.

        `now` is what $now and $millis say (aware). `want` "list" wraps a single result and makes nothing [];
        "flag" accepts true and false only. Raises ExpressionError (expression.failed, expression.limit) alone.
        """
        if self._path is not None:
            value = read_path(self._path, roots)
            if value is not UNSUITABLE:
                if value is not ABSENT:
                    return _shaped(to_json(value), want)
                if want == "list":
                    return []
                raise MissingData(".".join(self._path))
        elif self._literal is not None:
            return _shaped(to_json(self._literal[0]), want)
        return self.interpret(roots, now=now, want=want)

    def interpret(self, roots: Mapping[str, Any], *, now: datetime, want: Want = "any") -> Any:
        """The same result as evaluate(), always by the interpreter."""
        try:
            tree = tree_of(self.source)
            evaluation = Evaluator(now=now)
            result = evaluation.run(tree, _pruned(roots, self._wanted))
            if result is None and want != "list":
                evaluation.needed(tree, None)
            return [] if result is None else _shaped(to_json(result, evaluation.bounds), want)
        except ExpressionError:
            raise
        except (RecursionError, MemoryError) as error:
            raise LimitExceeded("The expression nests too deeply or builds too much") from error
        except JException as error:
            raise FailedExpression(f"The expression failed: {safe_reason(error)}") from error
        except Exception as error:
            raise FailedExpression("The expression does not fit its data") from error

    def findings(self, *, roots: Collection[str], steps: Collection[str] | None) -> list[str]:
        """Sentences about unknown roots, steps, functions and variables; `steps` None means any."""
        return findings_of(self._analysis, roots=roots, steps=steps)

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"


@lru_cache(maxsize=EXPRESSIONS_KEPT)
def compile_expression(source: str) -> Expression:
    """The compiled form of a source without its leading "="; raises ExpressionError with code expression.invalid."""
    return Expression(source)


def check_expression(source: str, *, roots: Collection[str], steps: Collection[str] | None) -> list[str]:
    """What publishing would refuse, as sentences that say what to do; `steps` None means any step key is fine."""
    try:
        expression = compile_expression(source)
    except ExpressionError as error:
        place = error.details.get("position")
        return [error.message if place is None else f"{error.message} (character {place + 1} of the expression)"]
    findings = expression.findings(roots=roots, steps=steps)
    habit = find_habit(source) if findings else None
    return [habit.message] if habit else findings


def is_range(source: str) -> bool:
    """Whether the source is one range and nothing else, such as ``[1..n]``. Raises InvalidExpression."""
    tree = tree_of(source)
    if (tree.type, tree.value) != ("unary", "[") or tree.predicate or tree.group or len(tree.expressions) != 1:
        return False
    return (tree.expressions[0].type, tree.expressions[0].value) == ("binary", "..")


def _shaped(value: Any, want: Want) -> Any:
    if want == "list" and not isinstance(value, list):
        return [value]
    if want == "flag" and value is not True and value is not False:
        raise FailedExpression(
            f"The expression must give true or false, but gave {kind_name(value)}; compare it with something, such as "
            "'= steps.x.amount > 100'"
        )
    return value


def _nested(references: Iterable[Path]) -> dict[str, Any]:
    """References as nested objects; an empty one means everything below."""
    nested: dict[str, Any] = {}
    for reference in sorted(references, key=len, reverse=True):
        level = nested
        for name in reference[:-1]:
            level = level.setdefault(name, {})
        level[reference[-1]] = _WHOLE
    return nested


def _pruned(roots: Mapping[str, Any], wanted: dict[str, Any] | None) -> dict[str, Any]:
    """An internal copy of the parts of the roots that the expression can reach; None means all of them."""
    if wanted is None:
        return {name: to_internal(value) for name, value in roots.items()}
    return {name: _pruned_value(roots[name], below) for name, below in wanted.items() if name in roots}


def _pruned_value(value: Any, wanted: dict[str, Any]) -> Any:
    if wanted is _WHOLE or not isinstance(value, dict):
        return to_internal(value)
    return {name: _pruned_value(value[name], below) for name, below in wanted.items() if name in value}

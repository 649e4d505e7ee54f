"""Operators, constructors and calls of the interpreter: where missing data is loud and integers stay exact."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from jsonata.functions import Functions as Library
from jsonata.jsonata import Jsonata
from jsonata.parser import Parser
from jsonata.utils import Utils

from .bounds import ITEM_BYTES, MAX_RANGE_ITEMS
from .errors import FailedExpression, LimitExceeded, MissingData
from .functions import Builtin
from .numbers import calculate, is_number, tidy
from .paths import Paths
from .regex import find_matches
from .syntax import Node
from .values import clone, deep_equal, is_function, kind_name, text_of

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


class Evaluator(Paths):
    """One evaluation of one expression; make a new one each time."""

    def evaluate_binary(self, expr: Node, input: Any, environment: Any) -> Any:
        """`left operator right`; both operands must be there, except for `and` and `or`."""
        operator = str(expr.value)
        if operator in ("and", "or"):
            if self.truth(self.eval(expr.lhs, input, environment)) is (operator == "or"):
                return operator == "or"
            return self.truth(self.eval(expr.rhs, input, environment))
        left = self.needed(expr.lhs, self.eval(expr.lhs, input, environment))
        right = self.needed(expr.rhs, self.eval(expr.rhs, input, environment))
        if operator == "&":
            return self._concatenate(left, right)
        if operator in ("=", "!=", "in"):
            return left is not None and right is not None and self._equal(operator, left, right)
        if left is None or right is None:
            return None
        if operator in _COMPARISONS:
            return _compare(operator, left, right)
        if not is_number(left) or not is_number(right):
            wrong = right if is_number(left) else left
            raise _unfit_for_arithmetic(operator, kind_name(wrong))
        return self._range(left, right) if operator == ".." else calculate(operator, left, right)

    def _concatenate(self, left: Any, right: Any) -> str:
        texts = ["" if value is None else text_of(value, self.bounds) for value in (left, right)]
        self.bounds.spend(len(texts[0]) + len(texts[1]))
        return texts[0] + texts[1]

    def _equal(self, operator: str, left: Any, right: Any) -> bool:
        if operator == "in":
            choices = right if isinstance(right, list) else [right]
            return any(deep_equal(left, choice, self.bounds) for choice in choices)
        return deep_equal(left, right, self.bounds) is (operator == "=")

    def _range(self, first: Any, last: Any) -> list[int] | None:
        if type(first) is not int or type(last) is not int:
            raise FailedExpression("A range [a..b] takes whole numbers")
        if last - first >= MAX_RANGE_ITEMS:
            raise LimitExceeded(f"A range has at most {MAX_RANGE_ITEMS:,} items")
        self.bounds.spend(ITEM_BYTES * max(0, last - first))
        return list(range(first, last + 1))

    def evaluate_unary(self, expr: Node, input: Any, environment: Any) -> Any:
        """A negated number, a list `[…]` or an object `{…}`."""
        if expr.value == "[":
            return self._build_list(expr, input, environment)
        if expr.value == "{":
            return self.evaluate_group_expression(expr, input, environment)
        value = self.needed(expr.expression, self.eval(expr.expression, input, environment))
        if value is not None and not is_number(value):
            raise FailedExpression(f"“-” stands before {kind_name(value)}, but needs a number. Remove it")
        return None if value is None else tidy(-value)

    def _build_list(self, expr: Node, context: Any, environment: Any) -> Any:
        built = Utils.JList()
        for node in expr.expressions:
            value = self.needed(node, self.eval_value(node, context, environment))
            if node.type == "unary" and node.value == "[":
                built.append(value)
            elif value is not None:
                self._extend(built, value)
        built.cons = bool(expr.consarray)
        return built

    def evaluate_function(
        self,
        expr: Node,
        input: Any,
        environment: Any,
        applyto_context: Any = Utils.NONE,
    ) -> Any:
        """A call; `$exists(…)` and `$default(…)` evaluate their argument so that missing data is no failure."""
        function = self.eval(expr.procedure, input, environment)
        if function is None:
            raise FailedExpression(_unknown_function(expr.procedure))
        piped = applyto_context is not Utils.NONE
        if isinstance(function, Builtin) and not piped and function.name in ("exists", "default"):
            return self._call_forgiving(function.name, expr.arguments, input, environment)
        arguments = [applyto_context] if piped else []
        arguments += [self.eval(argument, input, environment) for argument in expr.arguments]
        return self.apply(function, arguments, input, environment)

    def _call_forgiving(self, name: str, arguments: list[Node], context: Any, environment: Any) -> Any:
        if len(arguments) != (1 if name == "exists" else 2):
            raise FailedExpression(f"${name}(…) takes {'1 value' if name == 'exists' else '2 values'} in its brackets")
        was_quiet, self.quiet = self.quiet, False
        try:
            value = self.eval(arguments[0], context, environment)
        except MissingData:
            value = None
        finally:
            self.quiet = was_quiet
        if name == "exists":
            return value is not None
        return self.eval_value(arguments[1], context, environment) if value is None else value

    def evaluate_partial_application(self, expr: Node, input: Any, environment: Any) -> Any:
        """`$f(?, x)`: a function of the arguments left open."""
        function = self.eval(expr.procedure, input, environment)
        if function is None:
            raise FailedExpression(_unknown_function(expr.procedure))
        fixed = [
            _OPEN if argument.type == "operator" else self.eval(argument, input, environment)
            for argument in expr.arguments
        ]
        return _Partial(function, fixed)

    def evaluate_lambda(self, expr: Node, input: Any, environment: Any) -> Any:
        """A function with the context and names around it."""
        closure = Parser.Symbol(None)
        closure._jsonata_lambda = True
        closure.input, closure.environment = input, environment
        closure.arguments, closure.body, closure.thunk = expr.arguments, expr.body, expr.thunk
        return closure

    def apply_inner(self, proc: Any, args: Any, input: Any, environment: Any) -> Any:
        """One call without what its tail calls; the library's apply() runs those in a loop."""
        self.bounds.tick()
        if Library.is_lambda(proc):
            return self.apply_procedure(proc, args)
        if isinstance(proc, Builtin):
            return proc.invoke(self, input, args)
        if isinstance(proc, _Partial):
            return self.apply(proc.function, proc.fill(args), input, environment)
        if isinstance(proc, _Transform):
            return proc.change(self, args)
        if is_function(proc) and len(args) == 1 and isinstance(args[0], str):
            return self._match_once(proc, args[0])
        raise FailedExpression("Something is called that is no function, or not with these arguments")

    def _match_once(self, pattern: Any, text: str) -> Any:
        found = next(find_matches(pattern, text, self.bounds), None)
        if found is None:
            return None
        return {"match": found.group(), "start": found.start(), "end": found.end()}

    def apply_procedure(self, proc: Any, args: Any) -> Any:
        """The body of a lambda, in a frame with its parameters; those not given are undefined."""
        frame = self.create_frame(proc.environment)
        for index, parameter in enumerate(proc.arguments):
            frame.bind(str(parameter.value), args[index] if index < len(args) else None)
        return self.eval(proc.body, proc.input, frame)

    def call(self, function: Any, arguments: Sequence[Any]) -> Any:
        """This will apply a function to evaluated arguments."""
        self.bounds.enter()
        try:
            return self.apply(function, list(arguments), None, None)
        finally:
            self.bounds.leave()

    def call_quietly(self, function: Any, arguments: Sequence[Any]) -> Any:
        """The same for predicates, in which missing data counts as not true."""
        was_quiet, self.quiet = self.quiet, True
        try:
            return self.call(function, arguments)
        finally:
            self.quiet = was_quiet

    def evaluate_transform_expression(self, expr: Node, input: Any, environment: Any) -> Any:
        """`| pattern | update, delete |`: a function that changes a copy."""
        return _Transform(expr, environment)


def _unfit_for_arithmetic(operator: str, kind: str) -> FailedExpression:
    advice = (
        "Join texts with &, or turn text into a number with $number(…)"
        if operator == "+"
        else ("Turn text into a number with $number(…)")
    )
    return FailedExpression(
        f"“{operator}” works with numbers, but here it has {kind}. {advice}", details={"operator": operator}
    )


def _compare(operator: str, left: Any, right: Any) -> bool:
    texts = isinstance(left, str) and isinstance(right, str)
    if not texts and not (is_number(left) and is_number(right)):
        raise FailedExpression(
            f"“{operator}” compares two numbers or two texts, but here it has {kind_name(left)} and {kind_name(right)}"
            ". Text becomes a number with $number(…)",
            details={"operator": operator},
        )
    return _COMPARISONS[operator](left, right)


def _unknown_function(procedure: Node) -> str:
    if procedure.type == "variable":
        return f"There is no function ${procedure.value}"
    if procedure.type == "path" and procedure.steps[0].type == "name":
        return f"“{procedure.steps[0].value}(…)” is no function; functions begin with $"
    return "Something is called that is no function"


_OPEN = object()


@dataclass(frozen=True)
class _Partial(Jsonata.JFunctionCallable):  # type: ignore[misc]  # the library has no types
    function: Any
    fixed: list[Any]

    @property
    def arguments(self) -> list[Any]:
        return [value for value in self.fixed if value is _OPEN]

    def fill(self, arguments: Sequence[Any]) -> list[Any]:
        given = iter(arguments)
        return [next(given, None) if value is _OPEN else value for value in self.fixed]


@dataclass(frozen=True)
class _Transform(Jsonata.JFunctionCallable):  # type: ignore[misc]  # the library has no types
    expr: Node
    environment: Any

    def change(self, evaluation: Evaluator, arguments: Sequence[Any]) -> Any:
        if not arguments or arguments[0] is None:
            return None
        changed = clone(arguments[0], evaluation.bounds)
        matches = evaluation.eval(self.expr.pattern, changed, self.environment)
        for match in matches if isinstance(matches, list) else [] if matches is None else [matches]:
            if not isinstance(match, dict):
                raise FailedExpression("The pattern of | … | must find objects")
            self._change_one(evaluation, match)
        return changed

    def _change_one(self, evaluation: Evaluator, match: dict[str, Any]) -> None:
        update = evaluation.eval(self.expr.update, match, self.environment)
        if update is not None and not isinstance(update, dict):
            raise FailedExpression("The update of | … | must be an object")
        match.update(update or {})
        if self.expr.delete is None:
            return
        names = evaluation.eval(self.expr.delete, match, self.environment)
        for name in names if isinstance(names, list) else [names]:
            if isinstance(name, str):
                match.pop(name, None)

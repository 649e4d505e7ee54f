"""What a built-in function is: its parameters, how arguments are fitted to them, and what a call costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any, Protocol

from jsonata.jsonata import Jsonata

from ..bounds import ITEM_BYTES, Bounds
from ..errors import FailedExpression
from ..values import KIND_NAMES, is_true, kind_letter, kind_name

_MANY = 1_000_000
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "last")
_ITEM_WORDS = {"n": "numbers", "s": "texts", "o": "objects"}
_ITEM_TYPES: dict[str, set[type]] = {"n": {int, float}, "s": {str}, "o": {dict}}


def kinds_words(kinds: str) -> str:
    """What a parameter takes, for people: "text or a function"."""
    names = {**KIND_NAMES, "f": "a function", "x": "anything"}
    return " or ".join(names[letter] for letter in kinds)


class Runtime(Protocol):
    """What a function may ask of the evaluation that calls it."""

    bounds: Bounds
    now: datetime
    random: Random

    def call(self, function: Any, arguments: Sequence[Any]) -> Any:
        """This will apply a lambda, built-in or regular expression to evaluated arguments."""

    def call_quietly(self, function: Any, arguments: Sequence[Any]) -> Any:
        """The same for predicates, in which missing data counts as not true."""

    def lookup(self, value: Any, key: str) -> Any:
        """This will read a member of an object, or of each object in a list; None means undefined."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter: `kinds` as letters of kind_letter (x: any), `item` the kind of a list's items or None."""

    kinds: str
    item: str | None = None
    context: bool = False
    optional: bool = False
    many: bool = False

    @classmethod
    def parse(cls, text: str) -> Parameter:
        """From JSONata's letters: `s-` text or the context, `n?` optional, `a<s>` list of texts, `sf`, `a+` many."""
        flags = text.lstrip("snbaofx<>")
        kinds, _, item = text[: len(text) - len(flags)].rstrip(">").partition("<")
        return cls(kinds=kinds, item=item or None, context="-" in flags, optional="?" in flags, many="+" in flags)

    def accepts(self, value: Any) -> bool:
        """True when the value fits; undefined always does, and anything fits where a list is asked for."""
        return value is None or self.kinds in ("x", "a") or kind_letter(value) in self.kinds

    def fit(self, value: Any, place: str) -> Any:
        """The value as the function gets it: one value is wrapped where a list is asked for."""
        if value is None:
            return None
        if not self.accepts(value):
            raise FailedExpression(f"{place} is {kind_name(value)}, but must be {kinds_words(self.kinds)}")
        if self.kinds != "a":
            return value
        items = value if isinstance(value, list) else [value]
        if self.item is not None and not set(map(type, items)) <= _ITEM_TYPES[self.item]:
            wrong = next(item for item in items if kind_letter(item) != self.item)
            raise FailedExpression(
                f"{place} is a list with {kind_name(wrong)} in it, but must have only {_ITEM_WORDS[self.item]}"
            )
        return items


class Builtin(Jsonata.JFunctionCallable):  # type: ignore[misc]  # the library has no types
    """One function. An undefined required argument makes the result undefined, unless the function is `lenient`."""

    signature = None  # the library would write names into one

    def __init__(self, name: str, parameters: str, body: Callable[..., Any], *, lenient: bool) -> None:
        self.name = name
        self.parameters = tuple(Parameter.parse(part) for part in parameters.split())
        self.required = sum(not parameter.optional for parameter in self.parameters)
        self._most = _MANY if any(parameter.many for parameter in self.parameters) else len(self.parameters)
        self._body = body
        self._lenient = lenient

    @property
    def arity(self) -> int:
        """How many arguments a higher-order function passes at most."""
        return self.required

    def takes_context(self, argument_count: int) -> bool:
        """Whether a call with so few arguments works on the context value."""
        return argument_count < self.required and self.parameters[0].context

    def invoke(self, runtime: Runtime, context: Any, arguments: Sequence[Any]) -> Any:
        """This will run the function; raises FailedExpression when arguments do not fit, LimitExceeded when too big."""
        fitted = self._fit(context, list(arguments))
        if not self._lenient and any(value is None for value in fitted[: self.required]):
            return None
        result = self._body(runtime, *fitted)
        if isinstance(result, str):
            runtime.bounds.spend(len(result))
        elif isinstance(result, list):
            runtime.bounds.spend(ITEM_BYTES * len(result))
        return result

    def _fit(self, context: Any, arguments: list[Any]) -> list[Any]:
        first = self.parameters[0] if self.parameters else None
        if first is not None and first.context and len(arguments) < self._most:
            too_few = len(arguments) < self.required
            if too_few or (arguments and not first.accepts(arguments[0])):
                arguments.insert(0, context)
        if len(arguments) < self.required or len(arguments) > self._most:
            raise FailedExpression(
                f"${self.name}(…) takes {self._count()} in its brackets, but here it has {len(arguments)}"
            )
        fitted = []
        for index, value in enumerate(arguments):
            parameter = self.parameters[min(index, len(self.parameters) - 1)]
            fitted.append(parameter.fit(value, f"The {_ORDINALS[min(index, 5)]} value in ${self.name}(…)"))
        fitted.extend([None] * (len(self.parameters) - len(fitted)))
        return fitted

    def _count(self) -> str:
        if self._most == _MANY:
            return f"{self.required} or more values"
        if self.required == self._most:
            return f"{self.required or 'no'} value{'' if self.required == 1 else 's'}"
        return f"{self.required} to {self._most} values"


@dataclass(frozen=True)
class Functions:
    """The functions one module defines, in order."""

    functions: list[Builtin] = field(default_factory=list)

    def define(
        self, name: str, parameters: str, *, lenient: bool = False
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """A decorator that makes `body(runtime, *arguments)` the built-in `$name`."""

        def add(body: Callable[..., Any]) -> Callable[..., Any]:
            self.functions.append(Builtin(name, parameters, body, lenient=lenient))
            return body

        return add


def truth(runtime: Runtime, value: Any) -> bool:
    """JSONata's effective boolean within the bounds of the evaluation."""
    return is_true(value, runtime.bounds)

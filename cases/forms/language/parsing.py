"""Reads the form language: a text to a tree of plain lists, which is JSON and goes to the browser as it is.

``["num", "12.5"] ["text", "x"] ["bool", true] ["list", …nodes] ["name", "lines", "total"] ["call", "sum", …nodes]
["neg", node] ["not", node] ["bin", "+", left, right]``. Raises ``ExpressionInvalid``, which says where and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from cases.forms.errors import ExpressionInvalid
from cases.forms.language.decimals import read_decimal

Node: TypeAlias = list[Any]

MAX_CHARS = 500
MAX_DEPTH = 30
FUNCTIONS = {
    "sum": (1, 1), "count": (1, 1), "min": (1, 9), "max": (1, 9), "round": (1, 2), "abs": (1, 1), "empty": (1, 1),
    "filled": (1, 1), "contains": (2, 2),
}  # fmt: skip
_WORDS = ("and", "or", "not", "in", "true", "false")
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<num>[0-9]+(?:\.[0-9]+)?)
      | (?P<text>"[^"]*"|'[^']*')
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
      | (?P<sign><=|>=|!=|[-+*/=<>(),\[\]])
    )""",
    re.VERBOSE | re.ASCII,
)
_COMPARE = ("=", "!=", "<", "<=", ">", ">=", "in")


@dataclass(frozen=True, kw_only=True)
class Token:
    """A word of the text: ``sort`` is num, text, name, word, sign or end."""

    sort: str
    text: str
    at: int


def parse(text: str) -> Node:
    """The tree of a condition or computed value. Raises ExpressionInvalid."""
    if len(text) > MAX_CHARS:
        raise ExpressionInvalid(f"This has {len(text)} characters; {MAX_CHARS} is the most. Split it up.")
    reader = _Reader(list(_tokens(text)))
    node = reader.either(0)
    if reader.here.sort != "end":
        raise _unexpected(reader.here)
    return node


def list_names(node: Node) -> Iterator[tuple[str, ...]]:
    """The paths of all fields that a tree names, ``("lines", "total")``."""
    if node[0] == "name":
        yield tuple(node[1:])
    for child in node[1:]:
        if isinstance(child, list):
            yield from list_names(child)


def _tokens(text: str) -> Iterator[Token]:
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            bad = text[at:].lstrip()[0]
            hint = " Texts stand in quotation marks." if bad in "“”‘’«»" else ""
            raise ExpressionInvalid(f"“{bad}” cannot stand here.{hint}", len(text) - len(text[at:].lstrip()))
        sort = str(match.lastgroup)
        word = match[sort]
        is_word = sort == "name" and word in _WORDS
        yield Token(sort="word" if is_word else sort, text=word, at=match.start(sort))
        at = match.end()
    yield Token(sort="end", text="", at=len(text))


def _unexpected(token: Token) -> ExpressionInvalid:
    if token.sort == "end":
        return ExpressionInvalid("Something is missing at the end.", token.at)
    return ExpressionInvalid(f"“{token.text}” does not fit here.", token.at)


class _Reader:
    """Recursive descent over the tokens; ``depth`` bounds the nesting."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens, self._at = tokens, 0

    @property
    def here(self) -> Token:
        return self._tokens[self._at]

    def either(self, depth: int) -> Node:
        node = self._both(depth)
        while self._takes("or"):
            node = ["bin", "or", node, self._both(depth)]
        return node

    def _both(self, depth: int) -> Node:
        node = self._denied(depth)
        while self._takes("and"):
            node = ["bin", "and", node, self._denied(depth)]
        return node

    def _denied(self, depth: int) -> Node:
        self._bound(depth)
        return ["not", self._denied(depth + 1)] if self._takes("not") else self._compared(depth)

    def _compared(self, depth: int) -> Node:
        node = self._sum(depth)
        if self.here.sort in ("sign", "word") and self.here.text in _COMPARE:
            sign = self._next().text
            return ["bin", sign, node, self._sum(depth)]
        return node

    def _sum(self, depth: int) -> Node:
        node = self._product(depth)
        while self.here.sort == "sign" and self.here.text in "+-":
            sign = self._next().text
            node = ["bin", sign, node, self._product(depth)]
        return node

    def _product(self, depth: int) -> Node:
        node = self._factor(depth)
        while self.here.sort == "sign" and self.here.text in "*/":
            sign = self._next().text
            node = ["bin", sign, node, self._factor(depth)]
        return node

    def _factor(self, depth: int) -> Node:
        self._bound(depth)
        return ["neg", self._factor(depth + 1)] if self._takes("-") else self._primary(depth + 1)

    def _primary(self, depth: int) -> Node:
        token = self._next()
        if token.sort == "num":
            if read_decimal(token.text) is None:
                raise ExpressionInvalid("This number is too long.", token.at)
            return ["num", token.text]
        if token.sort == "text":
            return ["text", token.text[1:-1]]
        if token.sort == "word" and token.text in ("true", "false"):
            return ["bool", token.text == "true"]
        if token.sort == "name":
            return self._call(token, depth) if self.here.text == "(" else ["name", *token.text.split(".")]
        if token.text == "(" and token.sort == "sign":
            node = self.either(depth)
            self._close(")")
            return node
        if token.text == "[" and token.sort == "sign":
            return ["list", *self._several("]", depth)]
        raise _unexpected(token)

    def _call(self, token: Token, depth: int) -> Node:
        if token.text not in FUNCTIONS:
            raise ExpressionInvalid(f"There is no “{token.text}()”. These there are: {', '.join(FUNCTIONS)}.", token.at)
        self._next()
        inner = self._several(")", depth)
        least, most = FUNCTIONS[token.text]
        if not least <= len(inner) <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            raise ExpressionInvalid(f"“{token.text}()” takes {wanted} values, not {len(inner)}.", token.at)
        return ["call", token.text, *inner]

    def _several(self, closing: str, depth: int) -> list[Node]:
        if self._takes(closing):
            return []
        found = [self.either(depth)]
        while self._takes(","):
            found.append(self.either(depth))
        self._close(closing)
        return found

    def _close(self, sign: str) -> None:
        if not self._takes(sign):
            raise ExpressionInvalid(f"A “{sign}” is missing.", self.here.at)

    def _takes(self, text: str) -> bool:
        if self.here.text == text and self.here.sort in ("sign", "word"):
            self._at += 1
            return True
        return False

    def _next(self) -> Token:
        token = self.here
        if token.sort == "end":
            raise _unexpected(token)
        self._at += 1
        return token

    def _bound(self, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise ExpressionInvalid("This is nested too deeply. Split it up.", self.here.at)

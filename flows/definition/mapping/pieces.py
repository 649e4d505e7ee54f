"""Cuts the text of an expression where no bracket and no quote is open. Knows no grammar beyond that."""

from __future__ import annotations

import re

_QUOTES = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`", re.DOTALL)


def unwrapped(text: str, before: str, behind: str) -> str | None:
    """What stands between, if the ends belong together."""
    if not (text.startswith(before) and text.endswith(behind) and len(text) >= len(before) + len(behind)):
        return None
    inside = text[len(before) : len(text) - len(behind)]
    return inside if is_balanced(inside) else None


def is_balanced(text: str) -> bool:
    """Whether all brackets outside of quotes are closed, none before it was opened, and no quote is left open."""
    plain = _QUOTES.sub(lambda match: " " * len(match.group()), text)
    stack: list[str] = []
    for sign in plain:
        if sign in "([{":
            stack.append({"(": ")", "[": "]", "{": "}"}[sign])
        elif sign in ")]}" and (not stack or stack.pop() != sign):
            return False
    return not stack and not any(quote in plain for quote in "'\"`")


def split(text: str, sign: str) -> list[str]:
    """The parts between signs that stand in no bracket and no quote, without the spaces round them."""
    plain = _QUOTES.sub(lambda match: "x" * len(match.group()), text)
    parts: list[str] = []
    depth = begin = 0
    for place, each in enumerate(plain):
        depth += (each in "([{") - (each in ")]}")
        if each == sign and depth == 0:
            parts.append(text[begin:place].strip())
            begin = place + 1
    parts.append(text[begin:].strip())
    return parts if parts != [""] else []


def cut(text: str, sign: str) -> tuple[str, str, str]:
    """A text at the first such sign outside of brackets and quotes."""
    first = split(text, sign)[:1]
    if not first or len(first[0]) == len(text.strip()):
        return text, "", ""
    place = text.index(sign, text.index(first[0]) + len(first[0]))
    return first[0], sign, text[place + 1 :].strip()

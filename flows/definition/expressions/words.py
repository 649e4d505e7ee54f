"""Says in an analyst's words why a text is no expression. Reads the text again itself; it never decides whether it is.

What people bring along from other products comes first: ``==``, ``&&``, ``{{…}}``, quotes of a word processor.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_STRING = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`|/\*.*?\*/""", re.DOTALL)
_CLOSING = {")": "(", "]": "[", "}": "{"}
_BRACKETS = {opening: closing for closing, opening in _CLOSING.items()}
_LAST_WORD = re.compile(r"(\S+)\s*\Z")


@dataclass(frozen=True, kw_only=True)
class SyntaxFault:
    """One sentence without its full stop, the place of the fault (characters from 0), and how many are wrong there.

    ``instead`` is what to write in place of them, None where no single thing is right.
    """

    message: str
    position: int
    length: int = 1
    instead: str | None = None


def find_habit(source: str) -> SyntaxFault | None:
    """The first thing in the text that is written so elsewhere, but not here; None without one."""
    plain = blank_texts(source)
    found = [
        SyntaxFault(
            message=message,
            position=match.start(group),
            length=len(match.group(group)),
            instead=match.expand(instead) if instead is not None else None,
        )
        for pattern, group, message, instead in _HABITS
        if (match := pattern.search(plain))
    ]
    return min(found, key=lambda fault: fault.position, default=None)


def say_syntax(source: str, code: str, position: int, token: Any, expected: Any) -> SyntaxFault:
    """What the parser's complaint ``code`` means, at a place where a person would look."""
    say = _BY_CODE.get(code)
    fault = say(source, position, token, expected) if say else None
    return fault or SyntaxFault(message="This cannot be read. Compare the signs before and after it", position=position)


def blank_texts(source: str) -> str:
    """The source with everything in quotes, and comments, as spaces; places stay the same."""
    return _STRING.sub(lambda match: " " * len(match.group()), source)


def find_open(source: str) -> tuple[str, int] | None:
    """The innermost bracket that is never closed and its place; None when all are."""
    stack: list[tuple[str, int]] = []
    for position, sign in enumerate(blank_texts(source)):
        if sign in _BRACKETS:
            stack.append((sign, position))
        elif sign in _CLOSING and stack and stack[-1][0] == _CLOSING[sign]:
            stack.pop()
    return stack[-1] if stack else None


_BRACES = r"\$?\{\{?\s*([\w.$]+)\s*\}\}?"
_OF_WORD = "These are the quotes of a word processor."
_NOT = "“Not” is written $not(…), with what it turns round in the brackets"


def _habit(pattern: str, message: str, instead: str | None = None, group: int = 0) -> Any:
    return re.compile(pattern), group, message, instead


_HABITS: tuple[tuple[re.Pattern[str], int, str, str | None], ...] = (
    _habit("[“”„‟«»‘’‚‛]", f"{_OF_WORD} Write a text in straight quotes, as in 'approved'", "'"),
    _habit(r"===?", "A comparison has a single =. Write it once", "="),
    _habit(r"<>", "“Not equal” is written !=", "!="),
    _habit(r"&&", "“And” is written as a word: and", "and"),
    _habit(r"\|\|", "“Or” is written as a word: or", "or"),
    _habit(r"!(?!=)", _NOT),
    _habit(_BRACES, "Data needs no braces. Write its path alone, as in trigger.body.title", r"\1"),
    _habit(r"(?<![\w.$])if\s*\(", "There is no “if”. Write: condition ? value : other value"),
    _habit(r"\s(is)\s", "“Is” is written =", "=", group=1),
    _habit(r"(?<![\w.$])(not)\s+[\w$(]", _NOT, group=1),
    _habit(r"\|(?!\s*\$)\s*\w+", "There are no filters behind a |. Call a function, as in $uppercase(…)"),
)  # fmt: skip


def _say_unclosed(source: str, position: int, token: Any, expected: Any) -> SyntaxFault | None:
    opened = find_open(source)
    if opened is None:
        return _say_end(source, position, token, expected)
    sign, place = opened
    return SyntaxFault(
        message=f"This {sign} is never closed. Add a {_BRACKETS[sign]} behind what belongs in it", position=place
    )


def _say_end(source: str, position: int, token: Any, expected: Any) -> SyntaxFault | None:
    match = _LAST_WORD.search(source)
    if match is None:
        return None
    last, place = match.group(1), match.start(1)
    if last.endswith("."):
        return SyntaxFault(message="A name is missing behind the last dot", position=place + len(last) - 1)
    return SyntaxFault(message=f"Something is missing behind “{last}”", position=place, length=len(last))


def _say_unexpected(source: str, position: int, token: Any, expected: Any) -> SyntaxFault | None:
    word = str(token)
    place = max(position - len(word), 0)
    place = place if source[place : place + len(word)] == word else source.rfind(word, 0, position + 1)
    place, length = (place, len(word)) if place >= 0 else (position, 1)
    if word in _CLOSING:
        message = f"This {word} closes nothing. Remove it, or add a {_CLOSING[word]} before"
    elif word == "..":
        message = "There are two dots in a row. Write one"
    elif word == ",":
        message = "A comma only separates what stands in ( ) or [ ]. Join values with &"
    elif word == ";":
        message = "A ; only separates what stands in ( )"
    else:
        message = f"“{word}” cannot follow what stands before it. Put a sign between them, such as & or ="
    return SyntaxFault(message=message, position=place, length=length)


def _say_expected(source: str, position: int, token: Any, expected: Any) -> SyntaxFault | None:
    # The parser calls what it wanted `token` here, and what it got `expected`.
    got = str(expected)
    place = max(position - len(got), 0)
    if token == ":":
        return SyntaxFault(
            message="An object has a name, a colon and a value: {'title': trigger.body.title}", position=place
        )
    opened = find_open(source[:position])
    if opened is not None and _BRACKETS[opened[0]] == token:
        message = f"“{got}” cannot stand here. Is a {token} missing before it, or a sign such as & or ="
        return SyntaxFault(message=f"{message}?", position=place, length=len(got))
    return SyntaxFault(message=f"A {token} should stand here, not “{got}”", position=place, length=len(got))


def _say_quote(source: str, position: int, token: Any, expected: Any) -> SyntaxFault | None:
    plain = blank_texts(source)
    place = min((plain.find(sign) for sign in "'\"`" if sign in plain), default=position)
    return SyntaxFault(message="The text that begins here has no closing quote", position=place)


def _say_sign(source: str, position: int, token: Any, expected: Any) -> SyntaxFault | None:
    word = str(token)
    place = max(source.rfind(word, 0, position + 1), 0)
    return SyntaxFault(message=f"Something is missing before “{word}”", position=place, length=len(word))


def _say_name(source: str, position: int, token: Any, expected: Any) -> SyntaxFault | None:
    return SyntaxFault(
        message="Only a name that begins with $ can be given a value, as in ($a := 1; $a + 1)", position=0
    )


def _say_pattern(source: str, position: int, token: Any, expected: Any) -> SyntaxFault | None:
    # The library has one code for both.
    if "\\" in source:
        place = source.find("\\")
        return SyntaxFault(message="A \\ in a text is written twice: \\\\", position=place)
    return SyntaxFault(message="The pattern between // is empty", position=max(source.find("//"), 0), length=2)


def _say(message: str) -> Callable[[str, int, Any, Any], SyntaxFault | None]:
    return lambda source, position, token, expected: SyntaxFault(message=message, position=max(position - 1, 0))


_BY_CODE: dict[str, Callable[[str, int, Any, Any], SyntaxFault | None]] = {
    "S0101": _say_quote,
    "S0105": _say_quote,
    "S0102": _say("This number is too large"),
    "S0103": _say("A \\ in a text is written twice: \\\\"),
    "S0104": _say("\\u needs four digits or letters from a to f behind it"),
    "S0106": _say("The remark that begins with /* has no */"),
    "S0201": _say_unexpected,
    "S0202": _say_expected,
    "S0203": _say_unclosed,
    "S0204": _say_unexpected,
    "S0205": _say_unexpected,
    "S0207": _say_end,
    "S0211": _say_sign,
    "S0212": _say_name,
    "S0217": _say("% means what stands round an item, and nothing does here"),
    "S0301": _say_pattern,
    "S0302": _say("A / begins a pattern here, and it has no second /. To divide, put a value before it"),
}

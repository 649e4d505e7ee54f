"""Functions on text. Whatever can grow is paid for before it is built; patterns run on RE2."""

from __future__ import annotations

import base64
import binascii
import urllib.parse
from collections.abc import Iterator
from typing import Any

from jsonata.functions import Functions as Library
from jsonata.utils import Utils

from ..errors import FailedExpression
from ..regex import find_matches
from ..values import NULL, is_function, text_of
from .builtin import Functions, Runtime

FUNCTIONS = Functions()

Span = tuple[int, int, list[str]]

_SHORT_TEXT_BYTES = 64


@FUNCTIONS.define("string", "x- b?")
def string(runtime: Runtime, value: Any, pretty: bool | None) -> str:
    """The value as text; objects and lists as JSON, indented when `pretty`."""
    return text_of(value, runtime.bounds, pretty=bool(pretty))


@FUNCTIONS.define("substring", "s- n n?")
def substring(_: Runtime, text: str, start: float, length: float | None) -> str:
    """The part from `start` (negative: from the end) on, at most `length` characters."""
    return str(Library.substring(text, start, length))


@FUNCTIONS.define("substringBefore", "s- s")
def substring_before(_: Runtime, text: str, mark: str) -> str:
    """What comes before the first `mark`; the whole text without one."""
    return text.partition(mark)[0] if mark else ""


@FUNCTIONS.define("substringAfter", "s- s")
def substring_after(_: Runtime, text: str, mark: str) -> str:
    """What comes after the first `mark`; the whole text without one."""
    return text.partition(mark)[2] if mark and mark in text else text


@FUNCTIONS.define("lowercase", "s-")
def lowercase(_: Runtime, text: str) -> str:
    """The text in lower case."""
    return text.lower()


@FUNCTIONS.define("uppercase", "s-")
def uppercase(_: Runtime, text: str) -> str:
    """The text in upper case."""
    return text.upper()


@FUNCTIONS.define("length", "s-")
def length(_: Runtime, text: str) -> int:
    """How many characters the text has."""
    return len(text)


@FUNCTIONS.define("trim", "s-")
def trim(_: Runtime, text: str) -> str:
    """The text with runs of white space made one space, and none at its ends."""
    spaced = text.translate({9: " ", 10: " ", 13: " "})
    return " ".join(part for part in spaced.split(" ") if part)


@FUNCTIONS.define("pad", "s- n s?")
def pad(runtime: Runtime, text: str, width: float, filler: str | None) -> str:
    """The text filled up to |width| characters, on the right, or on the left for a negative width."""
    missing = abs(int(width)) - len(text)
    if missing <= 0:
        return text
    runtime.bounds.spend(missing)
    filler = filler or " "
    padding = (filler * (missing // len(filler) + 1))[:missing]
    return text + padding if width > 0 else padding + text


@FUNCTIONS.define("join", "a<s> s?")
def join(runtime: Runtime, texts: list[str], separator: str | None) -> str:
    """The texts one after another, with the separator between them."""
    separator = separator or ""
    runtime.bounds.spend(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


@FUNCTIONS.define("contains", "s- sf")
def contains(runtime: Runtime, text: str, token: Any) -> bool:
    """Whether a text or pattern occurs in the text."""
    return token in text if isinstance(token, str) else next(_spans(runtime, text, token), None) is not None


@FUNCTIONS.define("match", "s- f n?")
def match(runtime: Runtime, text: str, pattern: Any, limit: float | None) -> Any:
    """Each match as {match, index, groups}, at most `limit`."""
    found = []
    for start, end, groups in _limited(_spans(runtime, text, pattern), limit):
        found.append({"match": text[start:end], "index": start, "groups": groups})
    return Utils.create_sequence_from_iter(found)


@FUNCTIONS.define("split", "s- sf n?")
def split(runtime: Runtime, text: str, separator: Any, limit: float | None) -> list[str]:
    """The pieces between separators, only the first `limit` of them; "" splits into characters."""
    pieces: list[str] = []
    position = 0
    if separator == "":
        runtime.bounds.spend(_SHORT_TEXT_BYTES * len(text))
        pieces.extend(text)
    else:
        for start, end, _ in _spans(runtime, text, separator):
            runtime.bounds.spend(_SHORT_TEXT_BYTES)
            pieces.append(text[position:start])
            position = end
        pieces.append(text[position:])
    return pieces if limit is None else pieces[: _count(limit)]


@FUNCTIONS.define("replace", "s- sf sf n?")
def replace(runtime: Runtime, text: str, pattern: Any, replacement: Any, limit: float | None) -> str:
    """The text with (at most `limit`) matches replaced; `$0`, `$1` in the replacement are match and groups."""
    if pattern == "":
        raise FailedExpression("The second argument of $replace cannot be an empty text")
    pieces: list[str] = []
    position = 0
    literal = isinstance(replacement, str) and "$" not in replacement
    for start, end, groups in _limited(_spans(runtime, text, pattern), limit):
        matched = text[start:end]
        piece = replacement if literal else _replacement(runtime, replacement, matched, groups)
        runtime.bounds.spend(len(piece) + start - position)
        pieces += (text[position:start], piece)
        position = end
    pieces.append(text[position:])
    return "".join(pieces)


def _replacement(runtime: Runtime, replacement: Any, matched: str, groups: list[str]) -> str:
    if isinstance(replacement, str):
        return _expand(replacement, [matched, *(group if group is not NULL else "" for group in groups)])
    piece = runtime.call(replacement, [{"match": matched, "groups": groups}])
    if not isinstance(piece, str):
        raise FailedExpression("The function given to $replace must give text")
    return piece


def _expand(template: str, values: list[str]) -> str:
    """Fills in $0, $1 …: the longest number that is a group counts, `$$` is a dollar, any other `$` stays."""
    first, *rest = template.split("$")
    out, dollar = [first], False
    for part in rest:
        digits = part[: len(part) - len(part.lstrip("0123456789"))][: len(str(len(values) - 1))]
        while digits and int(digits) >= len(values):
            digits = digits[:-1]
        if dollar:
            out.append(part)
            dollar = False
        elif digits:
            out.append(values[int(digits)] + part[len(digits) :])
        elif part == "":
            out.append("$")
            dollar = True
        else:
            out.append("" if part[0].isdigit() else "$")
            out.append(part[1:] if part[0].isdigit() else part)
    return "".join(out)


def _spans(runtime: Runtime, text: str, pattern: Any) -> Iterator[Span]:
    if isinstance(pattern, str):
        start = text.find(pattern)
        while start >= 0:
            runtime.bounds.tick()
            yield start, start + len(pattern), []
            start = text.find(pattern, start + len(pattern))
        return
    if not hasattr(pattern, "finditer") or not is_function(pattern):
        raise FailedExpression("A text or a regular expression such as /[a-z]+/ is needed here")
    for found in find_matches(pattern, text, runtime.bounds):
        yield found.start(), found.end(), [NULL if group is None else group for group in found.groups()]


def _limited(spans: Iterator[Span], limit: float | None) -> Iterator[Span]:
    if limit is None:
        yield from spans
        return
    for _ in range(_count(limit)):
        span = next(spans, None)
        if span is None:
            return
        yield span


def _count(limit: float) -> int:
    if limit < 0:
        raise FailedExpression("The limit cannot be negative")
    return min(int(-(-limit // 1)), 10_000_000)


@FUNCTIONS.define("base64encode", "s-")
def base64_encode(_: Runtime, text: str) -> str:
    """Base 64 (RFC 4648 §4) of the text's UTF-8 bytes."""
    return base64.b64encode(text.encode()).decode()


@FUNCTIONS.define("base64decode", "s-")
def base64_decode(_: Runtime, text: str) -> str:
    """The UTF-8 text that base 64 (RFC 4648 §4) stands for."""
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise FailedExpression("$base64decode was given a text that is no base 64 of UTF-8 text") from error


@FUNCTIONS.define("encodeUrlComponent", "s-")
def encode_url_component(_: Runtime, text: str) -> str:
    """The text percent-encoded as a part of a URL."""
    return urllib.parse.quote(text, safe="~()*!.'")


@FUNCTIONS.define("encodeUrl", "s-")
def encode_url(_: Runtime, text: str) -> str:
    """The text percent-encoded as a whole URL."""
    return urllib.parse.quote(text, safe="~@#$&()*!+=:;,.?/'")


@FUNCTIONS.define("decodeUrlComponent", "s-")
def decode_url_component(_: Runtime, text: str) -> str:
    """The text without percent-encoding."""
    return _unquote(text)


@FUNCTIONS.define("decodeUrl", "s-")
def decode_url(_: Runtime, text: str) -> str:
    """The text without percent-encoding."""
    return _unquote(text)


def _unquote(text: str) -> str:
    try:
        return urllib.parse.unquote(text, errors="strict")
    except UnicodeDecodeError as error:
        raise FailedExpression("The percent-encoded text is no UTF-8") from error

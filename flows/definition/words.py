"""Small pieces of plain English that findings and outlines share. It owns wording, never meaning."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

_NEGATIONS = ("un", "in", "dis", "no", "no_", "no-", "not_", "not-", "non_", "non-")
_PORTS = {"default": "otherwise", "each": "for each one", "timeout": "time is up"}


def say_port(port: str) -> str:
    """A port as it is written beside a link."""
    return _PORTS.get(port, port.replace("_", " "))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like ``word``, None when nothing is close. ``unsafe`` is not close to ``safe``."""
    names = [name for name in known if not any(word == f"{negation}{name}" for negation in _NEGATIONS)]
    found = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    return found[0] if found else None


def did_you_mean(word: str, known: Iterable[str], *, what: str = "Known") -> str:
    """A closing sentence: the nearest known word, else all of them (at most twelve), else nothing."""
    names = list(dict.fromkeys(known))
    guess = nearest(word, names)
    if guess is not None:
        return f" Did you mean '{guess}'?"
    if 0 < len(names) <= 12:
        return f" {what} here: {', '.join(names)}."
    return ""


def join_words(words: Sequence[str], last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def count_of(number: float, noun: str) -> str:
    """``1 day``, ``2 days``, ``1.5 hours``."""
    text = f"{number:g}"
    return f"{text} {noun}" if text == "1" else f"{text} {noun}s"


def slug_words(slug: str) -> str:
    """A key read as a name: ``content-approval`` is "Content approval", ``hr`` is "HR"."""
    if len(slug) <= 2:
        return slug.upper()
    words = slug.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def type_words(value: object) -> str:
    """What kind of JSON value this is, for a sentence: "a text", "a list", "nothing" …"""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    for kind, words in ((str, "a text"), (int, "a number"), (float, "a number"), (list, "a list"), (dict, "a mapping")):
        if isinstance(value, kind):
            return words
    return "something else"

"""A veil: the sensitive values of one matter, masked wherever they occur in texts and data. Pure but for one context.

Masks for everybody; who may reveal what is decided elsewhere. ``veiled`` puts a veil over what is recorded and logged
meanwhile in this thread.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from integrator.lib.redaction import MASK, make_masker

MIN_CHARS = 4  # shorter values stand everywhere by chance: they are masked where they are declared, not by value
MAX_SOUGHT = 300  # so many, the longest, are also sought within texts; the others only as whole values
_CUT = "…"
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)\Z")


@dataclass(frozen=True)
class Veil:
    """Texts of at least four characters, and numbers that have as many. Falsy when it masks nothing."""

    texts: frozenset[str] = frozenset()
    numbers: frozenset[int | float] = frozenset()
    _sought: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        written = self.texts | {json.dumps(number) for number in self.numbers}
        longest = sorted(written, key=len, reverse=True)[:MAX_SOUGHT]
        object.__setattr__(self, "_sought", frozenset(longest))

    def __bool__(self) -> bool:
        return bool(self.texts or self.numbers)

    def __or__(self, other: Veil) -> Veil:
        if not other:
            return self
        return Veil(self.texts | other.texts, self.numbers | other.numbers) if self else other

    def __sub__(self, other: Veil) -> Veil:
        return Veil(self.texts - other.texts, self.numbers - other.numbers) if other else self

    def mask(self, value: Any) -> Any:
        """Give a copy of a JSON-like value in which none of the values occurs, as such or written inside a text.

        Ids and times stay as they are unless they are themselves sensitive.
        """
        return self._mask(value) if self else value

    def restore(self, edited: Any, plain: Any) -> Any:
        """Give `edited`, which somebody made of the masked form of `plain`, with what they left masked put back."""
        if edited == self.mask(plain):
            return plain
        if isinstance(edited, Mapping) and isinstance(plain, Mapping):
            return {key: self.restore(item, plain[key]) if key in plain else item for key, item in edited.items()}
        if isinstance(edited, list) and isinstance(plain, list) and len(edited) == len(plain):
            return [self.restore(item, old) for item, old in zip(edited, plain, strict=True)]
        return edited

    def mask_text(self, text: str) -> str:
        """The same for one text. What was cut off with "…" in the middle of a value loses the rest of it too."""
        if not self or len(text) < MIN_CHARS:
            return text
        if text in self.texts:
            return MASK
        if _UUID.match(text) or _INSTANT.match(text):
            return text
        masked = make_masker(self._sought)(text)
        return self._mask_stumps(masked) if _CUT in masked else masked

    def list_found(self, value: Any) -> list[str | int | float]:
        """Give those of the veil's values that occur in `value`, sorted, to be kept beside it."""
        if not self:
            return []
        leaves = list(_list_leaves(value))
        texts = [leaf for leaf in leaves if isinstance(leaf, str)]
        whole = {leaf for leaf in leaves if not isinstance(leaf, str)}
        known = [text for text in sorted(self.texts) if any(self._is_in(text, each) for each in texts)]
        numbers = [
            number
            for number in sorted(self.numbers)
            if number in whole or any(json.dumps(number) in each for each in texts)
        ]
        return [*known, *numbers]

    def _is_in(self, secret: str, text: str) -> bool:
        return secret in text or (secret in self._sought and make_masker(frozenset({secret}))(text) != text)

    def _mask(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.mask_text(value)
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int | float):
            return MASK if value in self.numbers else value
        if isinstance(value, Mapping):
            return {self._mask(key): self._mask(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._mask(item) for item in value]
        return value

    def _mask_stumps(self, text: str) -> str:
        pieces = text.split(_CUT)
        for place, piece in enumerate(pieces[:-1]):
            stump = piece.rstrip()
            begins = min((at for secret in self._sought for at in _find_stump(stump, secret)), default=None)
            if begins is not None:
                pieces[place] = stump[:begins] + MASK
        return _CUT.join(pieces)


NO_VEIL = Veil()
_CURRENT: ContextVar[Veil] = ContextVar("veil", default=NO_VEIL)


def make_veil(values: Iterable[Any]) -> Veil:
    """Give the veil of everything in these values, however deep. Booleans, null and what is too short are left out."""
    texts: set[str] = set()
    numbers: set[int | float] = set()
    for value in values:
        for leaf in _list_leaves(value):
            if isinstance(leaf, str):
                if len(leaf.strip()) >= MIN_CHARS and leaf != MASK:
                    texts.add(leaf)
            elif len(json.dumps(leaf).lstrip("-")) >= MIN_CHARS:
                numbers.add(leaf)
    return Veil(frozenset(texts), frozenset(numbers)) if texts or numbers else NO_VEIL


def join_veils(veils: Iterable[Veil]) -> Veil:
    """Give one veil that masks what any of them does."""
    return reduce(or_, veils, NO_VEIL)


@contextmanager
def veiled(veil: Veil) -> Iterator[None]:
    """This will put the veil, besides one that lies there already, over what is recorded and logged within."""
    if not veil:
        yield
        return
    token = _CURRENT.set(_CURRENT.get() | veil)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def get_veil() -> Veil:
    """The veil that lies here now; ``NO_VEIL`` where none does."""
    return _CURRENT.get()


def _list_leaves(value: Any) -> Iterator[str | int | float]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        is_file = "sha256" in value and "file" in value  # its type and size say nothing of what is in it
        for name, item in value.items():
            if not (is_file and name in {"type", "bytes"}):
                yield from _list_leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _list_leaves(item)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield value


def _find_stump(text: str, secret: str) -> Iterator[int]:
    """Where the beginning of a secret, at least four characters, ends the text."""
    start = max(0, len(text) - len(secret))
    while (at := text.find(secret[:MIN_CHARS], start)) >= 0:
        if secret.startswith(text[at:]):
            yield at
            return
        start = at + 1

"""Builds plain JSON and a map of lines from the events of a flow file; all keys are text, none stands twice."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from flows.definition.flow_file.events import Event, SyntaxFault
from flows.definition.flow_file.scalars import ScalarError, resolve_plain
from flows.definition.model import JSON
from flows.definition.places import Path

MAX_DEPTH = 64
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)
class Tree:
    """``data`` is plain JSON (None for an empty file); ``lines`` gives the 1-based line of each path."""

    data: JSON
    lines: dict[Path, int]


@dataclass
class _Open:
    """A mapping or list that is not closed yet."""

    path: Path
    value: dict[str, JSON] | list[JSON]
    key: str | None = None


@dataclass
class _Builder:
    lines: dict[Path, int] = field(default_factory=dict)
    stack: list[_Open] = field(default_factory=list)
    root: JSON = None

    def take(self, event: Event) -> None:
        if event.sort == "end":
            self.stack.pop()
        elif self._wants_key():
            self._take_key(event)
        elif event.sort == "scalar":
            self._place(_scalar(event), event.line)
        else:
            self._open(event)

    def _wants_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None

    def _take_key(self, event: Event) -> None:
        top = self.stack[-1]
        if event.sort != "scalar":
            raise SyntaxFault("A key must be a text, not a list or mapping. Write it as one word.", event.line)
        key = _clean(event.text, event.line)
        if key == "<<" and event.plain:
            raise SyntaxFault("Merge keys (<<) are not used in flow files. Write the fields out.", event.line)
        if isinstance(top.value, dict) and key in top.value:
            first = self.lines[(*top.path, key)]
            raise SyntaxFault(
                f"'{key}' stands here a second time (first on line {first}). Remove or rename one.", event.line
            )
        top.key = key
        self.lines[(*top.path, key)] = event.line

    def _open(self, event: Event) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise SyntaxFault(f"This is nested deeper than {MAX_DEPTH} levels. Flatten it.", event.line)
        value: dict[str, JSON] | list[JSON] = {} if event.sort == "map" else []
        self.stack.append(_Open(path=self._place(value, event.line), value=value))

    def _place(self, value: JSON, line: int) -> Path:
        if not self.stack:
            self.root = value
            self.lines[()] = line
            return ()
        top = self.stack[-1]
        if isinstance(top.value, list):
            path: Path = (*top.path, len(top.value))
            top.value.append(value)
            self.lines[path] = line
            return path
        key = top.key or ""
        top.value[key] = value
        top.key = None
        return (*top.path, key)


def build_tree(events: Iterable[Event]) -> Tree:
    """The document as JSON with its lines. Raises ``SyntaxFault``."""
    builder = _Builder()
    for event in events:
        builder.take(event)
    return Tree(data=builder.root, lines=builder.lines)


def _scalar(event: Event) -> JSON:
    text = _clean(event.text, event.line)
    if not event.plain:
        return text
    try:
        return resolve_plain(text)
    except ScalarError as error:
        raise SyntaxFault(str(error), event.line) from error


def _clean(text: str, line: int) -> str:
    """The text with surrogate pairs (``\\ud83d\\ude00``) joined; lone ones and NUL are refused."""
    if _SURROGATE.search(text):
        try:
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        except UnicodeDecodeError as error:
            raise SyntaxFault("This text holds half a character (a lone surrogate). Remove it.", line) from error
    if "\x00" in text:
        raise SyntaxFault("A text may not hold the NUL character. Remove it.", line)
    return text

"""Turns the text of a flow file into a flat row of events with lines, refusing what the contract leaves out of YAML.

JSON texts take their own way, because YAML forbids tabs where JSON allows them. Nothing here knows what a flow is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

_JSON_TOKEN = re.compile(r'\n|[{}\[\]]|"(?:[^"\\]|\\.)*"|[^\s{}\[\],:"]+')


class SyntaxFault(ValueError):
    """The text cannot be read; ``line`` is 1-based."""

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.message, self.line = message, line


@dataclass(frozen=True, slots=True)
class Event:
    """A mapping or list that opens, its end, or a scalar; ``plain`` scalars stood unquoted."""

    sort: Literal["map", "list", "end", "scalar"]
    line: int
    text: str = ""
    plain: bool = False


def read_events(text: str) -> Iterator[Event]:
    """The events of the one document in ``text``. Raises ``SyntaxFault``."""
    if text.lstrip().startswith("{") and _is_json(text):
        return _json_events(text)
    return _yaml_events(text)


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return False  # YAML may still accept it, and words the fault better if not
    return True


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(word)


def _json_events(text: str) -> Iterator[Event]:
    line = 1
    for match in _JSON_TOKEN.finditer(text):
        token = match[0]
        if token == "\n":
            line += 1
        elif token in "{[":
            yield Event("map" if token == "{" else "list", line)
        elif token in "}]":
            yield Event("end", line)
        elif token[0] == '"':
            yield Event("scalar", line, json.loads(token))
        else:
            yield Event("scalar", line, token, plain=True)


def _yaml_events(text: str) -> Iterator[Event]:
    documents = 0
    try:
        for raw in YAML(typ="safe", pure=True).parse(text):
            if isinstance(raw, DocumentStartEvent):
                documents += 1
                _check_document(raw, documents)
            event = _translate(raw)
            if event is not None:
                yield event
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise SyntaxFault(_yaml_sentence(error), mark.line + 1 if mark else None) from error
    except (YAMLError, ValueError) as error:
        if isinstance(error, SyntaxFault):
            raise
        raise SyntaxFault(f"This is not valid YAML: {str(error).splitlines()[0]}. Mend the text.", None) from error


def _check_document(event: Any, number: int) -> None:
    line = event.start_mark.line + 1
    if number > 1:
        raise SyntaxFault("A flow file holds one document. Remove the second one, from its '---' on.", line)
    if event.tags or (event.version and tuple(event.version) != (1, 2)):
        raise SyntaxFault("A flow file is YAML 1.2 without directives. Remove the line that begins with '%'.", line)


def _translate(raw: Any) -> Event | None:
    if isinstance(raw, (MappingEndEvent, SequenceEndEvent)):
        return Event("end", raw.start_mark.line + 1)
    if not isinstance(raw, (AliasEvent, ScalarEvent, MappingStartEvent, SequenceStartEvent)):
        return None
    line = raw.start_mark.line + 1
    if isinstance(raw, AliasEvent) or raw.anchor:
        raise SyntaxFault(
            "Anchors (&) and aliases (*) are not used in flow files. Write the value out, or put the text in quotes.",
            line,
        )
    if getattr(raw, "tag", None):
        raise SyntaxFault("Tags (!) are not used in flow files. Remove the tag, or put the text in quotes.", line)
    if isinstance(raw, MappingStartEvent):
        return Event("map", line)
    if isinstance(raw, SequenceStartEvent):
        return Event("list", line)
    return Event("scalar", line, raw.value, plain=raw.style is None)


def _yaml_sentence(error: MarkedYAMLError) -> str:
    problem = (error.problem or error.context or "it cannot be read").split("\n")[0]
    if "cannot start any token" in problem and "\\t" in problem:
        return "Tabs do not indent in YAML. Use spaces."
    return f"This is not valid YAML: {problem}. Look at the indentation, colons and quotes on and above this line."

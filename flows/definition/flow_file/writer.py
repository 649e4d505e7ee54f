"""Prints a definition as the canonical flow file: block style, byte-stable, texts quoted only where they must be.

The printer is our own, so that the bytes do not change with a YAML library's version.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from flows.definition.flow_file.data import file_data
from flows.definition.flow_file.scalars import is_plain_text
from flows.definition.model import JSON, FlowDefinition

_LONG_KEY = 900  # YAML wants the "? key" form above 1,024 characters
_UNPRINTABLE = re.compile("[^\t\n\r -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_LITERAL = re.compile("[ -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff\n]+\\Z")
_STRUCTURE = frozenset({"on"})  # our own words that YAML 1.1 tools misread; the contract writes them bare


def write_flow_file(definition: FlowDefinition) -> str:
    """The canonical text: ``write(parse(write(x)))`` is the same. ``start`` is left out when it is the first step."""
    data = file_data(definition)
    if next(iter(definition.steps), None) == definition.start:
        data.pop("start", None)
    return "\n".join(_flow_lines(data)) + "\n"


def write_step(key: str, step: dict[str, JSON]) -> str:
    """One step as it stands below ``steps:`` in a canonical file; ``step`` has the members of a step."""
    lines = [f"  {_text(key)}:", *(line for name, content in step.items() for line in _entry(name, content, 4))]
    return "\n".join(lines) + "\n"


def write_data_file(data: dict[str, JSON]) -> str:
    """Plain JSON by the rules of flow files; ``read_data_file`` gives it back."""
    return "\n".join(line for key, value in data.items() for line in _entry(key, value, 0)) + "\n"


def _flow_lines(data: dict[str, JSON]) -> Iterator[str]:
    """Top level and steps have bare field names; everything below is data and quoted by rule."""
    for key, value in data.items():
        if key != "steps" or not value:
            yield from _entry(key, value, 0)
            continue
        yield "steps:"
        for step_key, step in value.items():
            yield f"  {_text(step_key)}:"
            for field_name, content in step.items():
                yield from _entry(field_name, content, 4)


def _mapping(value: dict[str, JSON], indent: int) -> Iterator[str]:
    for key, content in value.items():
        yield from _entry(key, content, indent, data_key=True)


def _entry(key: str, value: JSON, indent: int, *, data_key: bool = False) -> Iterator[str]:
    name = key if key in _STRUCTURE and not data_key else _text(key)
    head = " " * indent + name + ":"
    if len(name) > _LONG_KEY:
        yield " " * indent + "? " + name
        head = " " * indent + ":"
    yield from _after(head, value, indent)


def _after(head: str, value: JSON, indent: int) -> Iterator[str]:
    """``head`` (which ends in ``:`` or ``-``), then the value beside or below it."""
    if isinstance(value, dict) and value:
        yield head
        yield from _mapping(value, indent + 2)
    elif isinstance(value, (list, tuple)) and value:
        yield head
        yield from _list(value, indent + 2)
    elif isinstance(value, str) and _is_literal(value):
        yield f"{head} |{_chomping(value)}"
        for line in value.removesuffix("\n").split("\n"):
            yield " " * (indent + 2) + line if line else ""
    else:
        yield f"{head} {_scalar(value)}"


def _list(values: list[JSON] | tuple[JSON, ...], indent: int) -> Iterator[str]:
    pad = " " * indent
    for value in values:
        if isinstance(value, dict) and value and len(_text(next(iter(value)))) <= _LONG_KEY:
            lines = _mapping(value, indent + 2)
            yield f"{pad}- {next(lines)[indent + 2 :]}"
            yield from lines
        else:
            yield from _after(f"{pad}-", value, indent)


def _scalar(value: JSON) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, (list, tuple)):
        return "[]"
    return json.dumps(value, allow_nan=False)


def _text(text: str) -> str:
    if is_plain_text(text):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(_escape, quoted)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _is_literal(text: str) -> bool:
    """Whether a literal block keeps every byte: lines of printable text, the first not indented or empty."""
    if "\n" not in text or not _LITERAL.match(text) or text[0] in " \n":
        return False
    return all(line == "" or not line.isspace() for line in text.split("\n"))


def _chomping(text: str) -> str:
    if not text.endswith("\n"):
        return "-"
    return "+" if text.endswith("\n\n") else ""

"""Data as a tree for people to pick from: names, types in words, examples, and the path that reads each. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flows.definition.model import JSON
from flows.definition.sampling.schema import flatten_schema
from integrator.lib.redaction import MASK

MAX_DEPTH = 8
MAX_MEMBERS = 200
EXAMPLE_CHARS = 60
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_RESERVED = frozenset({"and", "or", "in", "true", "false", "null"})
_LINK = re.compile(r"https?://\S+\Z", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?\Z")
_BY_SCHEMA: Mapping[str, str] = {
    "string": "text",
    "number": "number",
    "integer": "number",
    "boolean": "yes or no",
    "object": "group",
    "array": "list",
}
_BY_FORMAT: Mapping[str, str] = {"date": "date", "date-time": "date", "uri": "link", "url": "link", "iri": "link"}


@dataclass(frozen=True, kw_only=True)
class DataNode:
    """One value that can be picked. ``path`` is an expression without its "=". ``type`` is in words.

    ``example`` is short text, "" without one. ``may_be_missing`` by the schema. ``of_each``: it lies in the items of a
    list, so its path gives a list of them.
    """

    name: str
    path: str
    type: str
    example: str = ""
    may_be_missing: bool = False
    of_each: bool = False
    children: tuple[DataNode, ...] = ()


def make_tree(name: str, path: str, value: JSON, schema: JSON = None) -> DataNode:
    """This will describe a value by an example of it, and by its JSON Schema where there is one.

    Members that only the schema knows are in it too; those the schema does not require may be missing.
    """
    root = _Root(schema=schema)
    return root.describe(name, path, value, schema, is_optional=False, of_each=False, depth=MAX_DEPTH)


def walk(node: DataNode) -> Iterator[DataNode]:
    """A node and everything below it, in order."""
    yield node
    for child in node.children:
        yield from walk(child)


def join_path(path: str, name: str) -> str:
    """The path of a member; a name that is no plain word is quoted."""
    plain = _NAME.match(name) is not None and name not in _RESERVED
    return f"{path}.{name}" if plain else f"{path}.`{name.replace('`', '')}`"


def type_of(value: JSON) -> str:
    """What sort of value this is, for people: text, number, yes or no, link, date, list, group, nothing."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, Mapping):
        return "group"
    if isinstance(value, (list, tuple)):
        return "list"
    text = str(value)
    if text == MASK:
        return "hidden"
    return "link" if _LINK.match(text) else "date" if _DATE.match(text) else "text"


def show(value: JSON, *, limit: int = EXAMPLE_CHARS) -> str:
    """A value in one short line: a text as it is, a list and a group by what they hold."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        text = ", ".join(str(name) for name in list(value)[:5]) + (", …" if len(value) > 5 else "")
    elif isinstance(value, (list, tuple)):
        text = "nothing in it" if not value else f"{len(value)} of them" if len(value) > 1 else "1 in it"
    else:
        text = "" if value is None else " ".join(str(value).split())
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


@dataclass(frozen=True, kw_only=True)
class _Root:
    schema: JSON

    def describe(  # noqa: PLR0913 - what a node is
        self, name: str, path: str, value: JSON, schema: JSON, *, is_optional: bool, of_each: bool, depth: int
    ) -> DataNode:
        said = flatten_schema(schema, self.schema)
        return DataNode(
            name=name,
            path=path,
            type=_type(value, said),
            example=show(value),
            may_be_missing=is_optional,
            of_each=of_each,
            children=tuple(self._members(path, value, said, of_each, depth - 1)) if depth > 1 else (),
        )

    def _members(
        self, path: str, value: JSON, said: Mapping[str, Any], of_each: bool, depth: int
    ) -> Iterator[DataNode]:
        if isinstance(value, (list, tuple)) or said.get("type") == "array":
            first = (
                next((item for item in value if item is not None), None) if isinstance(value, (list, tuple)) else None
            )
            below = flatten_schema(said.get("items"), self.schema)
            yield from self._members(path, first, below, True, depth)
            return
        members = value if isinstance(value, Mapping) else {}
        properties = said.get("properties")
        known: Mapping[str, Any] = properties if isinstance(properties, Mapping) else {}
        required = said.get("required")
        needed = set(required) if isinstance(required, list) else set()
        for name in list(dict.fromkeys((*known, *members)))[:MAX_MEMBERS]:
            yield self.describe(
                str(name),
                join_path(path, str(name)),
                members.get(name),
                known.get(name),
                is_optional=bool(known) and name not in needed,
                of_each=of_each,
                depth=depth,
            )


def _type(value: JSON, said: Mapping[str, Any]) -> str:
    kind = said.get("type")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), None)
    by_schema = _BY_FORMAT.get(str(said.get("format"))) if kind == "string" else None
    found = by_schema or _BY_SCHEMA.get(str(kind))
    if value == MASK:
        return "hidden"
    if found is None or (found == "text" and value is not None):
        found = type_of(value)
    if found == "list" and isinstance(value, (list, tuple)) and value:
        return f"list of {_PLURALS.get(type_of(value[0]), 'values')}"
    return found


_PLURALS = {
    "text": "texts",
    "number": "numbers",
    "group": "groups",
    "link": "links",
    "date": "dates",
    "list": "lists",
    "yes or no": "yes or no",
}

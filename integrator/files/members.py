"""Files in JSON Schemas: which members of a body or form hold a file, and the schema of all the rest. Pure.

A member is a file where its schema says ``contentEncoding: base64`` (JSON Schema 2020-12, validation, section 8.3) or
``format: file``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Place = tuple[str, ...]  # names from the root; "*" is any item of a list
ITEM = "*"


def is_file_member(schema: object) -> bool:
    """Whether values of this schema are files."""
    return isinstance(schema, Mapping) and (
        schema.get("contentEncoding") == "base64" or (schema.get("format") == "file")
    )


def list_file_places(schema: object) -> tuple[Place, ...]:
    """This will list the places of files, as far as ``properties`` and ``items`` lead."""
    return tuple(_walk(schema, ()))


def without_files(schema: Any) -> Any:
    """This will give the schema with anything allowed where a file belongs: files are judged apart from it."""
    if is_file_member(schema):
        return {}
    if not isinstance(schema, Mapping):
        return schema
    rest = dict(schema)
    if isinstance(schema.get("properties"), Mapping):
        rest["properties"] = {name: without_files(member) for name, member in schema["properties"].items()}
    if isinstance(schema.get("items"), Mapping):
        rest["items"] = without_files(schema["items"])
    return rest


def find_at(value: object, place: Place) -> Iterator[tuple[Any, Any, tuple[str, ...]]]:
    """This will find what stands at a place: ``(container, key, path)``, for each list item where ``*`` is."""
    yield from _find(value, place, ())


def _walk(schema: object, path: Place) -> Iterator[Place]:
    if is_file_member(schema):
        yield path
    elif isinstance(schema, Mapping):
        properties, items = schema.get("properties"), schema.get("items")
        if isinstance(properties, Mapping):
            for name, member in properties.items():
                yield from _walk(member, (*path, str(name)))
        yield from _walk(items, (*path, ITEM))


def _find(value: object, place: Place, path: tuple[str, ...]) -> Iterator[tuple[Any, Any, tuple[str, ...]]]:
    if not place:
        return
    name, rest = place[0], place[1:]
    keys: list[Any] = []
    if name == ITEM and isinstance(value, list):
        keys = list(range(len(value)))
    elif isinstance(value, dict) and name in value:
        keys = [name]
    for key in keys:
        here = (*path, str(key))
        if rest:
            yield from _find(value[key], rest, here)  # type: ignore[index]  # a list or dict by the lines above
        else:
            yield value, key, here

"""Paths to sensitive values: where a JSON Schema declares them, what stands there, and covering it. Pure.

A path is a tuple of member names; ``*`` is any member; lists are passed through, so a path means each of their items.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from integrator.lib.redaction import MASK

Path = tuple[str, ...]

KEYWORD = "x-sensitive"
ANY = "*"
_MAX_DEPTH = 16
_SAME_PLACE = ("allOf", "anyOf", "oneOf")
_SAME_PLACE_ONE = ("if", "then", "else", "items", "contains", "unevaluatedItems", "additionalItems")


def find_declared(schema: Any) -> tuple[Path, ...]:
    """Give the paths of all properties that say ``x-sensitive: true``, through ``$ref`` within the schema too.

    ``()`` is the whole value. Sorted, each once; what is no schema declares nothing.
    """
    return tuple(sorted(set(_walk(schema, schema, (), _MAX_DEPTH))))


def find_values(value: Any, paths: Iterable[Path]) -> list[Any]:
    """Give what stands at the paths; a path that leads nowhere gives nothing."""
    return [found for path in paths for found in _find(value, path)]


def cover(value: Any, paths: Iterable[Path]) -> Any:
    """Give a copy of `value` with "••••" in place of what stands at the paths; null stays null."""
    for path in paths:
        value = _cover(value, path)
    return value


def is_at_or_below(path: Path, declared: Path) -> bool:
    """Whether `path` is the declared one or lies inside it."""
    return len(path) >= len(declared) and all(
        wanted in (ANY, part) for wanted, part in zip(declared, path, strict=False)
    )


def touches(path: Path, declared: Path) -> bool:
    """Whether what is read at `path` holds some of what is declared, or is a part of it."""
    return all(ANY in (wanted, part) or wanted == part for wanted, part in zip(declared, path, strict=False))


def _walk(schema: Any, root: Any, at: Path, depth: int) -> Iterator[Path]:
    if not isinstance(schema, Mapping) or depth == 0:
        return
    if schema.get(KEYWORD) is True:
        yield at
        return
    for below, name in _list_parts(schema):
        yield from _walk(below, root, at if name is None else (*at, name), depth - 1)
    if isinstance(schema.get("$ref"), str):
        yield from _walk(_resolve(root, schema["$ref"]), root, at, depth - 1)


def _list_parts(schema: Mapping[str, Any]) -> Iterator[tuple[Any, str | None]]:
    """The schemas inside a schema with the member they are about; None: the same place."""
    properties = schema.get("properties")
    if isinstance(properties, Mapping):
        yield from ((below, str(name)) for name, below in properties.items())
    patterns = schema.get("patternProperties")
    if isinstance(patterns, Mapping):
        yield from ((below, ANY) for below in patterns.values())
    yield schema.get("additionalProperties"), ANY
    dependent = schema.get("dependentSchemas")
    if isinstance(dependent, Mapping):
        yield from ((below, None) for below in dependent.values())
    for word in (*_SAME_PLACE, "prefixItems", "items"):
        if isinstance(schema.get(word), list):
            yield from ((below, None) for below in schema[word])
    for word in _SAME_PLACE_ONE:
        yield schema.get(word), None


def _resolve(root: Any, reference: str) -> Any:
    """What a local reference (``#/$defs/x``, RFC 6901) points at; None for any other."""
    if not reference.startswith("#"):
        return None
    found = root
    for part in reference[1:].split("/")[1:]:
        found = found.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(found, Mapping) else None
    return found


def _find(value: Any, path: Path) -> Iterator[Any]:
    if isinstance(value, list) and path:
        for item in value:
            yield from _find(item, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping):
        for name in list(value) if path[0] == ANY else [path[0]]:
            if name in value:
                yield from _find(value[name], path[1:])


def _cover(value: Any, path: Path) -> Any:
    if value is None:
        return None
    if not path:
        return MASK
    if isinstance(value, list):
        return [_cover(item, path) for item in value]
    if not isinstance(value, Mapping):
        return value
    return {name: _cover(item, path[1:]) if path[0] in (ANY, name) else item for name, item in value.items()}

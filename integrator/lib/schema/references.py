"""Owns which schemas are taken: valid, self-contained, ending, and with patterns that run in linear time. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import SchemaError as InvalidSchema

from integrator.lib.schema.formats import PatternError, compile_pattern
from integrator.lib.strict_json import StrictJSONError, check, escape_pointer

DIALECTS = frozenset({"https://json-schema.org/draft/2020-12/schema", "https://json-schema.org/draft/2020-12/schema#"})

_MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLES = (
    *("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"),
    *("unevaluatedItems", "unevaluatedProperties"),
)
# These apply to the same value, so a circle of them never ends.
_IN_PLACE = frozenset({"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "$ref"})
_NO_FORMATS = FormatChecker(formats=())  # the standard's own check of patterns would run them on Python's `re`


class SchemaError(ValueError):
    """A schema is not taken; `message` says why, `pointer` (RFC 6901) where in the schema."""

    code = "schema.invalid"
    retryable = False

    def __init__(self, message: str, pointer: str = "") -> None:
        super().__init__(f"{pointer}: {message}" if pointer else message)
        self.message = message
        self.pointer = pointer
        self.details: dict[str, str] = {"pointer": pointer}


def check_schema(schema: Any) -> None:
    """Refuse a schema that is invalid, refers outside itself or in a circle, or has a pattern RE2 does not take.

    Raises SchemaError.
    """
    try:
        check(schema)
        Draft202012Validator.check_schema(schema, format_checker=_NO_FORMATS)
    except StrictJSONError as error:
        raise SchemaError(error.message, error.pointer) from error
    except InvalidSchema as error:
        pointer = "".join(f"/{escape_pointer(part)}" for part in error.absolute_path)
        raise SchemaError("This is not valid JSON Schema (draft 2020-12).", pointer) from error
    _Walk(schema).run()


class _Walk:
    """One pass over every subschema a value can meet, also those that only a reference leads to."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.graph: TopologicalSorter[int] = TopologicalSorter()
        self.seen: set[int] = set()
        self.waiting: list[tuple[Any, str]] = [(root, "")]

    def run(self) -> None:
        while self.waiting:
            schema, pointer = self.waiting.pop()
            if isinstance(schema, dict) and id(schema) not in self.seen:
                self.seen.add(id(schema))
                self._visit(schema, pointer)
        try:
            self.graph.prepare()
        except CycleError as error:
            raise SchemaError("The schema refers to itself in a circle that never ends.") from error

    def _visit(self, schema: dict[str, Any], pointer: str) -> None:
        self._check_identity(schema, pointer)
        self._check_patterns(schema, pointer)
        children = list(_children(schema))
        if "$ref" in schema:
            children.append(("$ref", "/$ref", self._target(schema["$ref"], pointer)))
        for keyword, place, child in children:
            self.waiting.append((child, pointer + place))
            if keyword in _IN_PLACE:
                self.graph.add(id(schema), id(child))

    def _check_identity(self, schema: dict[str, Any], pointer: str) -> None:
        if schema.get("$schema", next(iter(DIALECTS))) not in DIALECTS:
            raise SchemaError("Only JSON Schema draft 2020-12 is taken; write for it and leave $schema out.", pointer)
        for keyword in ("$dynamicRef", "$recursiveRef"):
            if keyword in schema:
                raise SchemaError(f"{keyword} is not taken; use $ref with #/….", pointer)
        if pointer and ("$id" in schema or "$schema" in schema):
            raise SchemaError("$id and $schema are only taken at the top of a schema.", pointer)

    def _check_patterns(self, schema: dict[str, Any], pointer: str) -> None:
        if "unevaluatedProperties" in schema and "patternProperties" in schema:
            raise SchemaError("unevaluatedProperties is not taken beside patternProperties.", pointer)
        patterns = [*schema.get("patternProperties", {})]
        if "pattern" in schema:
            patterns.append(schema["pattern"])
        for pattern in patterns:
            try:
                compile_pattern(pattern)
            except PatternError as error:
                raise SchemaError(f"The pattern {pattern[:80]!r} cannot be used: {error}.", pointer) from error

    def _target(self, reference: str, pointer: str) -> Any:
        if reference != "#" and not reference.startswith("#/"):
            raise SchemaError("A $ref may only point inside this schema (#/…); nothing is fetched.", f"{pointer}/$ref")
        target = self.root
        try:
            for token in unquote(reference).split("/")[1:]:
                name = token.replace("~1", "/").replace("~0", "~")
                target = target[int(name)] if isinstance(target, list) else target[name]
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise SchemaError(f"The $ref {reference[:80]!r} points at nothing.", f"{pointer}/$ref") from error
        if not isinstance(target, dict | bool):
            raise SchemaError(f"The $ref {reference[:80]!r} points at no schema.", f"{pointer}/$ref")
        return target


def _children(schema: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for keyword in _MAPS:
        for name, child in schema.get(keyword, {}).items():
            yield keyword, f"/{keyword}/{escape_pointer(name)}", child
    for keyword in _LISTS:
        for index, child in enumerate(schema.get(keyword, [])):
            yield keyword, f"/{keyword}/{index}", child
    for keyword in _SINGLES:
        if keyword in schema:
            yield keyword, f"/{keyword}", schema[keyword]

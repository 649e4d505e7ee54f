"""Owns the validator: jsonschema's Draft 2020-12 with those keywords replaced that would run Python's `re`, take more
than linear time, reckon with floats, or point at the object instead of at its missing member.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from integrator.lib.schema.formats import compile_pattern

Faults = Iterator[ValidationError]


def _type(validator: Any, types: Any, instance: Any, schema: Any) -> Faults:
    names = [types] if isinstance(types, str) else types
    if not any(validator.is_type(instance, name) for name in names):
        yield ValidationError("has another type")


def _required(validator: Any, names: Any, instance: Any, schema: Any) -> Faults:
    if isinstance(instance, dict):
        for name in names:
            if name not in instance:
                yield ValidationError("is required", path=[name])


def _dependent_required(validator: Any, dependents: Any, instance: Any, schema: Any) -> Faults:
    if isinstance(instance, dict):
        for given, names in dependents.items():
            if given in instance:
                for name in names:
                    if name not in instance:
                        yield ValidationError(f"is required with {given[:80]!r}", path=[name])


def _pattern(validator: Any, pattern: Any, instance: Any, schema: Any) -> Faults:
    if isinstance(instance, str) and compile_pattern(pattern).search(instance) is None:
        yield ValidationError("does not match the pattern")


def _pattern_properties(validator: Any, patterns: Any, instance: Any, schema: Any) -> Faults:
    if isinstance(instance, dict):
        for text, subschema in patterns.items():
            pattern = compile_pattern(text)
            for name, member in instance.items():
                if pattern.search(name) is not None:
                    yield from validator.descend(member, subschema, path=name, schema_path=text)


def _additional_properties(validator: Any, additional: Any, instance: Any, schema: Any) -> Faults:
    if not isinstance(instance, dict):
        return
    known: Mapping[str, Any] = schema.get("properties", {})
    patterns = [compile_pattern(text) for text in schema.get("patternProperties", {})]
    for name, member in instance.items():
        if name in known or any(pattern.search(name) is not None for pattern in patterns):
            continue
        if additional is False:
            yield ValidationError("is not allowed here", path=[name])
        else:
            yield from validator.descend(member, additional, path=name)


def _unique_items(validator: Any, unique: Any, instance: Any, schema: Any) -> Faults:
    if unique and isinstance(instance, list):
        seen: set[Hashable] = set()
        for index, member in enumerate(instance):
            key = _identity(member)
            if key in seen:
                yield ValidationError("stands there twice", path=[index])
            seen.add(key)


def _identity(value: Any) -> Hashable:
    """Give a key that is equal for values equal in JSON Schema: 1 is 1.0, but neither is true."""
    if isinstance(value, dict):
        return "object", frozenset((name, _identity(member)) for name, member in value.items())
    if isinstance(value, list):
        return "array", tuple(map(_identity, value))
    return isinstance(value, bool), value


def _multiple_of(validator: Any, step: Any, instance: Any, schema: Any) -> Faults:
    """By the digits as written: 1.1 is a multiple of 0.01, which division of floats denies."""
    if validator.is_type(instance, "number") and (Fraction(str(instance)) / Fraction(str(step))).denominator != 1:
        yield ValidationError("is not a multiple")


StrictValidator: type[Validator] = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {
        "type": _type,
        "required": _required,
        "dependentRequired": _dependent_required,
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
        "uniqueItems": _unique_items,
        "multipleOf": _multiple_of,
    },
)
KNOWN_KEYWORDS = frozenset(Draft202012Validator.VALIDATORS)

"""Owns compiling a schema once and checking values against it. Errors: `references.SchemaError`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any

from jsonschema.protocols import Validator
from referencing import Registry

from integrator.lib.schema.formats import CHECKER
from integrator.lib.schema.keywords import StrictValidator
from integrator.lib.schema.quick import Check, compile_quick
from integrator.lib.schema.references import SchemaError, check_schema
from integrator.lib.schema.words import describe
from integrator.lib.strict_json import JSON, StrictJSONError, dumps_canonical, escape_pointer

MAX_FAULTS = 100


@dataclass(frozen=True, kw_only=True, order=True)
class Fault:
    """One thing wrong with a value: where (RFC 6901, "" is the whole) and what, in words that follow the place."""

    pointer: str
    message: str


@dataclass(frozen=True, kw_only=True)
class CompiledSchema:
    """A schema ready for use, safe to share between threads."""

    _validator: Validator = field(repr=False)
    _quick: Check | None = field(repr=False)

    def faults(self, value: JSON) -> list[Fault]:
        """Give the faults of a JSON value, sorted by pointer, at most 100; an empty list means it is valid.

        A missing member's pointer is the one it would have (`/amount`).
        """
        if self._quick is not None and self._quick(value):
            return []
        try:
            errors = list(islice(self._validator.iter_errors(value), MAX_FAULTS))
        except RecursionError:
            return [Fault(pointer="", message="is nested too deeply to be checked")]
        found = {Fault(pointer=_pointer(error.absolute_path), message=describe(error)) for error in errors}
        return sorted(found)

    def is_valid(self, value: JSON) -> bool:
        """Whether `value` has no fault."""
        return not self.faults(value)


def compile_schema(schema: Any) -> CompiledSchema:
    """Compile a schema (draft 2020-12: an object, true or false); the same schema again comes from a cache.

    Nothing is ever fetched: `$ref` points inside the schema. Raises SchemaError.
    """
    try:
        return _compile_text(dumps_canonical(schema))
    except StrictJSONError as error:
        raise SchemaError(error.message, error.pointer) from error
    except RecursionError as error:
        raise SchemaError("The schema is nested too deeply.") from error


@lru_cache(maxsize=1024)
def _compile_text(text: str) -> CompiledSchema:
    schema = json.loads(text)  # our own copy, which nobody changes
    check_schema(schema)
    if isinstance(schema, dict):
        # Left in place it would lead a $ref to "#" back to jsonschema's own validator and to Python's `re`.
        schema.pop("$schema", None)
    validator = StrictValidator(schema, registry=Registry(), format_checker=CHECKER)
    return CompiledSchema(_validator=validator, _quick=compile_quick(schema))


def _pointer(path: Any) -> str:
    return "".join(f"/{escape_pointer(part)}" for part in path)

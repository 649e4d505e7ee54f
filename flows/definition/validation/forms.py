"""Checks of JSON Schemas in flows, and of forms: plain fields, those of ours, forms of the library by name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cases.forms import expand_form
from cases.forms.designing import check_extras
from flows.definition.model import JSON
from flows.definition.validation.faults import Fault, fault, key_fault
from flows.definition.words import did_you_mean, type_words
from integrator.lib.schema import SchemaError, compile_schema

_FORM_FIELDS = ("type", "title", "description", "properties", "required", "additionalProperties", "$schema")
_COMMON = ("type", "title", "description", "default", "examples", "enum", "oneOf", "const", "readOnly")
_BY_TYPE = {
    "string": ("format", "minLength", "maxLength", "pattern"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "integer": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "boolean": (),
}
LIBRARY_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_FORMATS = ("date", "email", "uri", "file")
_ONLY = "A form holds text, number, date, choice, yes/no and files, and fields of ours by 'x-field'."
_FILE = "A file is written as {type: string, format: file}."


def check_json_schema(value: JSON) -> Iterator[Fault]:
    """Whether ``value`` is a usable JSON Schema (2020-12)."""
    if not isinstance(value, (dict, bool)):
        yield fault(f"A schema must be a mapping such as '{{type: object}}', but this is {type_words(value)}.")
        return
    try:
        compile_schema(value)
    except SchemaError as error:
        yield fault(f"This schema cannot be used: {error}")


def check_form(value: JSON) -> Iterator[Fault]:
    """Whether ``value`` is a schema that can be drawn as a form."""
    if not isinstance(value, dict):
        yield fault(f"A form must be a JSON Schema of type object, but this is {type_words(value)}.")
        return
    if "use" in value:
        yield from _check_use(value)
        return
    faults = [*_top(value), *_fields(value)]
    faults += [(found.message, found.path) for found in check_extras(value)]
    yield from faults or check_json_schema(expand_form(value))


def _check_use(value: dict[str, JSON]) -> Iterator[Fault]:
    """A form of the library is named by its key, and by a version where it must stay the same."""
    for name in value:
        if name not in ("use", "version"):
            yield fault(
                f"'{name}' is not used beside 'use'. A form of the library is {{use: its-key, version: 2}}.", name
            )
    use, version = value["use"], value.get("version")
    if not isinstance(use, str) or not LIBRARY_KEY.fullmatch(use):
        yield fault("'use' is the key of a form of the library or of this flow, such as expense-claim.", "use")
    if version is not None and (not isinstance(version, int) or isinstance(version, bool) or version < 1):
        yield fault(
            "'version' is the number of a published version, such as 2. Leave it out for the newest.", "version"
        )


def _top(form: dict[str, JSON]) -> Iterator[Fault]:
    if form.get("type") != "object":
        yield fault("A form begins with 'type: object' and its fields under 'properties:'.")
    for name in form:
        if name not in _FORM_FIELDS and not name.startswith("x-"):
            yield fault(f"'{name}' is not used in forms.{did_you_mean(name, _FORM_FIELDS)}", name)
    required, properties = form.get("required"), form.get("properties")
    if isinstance(required, list) and isinstance(properties, dict):
        for index, name in enumerate(required):
            if not isinstance(name, str) or name not in properties:
                yield fault(
                    f"'{name}' is required but is no field of the form.{did_you_mean(str(name), properties)}",
                    "required",
                    index,
                )


def _fields(form: dict[str, JSON]) -> Iterator[Fault]:
    properties = form.get("properties")
    if not isinstance(properties, dict) or not properties:
        yield fault("A form needs at least one field. Add it under 'properties:'.")
        return
    for name, field in properties.items():
        message = key_fault(name, "a field of a form") or _field_fault(name, field)
        if message:
            yield fault(message, "properties", name)


def _field_fault(name: str, field: JSON) -> str | None:
    if not isinstance(field, dict):
        return f"The field '{name}' must be a mapping such as '{{type: string}}'."
    if "x-field" in field:
        return None  # looked at with the other fields of ours
    kind = field.get("type", "string" if "enum" in field or "oneOf" in field else None)
    if not isinstance(kind, str) or kind not in _BY_TYPE:
        told = f"is of type {kind!r}" if kind is not None else "has no type"
        if kind == "file":
            return f"The field '{name}' {told}. {_FILE}"
        return f"The field '{name}' {told}. {_ONLY}"
    unknown = [word for word in field if word not in (*_COMMON, *_BY_TYPE[kind]) and not word.startswith("x-")]
    if unknown:
        return f"'{unknown[0]}' is not used for the field '{name}'. {_ONLY}"
    if field.get("format") is not None and str(field["format"]) not in _FORMATS:
        return f"The field '{name}' has the format '{field['format']}'. Formats of forms: {', '.join(_FORMATS)}."
    if "enum" in field and (not isinstance(field["enum"], list) or not field["enum"]):
        return f"The choice '{name}' needs at least one value under 'enum:'."
    return None

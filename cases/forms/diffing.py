"""What one state of a form has changed against another, in sentences. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cases.forms.palette import SHAPES, sort_of
from cases.forms.properties import list_parts
from cases.forms.reading import read_form


def diff_forms(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> list[str]:
    """This will say each change in a sentence, in the order of the new form; nothing changed: an empty list."""
    before = old or {}
    return [*_diff_words(before, new), *_diff_fields(before, new, ""), *_diff_sections(before, new)]


def is_same(old: Any, new: Any) -> bool:
    """Whether nothing differs, the order of members included: it is that of fields and columns."""
    return json.dumps(old) == json.dumps(new)


def summarise(changes: list[str]) -> str:
    """The first two changes and how many more there are; "nothing" for none."""
    if not changes:
        return "nothing"
    shown = "; ".join(change.rstrip(".") for change in changes[:2])
    return f"{shown}; {len(changes) - 2} more" if len(changes) > 2 else shown


def _diff_words(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    if old.get("description") != new.get("description"):
        yield "The words at the top changed."


def _diff_fields(old: Mapping[str, Any], new: Mapping[str, Any], table: str) -> Iterator[str]:
    before, after = _shapes(old), _shapes(new)
    what = f"column of “{table}”" if table else "field"
    for key in before:
        if key not in after:
            yield f"The {what} “{_label(key, before[key])}” is gone."
    for key, shape in after.items():
        label = _label(key, shape)
        if key not in before:
            sort = SHAPES.get(sort_of(shape))
            yield f"The {what} “{label}” is new{f' ({sort.label.lower()})' if sort else ''}."
            continue
        is_needed = [key in (schema.get("required") or ()) for schema in (old, new)]
        if is_needed[0] != is_needed[1]:
            yield f"“{label}” is {'now needed' if is_needed[1] else 'no longer needed'}."
        yield from _diff_field(label, before[key], shape)
    kept = [key for key in before if key in after]
    if kept != [key for key in after if key in before]:
        yield f"The order of {'the columns of “' + table + '”' if table else 'the fields'} changed."


def _diff_field(label: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    if is_same(old, new):
        return
    if sort_of(old) != sort_of(new):
        yield f"“{label}” is another sort of field now."
    parts = [part for part in list_parts(new) if _words(part.word, old) != _words(part.word, new)]
    if parts:
        yield f"“{label}”: {', '.join(part.label.lower() for part in parts)} changed."
    if new.get("x-field") == "table" and not is_same(old.get("items"), new.get("items")):
        yield from _diff_fields(old.get("items") or {}, new.get("items") or {}, label)


def _diff_sections(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    before, after = ([row.title for row in read_form(form).sections if row.title] for form in (old, new))
    yield from (f"The section “{title}” is gone." for title in before if title not in after)
    yield from (f"The section “{title}” is new." for title in after if title not in before)
    layouts = [[dict(row) for row in form.get("x-layout") or ()] for form in (old, new)]
    if before == after and layouts[0] != layouts[1]:
        yield "Fields moved between sections, or their words changed."


def _words(word: str, shape: Mapping[str, Any]) -> Any:
    if word == "enum":
        return shape.get("enum"), shape.get("oneOf")
    value: Any = shape
    for part in word.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _shapes(schema: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    given = schema.get("properties")
    return (
        {key: shape for key, shape in given.items() if isinstance(shape, Mapping)} if isinstance(given, Mapping) else {}
    )


def _label(key: str, shape: Mapping[str, Any]) -> str:
    return str(shape.get("title") or key)

"""Edits of a form's schema by the builder: each takes the schema and gives a new one. Pure.

A place is a section's number and an index among its fields. Raises ``FormRefused`` (``form.edit_invalid``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, TypeAlias

from cases.forms.designing import KEY
from cases.forms.errors import FormRefused
from cases.forms.meeting import keep_theirs
from cases.forms.palette import SHAPES
from cases.forms.properties import write_properties
from cases.forms.reading import read_form
from cases.forms.renaming import rename_in

Schema: TypeAlias = dict[str, Any]
Sections: TypeAlias = list[dict[str, Any]]
Edit: TypeAlias = Callable[[Schema, Mapping[str, str]], Schema]


def edit_form(schema: Mapping[str, Any], edit: str, given: Mapping[str, str]) -> Schema:
    """This will make one edit by its name with what was typed. The schema handed in stays as it was."""
    make = EDITS.get(edit)
    if make is None:
        raise refuse(f"There is no edit {edit!r:.40}.")
    return make(deepcopy(dict(schema)), given)


def refuse(message: str) -> FormRefused:
    """The refusal of an edit."""
    return FormRefused("form.edit_invalid", message)


def list_sections(schema: Mapping[str, Any]) -> Sections:
    """The sections as the page shows them, each with all of its words; at least one."""
    layout = schema.get("x-layout")
    rows = [row for row in layout if isinstance(row, Mapping)] if isinstance(layout, list) else []
    found = []
    for section in read_form(schema).sections:
        words = next((row for row in rows if section.title and row.get("title") == section.title), {})
        found.append({**words, "fields": list(section.keys)})
    for row in rows:  # an empty section is none of a form that is filled in, but one of its builder
        if not any(section.get("title") == row.get("title") for section in found):
            found.append({**row, "fields": []})
    return found or [{"fields": []}]


def find_holder(schema: Schema, table: str) -> Schema:
    """What holds the fields: the form, or the items of a table."""
    if not table:
        return schema
    shape = schema.get("properties", {}).get(table)
    if not isinstance(shape, dict) or shape.get("x-field") != "table":
        raise refuse("This table is not there any more. Load the page again.")
    items = shape.setdefault("items", {})
    items.setdefault("type", "object")
    return items  # type: ignore[no-any-return]  # a mapping by the line above


def _add_field(schema: Schema, given: Mapping[str, str]) -> Schema:
    sort, table = given.get("sort", ""), given.get("table", "")
    if sort not in SHAPES or (table and not SHAPES[sort].in_tables):
        raise refuse("There is no such field to add here.")
    holder = find_holder(schema, table)
    properties = holder.setdefault("properties", {})
    sections = list_sections(schema)
    key = free_key(sort, properties)
    properties[key] = {**deepcopy(dict(SHAPES[sort].shape)), "title": SHAPES[sort].label}
    if table:
        return _order_columns(schema, holder, key, given)
    return _place(schema, sections, key, given)


def _move_field(schema: Schema, given: Mapping[str, str]) -> Schema:
    key, table = given.get("key", ""), given.get("table", "")
    holder = find_holder(schema, table)
    if key not in holder.get("properties", {}):
        raise refuse("This field is not there any more. Load the page again.")
    if table:
        return _order_columns(schema, holder, key, given)
    return _place(schema, list_sections(schema), key, given)


def _remove_field(schema: Schema, given: Mapping[str, str]) -> Schema:
    key = given.get("key", "")
    holder = find_holder(schema, given.get("table", ""))
    if holder.get("properties", {}).pop(key, None) is None:
        raise refuse("This field is not there any more. Load the page again.")
    _set_required(holder, key, wanted=False)
    return _write_sections(schema, list_sections(schema))


def _change_field(schema: Schema, given: Mapping[str, str]) -> Schema:
    key, table = given.get("key", ""), given.get("table", "")
    holder = find_holder(schema, table)
    properties = holder.get("properties", {})
    if key not in properties:
        raise refuse("This field is not there any more. Load the page again.")
    before = properties[key]
    given = keep_theirs(before, given, is_required=key in holder.get("required", ()))
    properties[key] = write_properties(before, given)
    _set_required(holder, key, wanted=given.get("required") == "true")
    wanted = given.get("name", "").strip() or key
    if wanted == key and _is_automatic(key) and properties[key].get("title") != before.get("title"):
        wanted = free_key(_slug(str(properties[key].get("title", ""))) or key, properties)
    return _rename(schema, holder, key, wanted, table) if wanted != key else schema


def _rename(schema: Schema, holder: Schema, key: str, wanted: str, table: str) -> Schema:
    properties = holder["properties"]
    if not KEY.fullmatch(wanted):
        raise refuse(f"“{wanted}” cannot name a field. Use lower-case letters, digits and _, and begin with a letter.")
    if wanted in properties:
        raise refuse(f"There is a field “{wanted}” already. Choose another name.")
    holder["properties"] = {wanted if one == key else one: shape for one, shape in properties.items()}
    holder["required"] = [wanted if one == key else one for one in holder.get("required", [])]
    for row in schema.get("x-layout", ()) if not table else ():
        row["fields"] = [wanted if one == key else one for one in row.get("fields", [])]
    return rename_in(schema, key, wanted, table=table)


def _add_section(schema: Schema, given: Mapping[str, str]) -> Schema:
    sections = list_sections(schema)
    titles = {section.get("title") for section in sections}
    number = next(number for number in range(1, len(sections) + 2) if f"Section {number}" not in titles)
    return _write_sections(schema, [*sections, {"title": f"Section {number}", "fields": []}])


def _change_section(schema: Schema, given: Mapping[str, str]) -> Schema:
    sections, at = _find_section(schema, given)
    title = given.get("title", "").strip()[:200]
    if not title:
        raise refuse("Give the section a title.")
    if any(section.get("title") == title for place, section in enumerate(sections) if place != at):
        raise refuse(f"There is a section “{title}” already. Choose another title.")
    words = {"title": title, "description": given.get("help", "").strip(), "show": given.get("show", "").strip()}
    sections[at] = {**{name: text for name, text in words.items() if text}, "fields": sections[at]["fields"]}
    return _write_sections(schema, sections)


def _move_section(schema: Schema, given: Mapping[str, str]) -> Schema:
    sections, at = _find_section(schema, given)
    section = sections.pop(at)
    first = 1 if sections and not sections[0].get("title") else 0
    sections.insert(max(first, min(_number(given, "index"), len(sections))), section)
    return _write_sections(schema, sections)


def _remove_section(schema: Schema, given: Mapping[str, str]) -> Schema:
    """Its fields move to the section above, so that nothing is lost with a heading."""
    sections, at = _find_section(schema, given)
    section = sections.pop(at)
    if at == 0:
        sections.insert(0, {"fields": section["fields"]})
    else:
        sections[at - 1]["fields"] += section["fields"]
    return _write_sections(schema, sections)


def _change_form(schema: Schema, given: Mapping[str, str]) -> Schema:
    text = given.get("help", "").strip()[:2000]
    schema.pop("description", None)
    return {**schema, **({"description": text} if text else {})}


EDITS: Mapping[str, Edit] = {
    "add-field": _add_field,
    "move-field": _move_field,
    "remove-field": _remove_field,
    "change-field": _change_field,
    "add-section": _add_section,
    "change-section": _change_section,
    "move-section": _move_section,
    "remove-section": _remove_section,
    "change-form": _change_form,
}


def free_key(wanted: str, taken: Mapping[str, Any]) -> str:
    """A key that is not taken: ``text``, ``text_2`` …"""
    base = wanted[:90].rstrip("_") or "field"
    numbers = range(2, len(taken) + 3)
    return base if base not in taken else next(f"{base}_{n}" for n in numbers if f"{base}_{n}" not in taken)


def _is_automatic(key: str) -> bool:
    """Whether a key is as ``free_key`` makes it for a field that was just added."""
    base, _, number = key.rpartition("_")
    return key in SHAPES or (base in SHAPES and number.isdecimal())


def _slug(label: str) -> str:
    plain = "".join(char if char.isascii() and char.isalnum() else "_" for char in label.lower())
    slug = "_".join(part for part in plain.split("_") if part)[:60]
    return slug if KEY.fullmatch(slug) else ""


def _set_required(holder: Schema, key: str, *, wanted: bool) -> None:
    kept = [one for one in holder.get("required", []) if one != key]
    holder["required"] = [*kept, key] if wanted else kept
    if not holder["required"]:
        del holder["required"]


def _number(given: Mapping[str, str], name: str) -> int:
    text = given.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 5 else 9999


def _find_section(schema: Schema, given: Mapping[str, str]) -> tuple[Sections, int]:
    sections, at = list_sections(schema), _number(given, "section")
    if at >= len(sections) or not sections[at].get("title"):
        raise refuse("This section is not there any more. Load the page again.")
    return sections, at


def _place(schema: Schema, sections: Sections, key: str, given: Mapping[str, str]) -> Schema:
    """Put a field to its place; without one to the end of the last section."""
    for section in sections:
        section["fields"] = [one for one in section["fields"] if one != key]
    at = min(_number(given, "section"), len(sections) - 1)
    sections[at]["fields"].insert(_number(given, "index"), key)
    return _write_sections(schema, sections)


def _order_columns(schema: Schema, holder: Schema, key: str, given: Mapping[str, str]) -> Schema:
    properties = holder["properties"]
    keys = [one for one in properties if one != key]
    keys.insert(_number(given, "index"), key)
    holder["properties"] = {one: properties[one] for one in keys}
    return schema


def _write_sections(schema: Schema, sections: Sections) -> Schema:
    """The schema with its fields in the order of the page; a layout only where there is a heading."""
    properties = schema.get("properties", {})
    order = [key for section in sections for key in section["fields"] if key in properties]
    schema["properties"] = {key: properties[key] for key in order}
    schema.pop("x-layout", None)
    if any(section.get("title") for section in sections):
        schema["x-layout"] = [section for section in sections if section.get("title") or section["fields"]]
    return schema

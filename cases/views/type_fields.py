"""The fields of a case type as rows on its page: the form builder's edits, without a draft, kept with the type.

The schema travels as the text of its own control: what somebody typed there counts before the rows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import QueryDict

from cases.forms.editing import Schema, edit_form
from cases.forms.errors import FormRefused
from cases.forms.palette import SHAPES, sort_of
from cases.forms.properties import fill_properties
from cases.models import CaseType, Form
from cases.queries.forms import list_forms
from integrator.people.models import Person

CONTROL, BEFORE, ORDER = "fields_schema", "fields_before", "fields:"
OFFERED = ("text", "long_text", "number", "money", "date", "choice", "yes_no", "email", "person")
EMPTY: Schema = {"type": "object", "properties": {}}


@dataclass(frozen=True, kw_only=True)
class FieldRow:
    """One field. ``options`` are its choices, a line each, None where it has none."""

    number: int
    key: str
    title: str
    sort: str
    options: str | None
    is_required: bool
    is_sensitive: bool
    can_move: bool


class TypeFields:
    """What ``cases/type_fields.html`` shows. ``posted`` None: the type as it is; ``problem``: why an edit failed."""

    def __init__(self, person: Person, row: CaseType | None, posted: QueryDict | None) -> None:
        self._person = person
        self.problem = ""
        order = posted.get("do", "") if posted is not None else ""
        self.is_edit = order.startswith(ORDER)
        if posted is None:
            self.text = _write(row.fields if row is not None else None)
        else:
            self.text = posted.get(CONTROL, "")
            if self.text.strip() == posted.get(BEFORE, "").strip():
                self._change(posted, order.removeprefix(ORDER) if self.is_edit else "")

    @property
    def rows(self) -> list[FieldRow]:
        """A row a field; none where the text is no schema."""
        schema = _read(self.text)
        if schema is None:
            return []
        shapes = {key: shape for key, shape in schema["properties"].items() if isinstance(shape, Mapping)}
        return [
            FieldRow(
                number=number,
                key=key,
                title=str(shape.get("title") or ""),
                sort=SHAPES[sort_of(shape)].label if sort_of(shape) else "Written as JSON",
                options=fill_properties(shape).get("options"),
                is_required=key in schema.get("required", ()),
                is_sensitive=shape.get("x-sensitive") is True,
                can_move="x-layout" not in schema,
            )
            for number, (key, shape) in enumerate(shapes.items())
        ]

    @property
    def sorts(self) -> list[tuple[str, str]]:
        """The sorts of fields that can be added."""
        return [(sort, SHAPES[sort].label) for sort in OFFERED]

    @cached_property
    def library(self) -> list[Form]:
        """The published forms whose fields can be taken."""
        return [form for form in list_forms(self._person) if form.live_version is not None]

    def put_into(self, posted: QueryDict) -> QueryDict:
        """What was sent, with the schema as the rows make it."""
        changed = posted.copy()
        changed[CONTROL] = self.text
        return changed

    def _change(self, posted: QueryDict, order: str) -> None:
        schema = _read(self.text)
        if schema is None:
            if self.text.strip():
                return
            schema = EMPTY
        try:
            made = self._follow(_take_rows(schema, posted), posted, order)
        except FormRefused as error:
            self.problem = error.message
            return
        self.text = _write(made if made.get("properties") else None)

    def _follow(self, schema: Schema, posted: QueryDict, order: str) -> Schema:
        what, _, number = order.partition(".")
        if what == "use":
            chosen = next((form for form in self.library if form.key == posted.get("fields_form")), None)
            return schema if chosen is None or chosen.live_version is None else dict(chosen.live_version.schema)
        if what == "add":
            return _add(schema, posted.get("new.sort", ""), posted.get("new.title", "").strip())
        keys = list(schema.get("properties", {}))
        at = int(number) if number.isdecimal() and len(number) < 5 else -1
        if not 0 <= at < len(keys):
            return schema
        if what == "remove":
            return edit_form(schema, "remove-field", {"key": keys[at]})
        index = at + {"up": -1, "down": 1}.get(what, 0)
        return edit_form(schema, "move-field", {"key": keys[at], "section": "0", "index": str(max(0, index))})


def _take_rows(schema: Schema, posted: QueryDict) -> Schema:
    """The schema with what was typed into the rows that were shown."""
    for number, (key, shape) in enumerate(list(schema.get("properties", {}).items())):
        if posted.get(f"field{number}.key") != key or not isinstance(shape, Mapping):
            continue
        given = {
            **fill_properties(shape),
            "key": key,
            "label": posted.get(f"field{number}.title", ""),
            "required": posted.get(f"field{number}.required", ""),
            "sensitive": posted.get(f"field{number}.sensitive", ""),
        }
        if f"field{number}.options" in posted:
            given["options"] = posted[f"field{number}.options"]
        schema = edit_form(schema, "change-field", given)
    return schema


def _add(schema: Schema, sort: str, title: str) -> Schema:
    if sort not in OFFERED:
        return schema
    before = set(schema.get("properties", {}))
    schema = edit_form(schema, "add-field", {"sort": sort})
    [key] = set(schema["properties"]) - before
    given = {**fill_properties(schema["properties"][key]), "key": key}
    return edit_form(schema, "change-field", {**given, "label": title}) if title else schema


def _read(text: str) -> Schema | None:
    """The schema of a text; None for what is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    is_schema = isinstance(found, dict) and isinstance(found.get("properties"), dict)
    return found if is_schema else None


def _write(schema: Any) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2) if schema else ""

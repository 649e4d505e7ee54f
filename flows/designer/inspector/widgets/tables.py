"""Forms and schemas as a table of fields. What the table does not show is kept as it was."""

from __future__ import annotations

import json
from typing import Any

from flows.definition.kind import Setting
from flows.definition.model import JSON
from flows.designer.inspector.widgets.base import Facts, Option, Parts, Unfit, Unreadable
from flows.designer.inspector.widgets.rows import Row, parts_of, rows_of
from integrator.lib import strict_json

TYPES = {
    "string": "Text",
    "number": "Number",
    "integer": "Whole number",
    "boolean": "Yes or no",
    "date": "Date",
    "choice": "Choice",
    "email": "E-mail address",
    "uri": "Link",
    "file": "File",
    "array": "List",
    "object": "Fields of its own",
    "any": "Anything",
    "special": "As built under Forms",
}
_FORMATS = ("date", "email", "uri", "file")
_NOT_IN_FORMS = ("array", "object", "any")
_SPECIAL = "special"  # fields of ours: they stay as they are
_WORDS_STAY = ("title", "description", "default", "examples")  # and what begins with x-, whatever the type
Data = dict[str, JSON]


class Fields:
    """The properties of an object, a row each; ``base`` carries the whole as it was."""

    template, is_group, takes_expression = "fields", True, False

    def fill(self, setting: Setting, value: JSON) -> dict[str, str]:
        """A row a property, and one for each that is only required."""
        if value is None:
            return {}
        properties, required = _shape_of(value)
        names = [*properties, *(name for name in required if name not in properties)]
        rows = [_fill_row(name, properties.get(name), name in required) for name in names]
        return {"base": json.dumps(value, ensure_ascii=False), **parts_of(rows)}

    def read(self, setting: Setting, parts: Parts, facts: Facts) -> JSON:
        """The schema, None without any field where there was none before."""
        rows = [row for row in rows_of(parts) if row.get("name", "").strip()]
        base = _read_base(parts.get("base", ""))
        names = [row["name"].strip() for row in rows]
        for number, name in enumerate(names):
            if name in names[:number]:
                raise Unreadable(f"“{name}” is there twice. Give one of them another name.", f"{number}.name")
        if not rows and set(base) <= {"type", "properties", "required"}:
            return None
        return _write(base, rows)

    def show(self, setting: Setting, parts: Parts, facts: Facts) -> dict[str, Any]:
        """The rows, and the types that may stand here."""
        is_form = setting.type == "form"
        types = [
            Option(value=key, label=words) for key, words in TYPES.items() if not (is_form and key in _NOT_IN_FORMS)
        ]
        if not any(row.get("type") == _SPECIAL for row in rows_of(parts)):
            types = [option for option in types if option.value != _SPECIAL]
        rows = [
            {**row, "more": row.get("title") or row.get("description") or row.get("sensitive")}
            for row in rows_of(parts)
        ]
        return {"rows": rows, "types": types, "base": parts.get("base", ""), "is_form": is_form}


def _shape_of(value: JSON) -> tuple[Data, list[str]]:
    if not isinstance(value, dict) or value.get("type", "object") != "object" or "use" in value:
        raise Unfit  # a form of the library is named, not drawn
    properties, required = value.get("properties", {}), value.get("required", [])
    if not isinstance(properties, dict) or not all(isinstance(shape, dict) for shape in properties.values()):
        raise Unfit
    if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
        raise Unfit
    return properties, required


def _fill_row(name: str, shape: Data | None, is_required: bool) -> Row:
    shape = shape if shape is not None else {}
    choices = shape.get("enum")
    texts = {key: shape[key] for key in ("title", "description") if isinstance(shape.get(key), str)}
    return {
        "name": name,
        "was": name,
        "type": _type_of(shape),
        "choices": ", ".join(choices) if isinstance(choices, list) and _type_of(shape) == "choice" else "",
        **({"required": "true"} if is_required else {}),
        **({"sensitive": "true"} if shape.get("x-sensitive") is True else {}),
        **texts,
    }


def _type_of(shape: Data) -> str:
    if "x-field" in shape:
        return _SPECIAL
    choices, kind = shape.get("enum"), shape.get("type")
    if isinstance(choices, list) and all(isinstance(choice, str) and "," not in choice for choice in choices):
        return "choice" if kind in (None, "string") else "any"
    if kind == "string" and shape.get("format") in _FORMATS:
        return str(shape["format"])
    return kind if isinstance(kind, str) and kind in TYPES else "any"


def _read_base(text: str) -> Data:
    try:
        base = strict_json.parse(text) if text else {}
    except ValueError as error:
        raise Unreadable("The form was sent damaged. Load the page again.", "base") from error
    return base if isinstance(base, dict) else {}


def _write(base: Data, rows: list[Row]) -> Data:
    before, required_before = _shape_of(base)
    properties: Data = {}
    required: list[str] = []
    for row in rows:
        name, was = row["name"].strip(), before.get(row.get("was", ""))
        shape = _write_shape(was, row)
        is_required = bool(row.get("required"))
        if is_required:
            required.append(name)
        if shape or was is not None or not is_required:
            properties[name] = shape
    kept = [name for name in required_before if name in required]
    made: Data = {"type": "object", **base}
    changed = {"properties": properties, "required": [*kept, *(name for name in required if name not in kept)]}
    for key, value in changed.items():
        made.pop(key, None) if not value else made.update({key: value})
    return made


def _write_shape(was: JSON, row: Row) -> Data:
    before: Data = was if isinstance(was, dict) else {}
    kind = row.get("type", "any")
    if _type_of(before) == kind and (was is not None or kind == "any"):
        made = dict(before)
    else:
        made = {**_typed(kind), **{key: value for key, value in before.items() if _stays(key)}}
    if kind == "choice":
        choices = [text.strip() for text in row.get("choices", "").split(",") if text.strip()]
        made["enum"] = choices or ["…"]
    for key in ("title", "description"):
        text = row.get(key, "").strip()
        made.pop(key, None) if not text else made.update({key: text})
    made.pop("x-sensitive", None) if not row.get("sensitive") else made.update({"x-sensitive": True})
    return made


def _typed(kind: str) -> Data:
    if kind in _FORMATS:
        return {"type": "string", "format": kind}
    if kind == "choice":
        return {"type": "string", "enum": []}
    return {} if kind not in TYPES or kind in ("any", _SPECIAL) else {"type": kind}


def _stays(key: str) -> bool:
    return key in _WORDS_STAY or key.startswith("x-")


FIELDS = Fields()

"""What one person typed about a field, when somebody else changed the same field meanwhile. Pure.

The page sends what it had shown (``seen``, JSON of the parts as texts). A part that was not touched stays as it is now;
one that both changed, differently, is refused with both texts, so that neither is lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cases.forms.errors import FormRefused
from cases.forms.properties import fill_properties, list_parts

REQUIRED = "required"


def describe_field(shape: Mapping[str, Any], *, is_required: bool) -> dict[str, str]:
    """The parts of a field as texts, and whether it has to be filled in; "true" for a ticked one."""
    return {**fill_properties(shape), REQUIRED: "true" if is_required else ""}


def write_seen(shape: Mapping[str, Any], *, is_required: bool) -> str:
    """What the page shows of a field, for its hidden control."""
    return json.dumps(describe_field(shape, is_required=is_required), ensure_ascii=False)


def keep_theirs(shape: Mapping[str, Any], given: Mapping[str, str], *, is_required: bool) -> Mapping[str, str]:
    """What was typed, with what was only shown brought to how it is now. Without ``seen`` all of it counts.

    Raises FormRefused ``form.changed_meanwhile`` where both changed one part; ``details`` name it.
    """
    seen = _read(given.get("seen", ""))
    if not seen:
        return given
    parts = {part.name: part for part in list_parts(shape)}
    merged = dict(given)
    for name, now in describe_field(shape, is_required=is_required).items():
        if name not in given and name in parts and parts[name].look != "tick":
            continue  # what was not sent was not asked
        was, mine = _plain(seen.get(name, now)), _plain(given.get(name, ""))
        if mine == was:
            merged[name] = now
        elif _plain(now) not in (was, mine):
            label = parts[name].label if name in parts else "Has to be filled in"
            raise refuse_clash({"part": label, "name": name, "now": now, "yours": mine})
    return merged


def refuse_clash(details: Mapping[str, Any], who: str = "Somebody", when: str = "") -> FormRefused:
    """The refusal of what both wrote in one place: ``{part, name, now, yours}``, changed by ``who`` ("at 14:03")."""
    text = (
        f"{who} changed “{details['part']}” meanwhile{f', {when}' if when else ''}: it is {_say(details['now'])} now, "
        f"and you wrote {_say(details['yours'])}. Write it again to have yours."
    )
    return FormRefused("form.changed_meanwhile", text, dict(details))


def list_touched(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """The parts that one edit changed, ``amount/label`` or ``lines.amount/label``, of fields that were there before."""
    before = dict(_list_fields(old))
    for path, (shape, is_required) in _list_fields(new):
        if path in before:
            was = describe_field(before[path][0], is_required=before[path][1])
            now = describe_field(shape, is_required=is_required)
            yield from (f"{path}/{name}" for name in {*was, *now} if was.get(name) != now.get(name))


def list_paths(schema: Mapping[str, Any]) -> set[str]:
    """The paths of all fields and columns."""
    return {path for path, _ in _list_fields(schema)}


def _list_fields(schema: Mapping[str, Any], table: str = "") -> Iterator[tuple[str, tuple[Mapping[str, Any], bool]]]:
    for key, shape in (schema.get("properties") or {}).items():
        if not isinstance(shape, Mapping):
            continue
        yield f"{table}{key}", (shape, key in (schema.get("required") or ()))
        items = shape.get("items")
        if not table and shape.get("x-field") == "table" and isinstance(items, Mapping):
            yield from _list_fields(items, f"{key}.")


def _say(text: str) -> str:
    return f"“{text}”" if text else "empty"


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _read(text: str) -> Mapping[str, str]:
    """The texts of a hidden control; what is no object counts as not sent."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}

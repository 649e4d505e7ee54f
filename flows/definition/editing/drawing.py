"""Edits of what is drawn round the steps: notes and groups. A run never sees them."""

from __future__ import annotations

from flows.definition.editing.document import get_step, layout_of, notes_of, part_of
from flows.definition.editing.errors import EditFault
from flows.definition.editing.work import Op, Work, check_new_key

MAX_NOTE = 10_000
MAX_TITLE = 200


def put_note(work: Work, op: Op) -> str:
    """``put_note``: a new note, or other text, place or size of one."""
    name, notes = op.text("id"), notes_of(work.data)
    check_new_key(name, "a note")
    is_new = name not in notes
    note = {**{"text": ""}, **notes.get(name, {})}
    if "text" in op.data:
        note["text"] = op.text("text", "")[:MAX_NOTE]
    for place in ("at", "size"):
        found = op.place(place)
        if found is not None:
            note[place] = found
    notes[name] = note
    return "Add a note" if is_new else "Change a note"


def delete_note(work: Work, op: Op) -> str:
    """``delete_note``."""
    if notes_of(work.data).pop(op.text("id"), None) is None:
        raise EditFault("edit.nothing", "That note is not there any more.")
    return "Delete a note"


def put_group(work: Work, op: Op) -> str:
    """``put_group``: a frame with a title round steps; a step stands in one group only."""
    name, groups = op.text("id"), part_of(layout_of(work.data), "groups")
    check_new_key(name, "a group")
    is_new = name not in groups
    group = dict(groups[name]) if isinstance(groups.get(name), dict) else {}
    if "title" in op.data:
        group["title"] = op.text("title", "")[:MAX_TITLE]
    if "steps" in op.data:
        members = list(dict.fromkeys(work.now_called(key) for key in op.texts("steps")))
        for key in members:
            get_step(work.data, key)
        for other in groups.values():
            if isinstance(other, dict) and isinstance(other.get("steps"), list):
                other["steps"] = [key for key in other["steps"] if key not in members]
        group["steps"] = members
    if not group.get("steps"):
        raise EditFault("edit.nothing", "A group has at least one step. Choose its steps first.")
    groups[name] = group
    for empty in [key for key, other in groups.items() if isinstance(other, dict) and not other.get("steps")]:
        del groups[empty]
    return "Group steps" if is_new else "Change a group"


def delete_group(work: Work, op: Op) -> str:
    """``delete_group``: the frame goes, its steps stay."""
    if part_of(layout_of(work.data), "groups").pop(op.text("id"), None) is None:
        raise EditFault("edit.nothing", "That group is not there any more.")
    return "Ungroup"

"""Edits of settings: one place of a step, of the trigger or of the flow; another trigger."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from flows.definition.editing.document import TRIGGER, Data, get_step, say_title
from flows.definition.editing.errors import EditFault
from flows.definition.editing.work import Op, Work, malformed
from flows.definition.words import join_words, slug_words

STEP_PLACES = ("name", "with", "retry")
FLOW_PLACES = ("name", "description", "vars", "requested_by", "sensitive", "forms", "on_error", "tests")
MAX_DEPTH = 60

Place = list[str | int]


def set_value(work: Work, op: Op) -> str:
    """``set``: a value at a path of a step, the trigger or the flow; None takes it away."""
    target, path = op.text("target"), read_path(op)
    value = op.data.get("value")
    if target == "flow":
        _check_place(path, FLOW_PLACES, "the flow")
        if path[0] == "on_error" and value is not None:
            get_step(work.data, value if isinstance(value, str) else str(value))
        put_value(work.data, path, value)
        return f"Change {_say_place(path)}"
    if target == TRIGGER:
        return _set_trigger_value(work.data, path, value)
    key = work.now_called(_step_key(target))
    step = get_step(work.data, key)
    _check_place(path, STEP_PLACES, "a step")
    put_value(step, path, value)
    return f"Change {_say_place(path)} of {say_title(work.data, key)}"


def set_trigger(work: Work, op: Op) -> str:
    """``set_trigger``: another kind of start, with its settings."""
    settings = op.mapping("with") or {}
    work.data[TRIGGER] = {"kind": op.text("kind"), **{key: value for key, value in settings.items() if key != "kind"}}
    return f"Start by {slug_words(op.text('kind')).lower()}"


def remove_trigger(work: Work, op: Op) -> str:
    """``remove_trigger``: nothing starts the flow from then on."""
    if not work.data.get(TRIGGER):
        raise EditFault("edit.nothing", "The flow has no trigger.")
    work.data[TRIGGER] = None
    return "Remove the trigger"


def read_path(op: Op) -> Place:
    """The path of a ``set``: names, and whole numbers for places in a list."""
    path = op.data.get("path")
    if (
        not isinstance(path, list)
        or not 0 < len(path) <= MAX_DEPTH
        or not all(isinstance(part, (str, int)) and not isinstance(part, bool) for part in path)
    ):
        raise malformed("'path' must be a list of names")
    return path


def trigger_place(path: Place) -> Place:
    """A path of the trigger: its settings stand beside its kind, so that a leading ``with`` is left out."""
    return path[1:] if path[0] == "with" and len(path) > 1 else path


def put_value(owner: Data, path: Place, value: Any) -> None:
    """Put a value at a path, making mappings on the way; None takes it away. Raises EditFault ``edit.malformed``."""
    here: Any = owner
    for part, following in pairwise(path):
        below = _member(here, part)
        if not isinstance(below, (dict, list)):
            if value is None and below is None:
                return
            below = _put_member(here, part, [] if isinstance(following, int) else {})
        here = below
    last = path[-1]
    if value is not None:
        _put_member(here, last, value)
    elif isinstance(here, list) and isinstance(last, int):
        if 0 <= last < len(here):
            del here[last]
    elif isinstance(here, dict):
        here.pop(last, None)


def _member(here: Any, part: str | int) -> Any:
    if isinstance(here, list):
        return here[part] if isinstance(part, int) and 0 <= part < len(here) else None
    return here.get(part) if isinstance(here, dict) else None


def _put_member(here: Any, part: str | int, value: Any) -> Any:
    if isinstance(here, list):
        if not isinstance(part, int) or not 0 <= part <= len(here):
            raise malformed(f"there is no place {part} in that list")
        here[part : part + 1] = [value]
    elif isinstance(part, str):
        here[part] = value
    else:
        raise malformed("a mapping has names, not numbers")
    return value


def _set_trigger_value(data: Data, path: Place, value: Any) -> str:
    path = trigger_place(path)
    if path[0] == "kind":
        raise EditFault("edit.fixed", "Choose another trigger from the list instead.")
    if not data.get(TRIGGER):
        raise EditFault("edit.unknown_step", "The flow has no trigger yet. Choose what starts it first.")
    put_value(data[TRIGGER], path, value)
    return f"Change {_say_place(path)} of the start"


def _step_key(target: str) -> str:
    word, _, key = target.partition("/")
    if word != "steps" or not key:
        raise malformed("'target' must be steps/…, trigger or flow")
    return key


def _check_place(path: Place, known: tuple[str, ...], what: str) -> None:
    if path[0] not in known:
        raise EditFault(
            "edit.fixed", f"'{path[0]}' of {what} is not changed here. What can be changed: {join_words(known)}."
        )


def _say_place(path: Place) -> str:
    names = [str(part) for part in path if part != "with"]
    return slug_words(names[0]).lower() if names else "settings"

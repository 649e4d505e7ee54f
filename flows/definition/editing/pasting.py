"""Edits that bring whole pieces: a fragment of a flow file, or a whole document."""

from __future__ import annotations

from typing import Any

from flows.definition.editing.document import (
    Data,
    free_key,
    get_link,
    layout_of,
    links_of,
    main_ports,
    main_target,
    notes_of,
    open_document,
    part_of,
    set_link,
    shape_document,
    steps_of,
)
from flows.definition.editing.errors import EditFault
from flows.definition.editing.following import follow_rename
from flows.definition.editing.stepping import check_source
from flows.definition.editing.work import Op, Work, as_place, check_new_key
from flows.definition.flow_file.shape import STEP_FIELDS
from flows.definition.words import count_of

OFFSET = 40


def paste(work: Work, op: Op) -> str:
    """``paste``: the steps of a fragment, with keys that are free; links that lead out of it are left out."""
    fragment = op.mapping("fragment") or {}
    brought = _read_steps(fragment)
    after = op.after()
    if after is not None:
        check_source(work, *after)
    names = _name_anew(work, brought)
    followed = follow_rename({**fragment, "steps": brought}, names, work.kinds)
    steps = followed["steps"]
    for step in steps.values():
        _keep_inner_links(step, steps)
    _place(work, followed, op.place("at"))
    existing = steps_of(work.data)
    work.data["steps"] = {**existing, **steps}
    if after is not None:
        _lead_through(work, after, list(steps))
    elif not existing:
        work.data["start"] = next(iter(steps))
    return f"Paste {count_of(len(steps), 'step')}"


def replace(work: Work, op: Op) -> str:
    """``replace``: another document, of the same flow and team."""
    document = op.mapping("document")
    if document is None:
        raise EditFault("edit.malformed", "There is no document to put in place.")
    data = open_document({key: value for key, value in document.items() if key != "order"})
    shape_document(data)
    for place, what in (("flow", "key"), ("team", "team")):
        if data.get(place) != work.data.get(place):
            raise EditFault(
                "edit.fixed",
                f"The {what} of a flow stays: it is '{work.data.get(place)}', not '{data.get(place)}'. "
                f"Write '{place}: {work.data.get(place)}', or import the text as a flow of its own.",
            )
    work.data = data
    return "Change the text"


def _read_steps(fragment: Data) -> dict[str, Data]:
    steps = fragment.get("steps")
    if not isinstance(steps, dict) or not steps:
        raise EditFault("edit.nothing", "There are no steps to paste. Copy steps, or the text of a flow file, first.")
    brought: dict[str, Data] = {}
    for key, step in steps.items():
        check_new_key(key, "a step")
        if not isinstance(step, dict) or not isinstance(step.get("kind"), str):
            raise EditFault("edit.malformed", f"'{key}' is no step: it has no kind. Copy the steps again.")
        brought[key] = {name: value for name, value in step.items() if name in STEP_FIELDS}
    shape_document({"format": 1, "flow": "pasted", "name": "Pasted", "team": "pasted", "steps": brought})
    return brought


def _name_anew(work: Work, brought: dict[str, Data]) -> dict[str, str]:
    """The key each step gets, where its own is taken."""
    taken: dict[str, Any] = {**steps_of(work.data), "trigger": None}
    names: dict[str, str] = {}
    for key in brought:
        if key in taken:
            names[key] = free_key(key, {**taken, **brought})
            taken[names[key]] = None
    work.renamed.update(names)
    return names


def _keep_inner_links(step: Data, steps: dict[str, Data]) -> None:
    links = {port: target for port, target in links_of(step).items() if target in steps}
    step["next"] = links.pop("next", None)
    step["on"] = links


def _place(work: Work, followed: Data, at: list[int] | None) -> None:
    """Draw what comes at its place, moved as a whole so that its corner is ``at``, else a little aside."""
    layout = followed.get("layout")
    drawn = layout.get("steps") if isinstance(layout, dict) else None
    places = (
        {key: as_place(place, key) for key, place in (drawn or {}).items() if key in followed["steps"]}
        if isinstance(drawn, dict)
        else {}
    )
    if not places and at is not None:
        places = {next(iter(followed["steps"])): [0, 0]}
    left = min((place[0] for place in places.values()), default=0)
    top = min((place[1] for place in places.values()), default=0)
    shift = (at[0] - left, at[1] - top) if at else (OFFSET, OFFSET)
    if places:
        kept = part_of(layout_of(work.data), "steps")
        kept.update({key: [x + shift[0], y + shift[1]] for key, (x, y) in places.items()})
    notes = followed.get("notes")
    if isinstance(notes, dict) and notes:
        own = notes_of(work.data)
        for name, note in notes.items():
            text = {"text": str(note)} if not isinstance(note, dict) else dict(note)
            if "at" in text:
                x, y = as_place(text["at"], "at")
                text["at"] = [x + shift[0], y + shift[1]]
            own[free_key(name, own)] = text


def _lead_through(work: Work, after: tuple[str, str], keys: list[str]) -> None:
    """Lead the port to the first of the pasted steps, and the last on its main way on to where the port led."""
    steps = steps_of(work.data)
    before = get_link(work.data, *after)
    led_to = {target for key in keys for target in links_of(steps[key]).values()}
    first = next((key for key in keys if key not in led_to), keys[0])
    set_link(work.data, *after, first)
    last, seen = first, {first}
    while (target := main_target(steps[last])) is not None and target not in seen:
        last = target
        seen.add(last)
    if before is not None and main_target(steps[last]) is None:
        for port in main_ports(steps[last], work.spec_of(last), last):
            if port not in links_of(steps[last]):
                set_link(work.data, last, port, before)

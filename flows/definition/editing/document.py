"""The document of a draft while it is edited: plain data in the order of the file, and the moves that many edits share.

``open_document`` gives a copy of one's own, ``close_document`` the canonical document again, with its ``order``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flows.definition.editing.errors import EditFault
from flows.definition.flow_file.data import definition_to_data
from flows.definition.flow_file.order import in_order
from flows.definition.flow_file.shape import shape_definition
from flows.definition.kind import KindSpec
from flows.definition.model import FlowDefinition, Step

Data = dict[str, Any]

TRIGGER = "trigger"
DRAWING_KEYS = ("steps", TRIGGER, "groups")


def open_document(document: Mapping[str, Any]) -> Data:
    """A deep copy in the order of the file, without ``order``."""
    data: Data = in_order({key: value for key, value in document.items() if key != "order"}, document.get("order", []))
    data.setdefault("steps", {})
    return data


def shape_document(data: Data) -> FlowDefinition:
    """The definition in edited data. Raises EditFault ``edit.shape`` where an edit left no flow."""
    definition, findings = shape_definition(data, may_be_empty=True)
    if definition is None:
        raise EditFault("edit.shape", findings[0].message)
    return definition


def close_document(data: Data) -> Data:
    """The canonical document, as drafts keep it. Raises EditFault ``edit.shape``."""
    return definition_to_data(shape_document(data))


def steps_of(data: Data) -> dict[str, Data]:
    """The steps by key, in the order of the file."""
    steps: dict[str, Data] = data["steps"]
    return steps


def get_step(data: Data, key: str) -> Data:
    """One step. Raises EditFault ``edit.unknown_step``."""
    step = steps_of(data).get(key)
    if step is None:
        raise EditFault(
            "edit.unknown_step", f"There is no step '{key}' any more. Load the page again to see what is there."
        )
    return step


def say_title(data: Data, key: str) -> str:
    """What people call a step: its name, else its key in words; "Start" is the trigger."""
    if key == TRIGGER:
        return "Start"
    return as_step(key, steps_of(data).get(key, {})).title


def as_step(key: str, step: Data) -> Step:
    """The step as the shapes of kinds take it."""
    return Step(
        key=key,
        kind=str(step.get("kind", "")),
        name=str(step.get("name") or ""),
        settings=step.get("with") or {},
        links=links_of(step),
    )


def place_of(key: str, step: Data) -> str:
    """A step as the place where something is used: ``step “Reply”``."""
    return f"step “{as_step(key, step).title}”"


def links_of(step: Data) -> dict[str, str]:
    """Port to target, ``next`` first."""
    links = {"next": step["next"]} if step.get("next") else {}
    return {**links, **(step.get("on") or {})}


def set_link(data: Data, source: str, port: str, target: str | None) -> None:
    """Lead a port to a step, or nowhere (None). The trigger has one port, which is where the flow starts."""
    if source == TRIGGER:
        if target is not None:
            data["start"] = target
        return
    step = steps_of(data)[source]
    if port == "next":
        step["next"] = target
        return
    on = dict(step.get("on") or {})
    if target is None:
        on.pop(port, None)
    else:
        on[port] = target
    step["on"] = on


def get_link(data: Data, source: str, port: str) -> str | None:
    """Where a port leads, None when nowhere."""
    if source == TRIGGER:
        return data.get("start")
    return links_of(steps_of(data)[source]).get(port)


def all_links(data: Data) -> Iterator[tuple[str, str, str]]:
    """Every link as (source, port, target), the trigger's first."""
    if data.get("start"):
        yield TRIGGER, "next", data["start"]
    for key, step in steps_of(data).items():
        for port, target in links_of(step).items():
            yield key, port, target


def main_target(step: Data) -> str | None:
    """Where the work goes on: by ``next``, else by its only way out; None when it ends or parts."""
    links = {port: target for port, target in links_of(step).items() if port != "error"}
    if "next" in links:
        return links["next"]
    return next(iter(links.values())) if len(set(links.values())) == 1 else None


def main_ports(step: Data, spec: KindSpec | None, key: str) -> list[str]:
    """The ports by which the work goes on: those that lead to ``main_target``, else the one a new step goes on by."""
    target = main_target(step)
    ports = [port for port, there in links_of(step).items() if port != "error" and there == target]
    return ports if target is not None else onward_ports(step, spec, key)


def onward_ports(step: Data, spec: KindSpec | None, key: str) -> list[str]:
    """How a step put before another goes on: a loop behind its last item, branches by the first, else its one exit."""
    if spec is None:
        return ["next"]
    exits = spec.outer_ports or spec.exits(as_step(key, step)) or (("branch_1",) if spec.free_ports else ())
    return list(exits[:1])


def put_step(data: Data, key: str, step: Data, *, behind: str | None) -> None:
    """Place a step in the order of the file: behind another one, first (the trigger), or last (None)."""
    steps = steps_of(data)
    steps.pop(key, None)
    items = list(steps.items())
    place = len(items)
    if behind == TRIGGER:
        place = 0
    elif behind in steps:
        place = list(steps).index(behind) + 1
    items.insert(place, (key, step))
    data["steps"] = dict(items)


def free_key(wanted: str, taken: Mapping[str, Any]) -> str:
    """The key, with the lowest suffix that is free where it is taken: ``review``, ``review_2`` …"""
    if wanted not in taken:
        return wanted
    stem, _, figure = wanted.rpartition("_")
    if not (stem and figure.isdigit()):
        stem = wanted
    number = 2
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"


def layout_of(data: Data) -> Data:
    """The layout, made where there is none or where it has another form."""
    layout = data.get("layout")
    if not isinstance(layout, dict):
        layout = {}
    if layout and not any(key in layout for key in DRAWING_KEYS):
        layout = {"steps": {key: place for key, place in layout.items() if key in steps_of(data)}}
    data["layout"] = layout
    return layout


def part_of(owner: Data, key: str) -> Data:
    """A mapping inside another, made where there is none."""
    part = owner.get(key)
    if not isinstance(part, dict):
        part = owner[key] = {}
    return part


def notes_of(data: Data) -> Data:
    """The notes by id; a note that is a bare text becomes one with that text."""
    notes = data.get("notes")
    if isinstance(notes, str) and notes:
        notes = {"n1": notes}
    if isinstance(notes, list):
        notes = {f"n{number}": note for number, note in enumerate(notes, start=1)}
    if not isinstance(notes, dict):
        notes = {}
    found = {key: note if isinstance(note, dict) else {"text": str(note)} for key, note in notes.items()}
    data["notes"] = found
    return found

"""Edits of whole steps: add, delete, rename, another kind, another place in the order of work."""

from __future__ import annotations

from typing import Any

from flows.definition.editing.connecting import check_link, check_port
from flows.definition.editing.document import (
    TRIGGER,
    Data,
    all_links,
    as_step,
    free_key,
    get_link,
    get_step,
    layout_of,
    links_of,
    main_ports,
    main_target,
    part_of,
    put_step,
    say_title,
    set_link,
    steps_of,
)
from flows.definition.editing.errors import EditFault
from flows.definition.editing.following import follow_rename
from flows.definition.editing.work import Op, Work, as_place, check_new_key
from flows.definition.kind import KindSpec
from flows.definition.words import did_you_mean


def add_step(work: Work, op: Op) -> str:
    """``add_step``: a new step, on its own or inserted behind a port; a taken key gets a suffix."""
    wanted, spec = op.text("key"), get_spec(work, op.text("kind"))
    check_new_key(wanted, "a step")
    after = op.after()
    if after is not None:
        after = (work.now_called(after[0]), after[1])
        check_source(work, *after)
    key = free_key(wanted, {**steps_of(work.data), TRIGGER: None})
    if key != wanted:
        work.renamed[wanted] = key
    settings = op.mapping("with")
    step: Data = {
        "kind": spec.key,
        "name": op.text("name", ""),
        "with": default_settings(spec) if settings is None else settings,
        "retry": op.mapping("retry"),
    }
    put_step(work.data, key, step, behind=after[0] if after else None)
    place = op.place("at")
    if place is not None:
        part_of(layout_of(work.data), "steps")[key] = place
    if after is not None:
        insert_behind(work, key, after)
    for port, named in (op.mapping("on") or {}).items():
        target = work.now_called(str(named))
        check_link(work, key, port, target)
        set_link(work.data, key, port, target)
    return f"Add {say_title(work.data, key)}"


def delete_steps(work: Work, op: Op) -> str:
    """``delete_steps``: with ``heal`` what led to them goes on where they went on."""
    keys = [work.now_called(key) for key in op.texts("keys")]
    if not keys:
        raise EditFault("edit.nothing", "Choose the steps to delete first.")
    for key in keys:
        get_step(work.data, key)
    label = f"Delete {say_title(work.data, keys[0])}" if len(set(keys)) == 1 else f"Delete {len(set(keys))} steps"
    remove_links(work.data, set(keys), heal=op.data.get("heal") is not False)
    steps = steps_of(work.data)
    for key in set(keys):
        del steps[key]
    if work.data.get("start") not in steps:
        work.data["start"] = next(iter(steps), None)
    forget_steps(work.data, set(keys))
    return label


def rename_step(work: Work, op: Op) -> str:
    """``rename_step``: another key; links and expressions follow. Raises EditFault ``edit.key_taken``."""
    key, to = work.now_called(op.text("key")), op.text("to")
    get_step(work.data, key)
    if to == key:
        raise EditFault("edit.nothing", f"The step is called '{key}' already.")
    check_new_key(to, "a step")
    if to in steps_of(work.data):
        raise EditFault("edit.key_taken", f"There is a step '{to}' already. Choose another key.")
    work.data = follow_rename(work.data, {key: to}, work.kinds)
    return f"Rename {key} to {to}"


def change_kind(work: Work, op: Op) -> str:
    """``change_kind``: settings and links that the new kind has too stay."""
    key, spec = work.now_called(op.text("key")), get_spec(work, op.text("kind"))
    step = get_step(work.data, key)
    if step.get("kind") == spec.key:
        raise EditFault("edit.nothing", f"'{say_title(work.data, key)}' is of that kind already.")
    target, links = main_target(step), links_of(step)
    known = {setting.name for setting in spec.settings}
    kept = {name: value for name, value in (step.get("with") or {}).items() if spec.open_settings or name in known}
    changed: Data = {**step, "kind": spec.key, "with": {**default_settings(spec), **kept}, "next": None, "on": {}}
    steps_of(work.data)[key] = changed
    exits = spec.exits(as_step(key, changed))
    for port, there in links.items():
        if port == "error" or port in exits or spec.free_ports:
            set_link(work.data, key, port, there)
    if target is not None and exits and main_target(changed) is None and exits[0] not in links_of(changed):
        set_link(work.data, key, exits[0], target)
    return f"Make {say_title(work.data, key)} a step of the kind {spec.label}"


def move_step(work: Work, op: Op) -> str:
    """``move_step``: take a step out, healing the way, and insert it behind a port."""
    key, after = work.now_called(op.text("key")), op.after()
    step = get_step(work.data, key)
    if after is None:
        raise EditFault("edit.malformed", "Say behind which step it goes.")
    after = (work.now_called(after[0]), after[1])
    check_source(work, *after)
    if after[0] == key:
        raise EditFault("edit.self_loop", f"'{say_title(work.data, key)}' cannot follow itself.")
    if main_target(step) is None and any(port != "error" for port in links_of(step)):
        raise EditFault(
            "edit.branches",
            f"'{say_title(work.data, key)}' leads to several steps, so it cannot be moved by itself. "
            "Move the steps of its branches first.",
        )
    ports = main_ports(step, work.spec_of(key), key)
    remove_links(work.data, {key}, heal=True)
    if work.data.get("start") == key:
        work.data["start"] = next((other for other in steps_of(work.data) if other != key), key)
    for port in ports:
        set_link(work.data, key, port, None)
    put_step(work.data, key, step, behind=after[0])
    insert_behind(work, key, after, ports=ports)
    return f"Move {say_title(work.data, key)}"


def get_spec(work: Work, kind: str) -> KindSpec:
    """The shape of a kind. Raises EditFault ``edit.unknown_kind``."""
    spec = work.kinds.get(kind)
    if spec is None:
        hint = did_you_mean(kind, work.kinds, what="Kinds") or " Choose one from the palette."
        raise EditFault("edit.unknown_kind", f"There is no kind '{kind}'.{hint}")
    return spec


def default_settings(spec: KindSpec) -> dict[str, Any]:
    """What a new step of this kind begins with."""
    defaults = {setting.name: getattr(setting, "default", None) for setting in spec.settings}
    return {name: value for name, value in defaults.items() if value is not None}


def check_source(work: Work, source: str, port: str) -> None:
    """Raises EditFault unless something may be put behind this port."""
    if source != TRIGGER:
        get_step(work.data, source)
        check_port(work, source, port)


def insert_behind(work: Work, key: str, after: tuple[str, str], *, ports: list[str] | None = None) -> None:
    """Lead the port to the step, and the step on to where the port led."""
    source, port = after
    before = get_link(work.data, source, port)
    set_link(work.data, source, port, key)
    if source == TRIGGER and before is None:
        return
    if before is None or before == key:
        return
    step = steps_of(work.data)[key]
    exits = set(work.exits_of(key))
    free = work.spec_of(key) is not None and bool(work.spec_of(key).free_ports)  # type: ignore[union-attr]
    for way in ports if ports is not None else main_ports(step, work.spec_of(key), key):
        if way in exits or free:
            set_link(work.data, key, way, before)


def remove_links(data: Data, keys: set[str], *, heal: bool) -> None:
    """Take away what leads to these steps; healed, it leads on to where they went on."""
    for source, port, target in list(all_links(data)):
        if target not in keys or source in keys:
            continue
        onward = _onward(data, target, keys) if heal else None
        set_link(data, source, port, None if onward == source else onward)


def forget_steps(data: Data, keys: set[str]) -> None:
    """Take deleted steps out of what names them: the step for errors, layout and groups."""
    if isinstance(data.get("on_error"), str) and data["on_error"] in keys:
        data["on_error"] = None
    if not isinstance(data.get("layout"), dict):
        return
    layout = layout_of(data)
    places, groups = layout.get("steps"), layout.get("groups")
    if isinstance(places, dict):
        layout["steps"] = {key: place for key, place in places.items() if key not in keys}
    if isinstance(groups, dict):
        layout["groups"] = _forget_in_groups(groups, keys)
    for part in ("steps", "groups"):
        if layout.get(part) == {}:
            del layout[part]


def _forget_in_groups(groups: Data, keys: set[str]) -> Data:
    """The groups without these steps; one that has no other goes."""
    left: Data = {}
    for name, group in groups.items():
        members = group.get("steps") if isinstance(group, dict) else None
        if isinstance(members, list) and keys.intersection(map(str, members)):
            members = [member for member in members if str(member) not in keys]
            if members:
                left[name] = {**group, "steps": members}
        else:
            left[name] = group
    return left


def move_places(work: Work, op: Op) -> str:
    """``move``: where steps and the trigger are drawn."""
    positions = op.mapping("positions")
    if not positions:
        raise EditFault("edit.nothing", "Choose the steps to move first.")
    layout = layout_of(work.data)
    for named, value in positions.items():
        key = work.now_called(named)
        place = as_place(value, key)
        if key == TRIGGER:
            layout[TRIGGER] = place
        else:
            get_step(work.data, key)
            part_of(layout, "steps")[key] = place
    return f"Move {say_title(work.data, next(iter(positions)))}" if len(positions) == 1 else "Move several steps"


def _onward(data: Data, key: str, gone: set[str]) -> str | None:
    """Where the work goes on behind steps that go, None when it ends there."""
    seen: set[str] = set()
    target: str | None = key
    while target in gone and target not in seen:
        seen.add(target)
        target = main_target(steps_of(data)[target])
    return None if target in gone else target

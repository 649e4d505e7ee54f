"""Compares two states of a flow: steps, links, trigger, settings, what is covered, tests. Order of steps is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flows.definition.diff.changes import Change, FlowDiff, StepDiff
from flows.definition.diff.renames import find_renames, follow_renames
from flows.definition.diff.steps import diff_step, list_moved_ports, tell_added, tell_removed
from flows.definition.diff.values import diff_settings, diff_values, make_change, say_value
from flows.definition.graph import error_step
from flows.definition.kind import KindSpec
from flows.definition.model import JSON, FlowDefinition, Step
from flows.definition.sensitive import compile_sensitive, split_path
from flows.definition.trigger import TriggerSpec


def diff_flows(
    old: FlowDefinition,
    new: FlowDefinition,
    *,
    kinds: Mapping[str, KindSpec],
    triggers: Mapping[str, TriggerSpec],
) -> FlowDiff:
    """This will say what ``new`` does otherwise than ``old``. Moving a step to another place in the file is nothing."""
    pairs = find_renames(old, new)
    before = {pairs.get(key, key): follow_renames(step, pairs) for key, step in old.steps.items()}
    steps = list(_diff_steps(old, new, before, kinds))
    gone = [step for key, step in old.steps.items() if pairs.get(key, key) not in new.steps]
    links = [(one.key, port) for one in steps for port in one.ports]
    if new.start in new.steps and pairs.get(old.start, old.start) != new.start:
        links.append(("trigger", "next"))
    return FlowDiff(
        steps=(*steps, *(tell_removed(step, kinds) for step in gone)),
        trigger=tuple(_diff_trigger(old, new, triggers)),
        flow=tuple(_diff_flow(old, new, pairs)),
        tests=tuple(_diff_tests(old.tests, new.tests)),
        sensitive=tuple(_diff_sensitive(old, new, pairs)),
        looks_differ=(old.notes or None, old.layout or None) != (new.notes or None, new.layout or None),
        links=tuple(links),
    )


def _diff_steps(
    old: FlowDefinition, new: FlowDefinition, before: Mapping[str, Step], kinds: Mapping[str, KindSpec]
) -> Iterator[StepDiff]:
    """``before`` are the older steps by the newer keys, with the renames made."""
    old_keys = {renamed: key for key, renamed in zip(old.steps, before, strict=True)}
    for key, step in new.steps.items():
        was = before.get(key)
        if was is None:
            yield tell_added(step, kinds)
            continue
        old_key = old_keys[key]
        changes = diff_step(was, step, (old, new), kinds.get(step.kind))
        if old_key != key:
            changes.insert(0, make_change("Key", f"“{old_key}”", f"“{key}”"))
        if changes:
            yield StepDiff(
                key=key,
                title=step.title,
                sort="changed" if old_key == key else "renamed",
                old_key=old_key if old_key != key else "",
                changes=tuple(changes),
                ports=list_moved_ports(was, step),
            )


def _diff_trigger(old: FlowDefinition, new: FlowDefinition, specs: Mapping[str, TriggerSpec]) -> Iterator[Change]:
    before, after = old.trigger, new.trigger
    if before is None or after is None:
        if before is not None or after is not None:
            yield make_change(
                "What starts it",
                _say_trigger(old, specs) if before else None,
                _say_trigger(new, specs) if after else None,
            )
        return
    if before.kind != after.kind:
        yield make_change("What starts it", _say_trigger(old, specs), _say_trigger(new, specs))
        return
    spec = specs.get(after.kind)
    known = {setting.name: setting for setting in spec.settings} if spec else {}
    yield from diff_settings(before.settings, after.settings, known)


def _say_trigger(flow: FlowDefinition, specs: Mapping[str, TriggerSpec]) -> str:
    trigger = flow.trigger
    if trigger is None:
        return "nothing"
    spec = specs.get(trigger.kind)
    return f"“{spec.describe(trigger.settings)}”" if spec else f"“{trigger.kind}”"


def _diff_flow(old: FlowDefinition, new: FlowDefinition, pairs: Mapping[str, str]) -> Iterator[Change]:
    texts = (
        ("Name", old.name, new.name),
        ("Team", old.team, new.team),
        ("Description", old.description, new.description),
    )
    for label, before, after in texts:
        if before != after:
            yield make_change(label, say_value(before) if before else None, say_value(after) if after else None)
    if old.requested_by != new.requested_by:
        yield make_change("Who asked for it", _or_none(old.requested_by), _or_none(new.requested_by))
    if pairs.get(old.start, old.start) != new.start:
        yield make_change("The first step", _title(old, old.start), _title(new, new.start))
    handlers = error_step(old), error_step(new)
    if pairs.get(handlers[0] or "", handlers[0]) != handlers[1]:
        words = [_title(flow, key) if key else None for flow, key in zip((old, new), handlers, strict=True)]
        yield make_change("The step that takes over after a failure", *words)
    yield from diff_values(dict(old.vars), dict(new.vars), "Variables")
    yield from diff_values(dict(old.forms), dict(new.forms), "Forms")


def _diff_sensitive(old: FlowDefinition, new: FlowDefinition, pairs: Mapping[str, str]) -> Iterator[Change]:
    """What is covered from now on, and, loud, what is not any more: declared in a schema, a form or the list."""
    before, after = compile_sensitive(old), compile_sensitive(new)
    for name in before.list_names():
        path = _rename(split_path(name), pairs)
        is_there = path[0] != "steps" or (len(path) > 1 and path[1] in new.steps)
        if is_there and not after.covers(path):
            text = f"{name} is not sensitive any more: everybody who sees a run will read it in plain text."
            yield Change(text=text, label=name, before="covered", after="shown", is_loud=True)
    back = {new_key: key for key, new_key in pairs.items()}
    for name in after.list_names():
        if not before.covers(_rename(split_path(name), back)):
            yield Change(text=f"{name} is covered from now on.", label=name, before="shown", after="covered")


def _rename(path: tuple[str, ...], pairs: Mapping[str, str]) -> tuple[str, ...]:
    if path[0] != "steps" or len(path) < 2:
        return path
    return ("steps", pairs.get(path[1], path[1]), *path[2:])


def _diff_tests(old: JSON, new: JSON) -> Iterator[Change]:
    before, after = _by_name(old), _by_name(new)
    for name in dict.fromkeys([*after, *before]):
        if name not in before:
            yield Change(text=f"The test “{name}” is new.", label=name)
        elif name not in after:
            yield Change(text=f"The test “{name}” is gone.", label=name)
        elif before[name] != after[name]:
            yield Change(text=f"The test “{name}” is another.", label=name)


def _by_name(tests: JSON) -> dict[str, JSON]:
    rows = tests if isinstance(tests, list) else []
    return {
        str(row.get("name") or place) if isinstance(row, dict) else str(place): row
        for place, row in enumerate(rows, start=1)
    }


def _title(flow: FlowDefinition, key: str) -> str:
    return f"“{flow.steps[key].title}”" if key in flow.steps else "none" if not key else f"“{key}”"


def _or_none(value: str | None) -> str | None:
    return say_value(value) if value else None

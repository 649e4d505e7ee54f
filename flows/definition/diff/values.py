"""Settings compared part by part: where they differ, and both values in words. It knows no step and no trigger."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TypeGuard

from flows.definition.diff.changes import Change
from flows.definition.expressions import is_expression
from flows.definition.kind import Setting
from flows.definition.model import JSON
from flows.definition.phrases import duration_text
from flows.definition.words import join_words, slug_words, type_words

MAX_CHARS = 600
MAX_DEPTH = 8
_ABSENT = object()


def diff_settings(old: Mapping[str, JSON], new: Mapping[str, JSON], known: Mapping[str, Setting]) -> Iterator[Change]:
    """The changes of settings, in the order of the newer state. ``known`` gives their labels and types by name."""
    for name in dict.fromkeys([*new, *old]):
        setting = known.get(name)
        label = (setting.label if setting else "") or slug_words(name)
        yield from diff_values(old.get(name, _ABSENT), new.get(name, _ABSENT), label, setting)


def diff_values(old: object, new: object, label: str, setting: Setting | None = None) -> Iterator[Change]:
    """The changes below one label: mappings are gone into, so that a sentence names the very field."""
    if _same(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for name in dict.fromkeys([*new, *old]):
            yield from diff_values(old.get(name, _ABSENT), new.get(name, _ABSENT), f"{label} › {name}")
    elif isinstance(old, list) and isinstance(new, list) and _are_records(old, new):
        for place, (before, after) in enumerate(zip(old, new, strict=True), start=1):
            yield from diff_values(before, after, f"{label} {place}")
    else:
        yield make_change(label, _say(old, setting), _say(new, setting))


def make_change(label: str, before: str | None, after: str | None) -> Change:
    """The sentence of a change between two values in words; None where there is none."""
    if before is None:
        text = f"{label} is {after}; it was not set before"
    elif after is None:
        text = f"{label} is not set any more; it was {before}"
    else:
        text = f"{label} is {after} instead of {before}"
    return Change(text=f"{text}.", label=label, before=before, after=after)


def say_value(value: JSON, setting: Setting | None = None) -> str:
    """A value as people read it, whole up to ``MAX_CHARS``: expressions as they are written, durations in words."""
    if isinstance(value, str):
        if setting is not None and setting.type == "duration" and not is_expression(value):
            return duration_text(value)
        return _cut(value) if is_expression(value) else f"“{_cut(value)}”"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if setting is not None and setting.type in ("people", "approvers") and _are_refs(value):
        return _cut(join_words([_say_ref(one) for one in value]))
    if isinstance(value, list) and value and all(isinstance(one, (str, int, float)) for one in value):
        return _cut(join_words([str(one) for one in value]))
    return _cut(_say_nested(value, 0))


def _are_refs(value: JSON) -> TypeGuard[list[str]]:
    """Whether it is a list of names alone: what is said beside a name, such as a veto, must not be lost."""
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)


def _say_ref(ref: str) -> str:
    """``team Legal``, ``everyone in Brand``, or the user name; an expression as it is written."""
    if ref.startswith("each:team:"):
        return f"everyone in {slug_words(ref.removeprefix('each:team:'))}"
    return f"team {slug_words(ref.removeprefix('team:'))}" if ref.startswith("team:") else ref


def _say_nested(value: JSON, depth: int) -> str:
    """Mappings as ``name: value`` and lists one after the other, in brackets further below; odd depths as JSON."""
    if isinstance(value, bool) or value is None:
        return "yes" if value else "nothing" if value is None else "no"
    if not isinstance(value, (dict, list)):
        return str(value)
    if not value:
        return "nothing"
    if depth >= MAX_DEPTH:
        return json.dumps(value, ensure_ascii=False)
    inner = (
        [f"{name}: {_say_nested(below, depth + 1)}" for name, below in value.items()]
        if isinstance(value, dict)
        else [_say_nested(below, depth + 1) for below in value]
    )
    text = ", ".join(inner)
    return f"({text})" if depth and len(inner) > 1 else text


def _say(value: object, setting: Setting | None) -> str | None:
    return None if value is _ABSENT else say_value(value, setting)


def _same(old: object, new: object) -> bool:
    """Equal as JSON: ``true`` is not ``1``."""
    if type_words(old) != type_words(new) or old != new:
        return False
    if isinstance(old, (dict, list)):
        return json.dumps(old, sort_keys=True) == json.dumps(new, sort_keys=True)
    return True


def _are_records(old: list[JSON], new: list[JSON]) -> bool:
    return len(old) == len(new) and all(isinstance(one, dict) for one in [*old, *new])


def _cut(text: str) -> str:
    return text if len(text) <= MAX_CHARS else f"{text[: MAX_CHARS - 1]}…"

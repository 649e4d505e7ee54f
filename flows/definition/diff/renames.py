"""Finds steps that were only renamed, so that they are not told as one removed and one added. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from flows.definition.expressions import is_expression
from flows.definition.model import JSON, FlowDefinition, Step


def find_renames(old: FlowDefinition, new: FlowDefinition) -> dict[str, str]:
    """Old key → new key of steps that do the same under another key; each is paired once, in the order of the file."""
    gone = [step for key, step in old.steps.items() if key not in new.steps]
    come = [step for key, step in new.steps.items() if key not in old.steps]
    pairs: dict[str, str] = {}
    for step in gone:
        match = next((one for one in come if one.key not in pairs.values() and _is_twin(step, one)), None)
        if match is not None:
            pairs[step.key] = match.key
    return pairs


def follow_renames(step: Step, pairs: Mapping[str, str]) -> Step:
    """The older step with its key, links and expressions as if the renames had been made in it."""
    if not pairs:
        return step
    return replace(
        step,
        key=pairs.get(step.key, step.key),
        settings={name: _follow(value, pairs) for name, value in step.settings.items()},
        links={port: pairs.get(target, target) for port, target in step.links.items()},
    )


def _is_twin(old: Step, new: Step) -> bool:
    """The same kind, and the same settings or the same name given by hand."""
    if old.kind != new.kind:
        return False
    if old.settings and _follow(dict(old.settings), {old.key: new.key}) == dict(new.settings):
        return True
    return bool(old.name) and old.name == new.name


def _follow(value: JSON, pairs: Mapping[str, str]) -> JSON:
    if isinstance(value, dict):
        return {name: _follow(one, pairs) for name, one in value.items()}
    if isinstance(value, list):
        return [_follow(one, pairs) for one in value]
    if not isinstance(value, str) or not is_expression(value):
        return value
    return re.sub(r"\bsteps\.(\w+)", lambda found: f"steps.{pairs.get(found[1], found[1])}", value)

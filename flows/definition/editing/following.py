"""Follows new keys of steps to everywhere they are named: links, start, layout, paths and expressions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flows.definition.editing.document import Data, links_of
from flows.definition.expressions import ExpressionError, is_expression, rename_steps
from flows.definition.kind import KindSpec
from flows.definition.test_cases import rename_in_tests


def follow_rename(data: Data, names: Mapping[str, str], kinds: Mapping[str, KindSpec]) -> Data:
    """The data with each step of ``names`` under its new key; what refers to it follows, texts stay as they are."""
    joins = {
        key for key, step in data["steps"].items() if (spec := kinds.get(step.get("kind", ""))) and spec.closes_scope
    }
    steps = {names.get(key, key): _follow_in_step(step, names, kinds, joins) for key, step in data["steps"].items()}
    followed = {**data, "steps": steps}
    for place in ("start", "on_error"):
        if isinstance(data.get(place), str):
            followed[place] = names.get(data[place], data[place])
    if isinstance(data.get("layout"), dict):
        followed["layout"] = _follow_in_layout(data["layout"], names)
    if isinstance(data.get("sensitive"), list):
        followed["sensitive"] = [_follow_in_path(path, names, joins) for path in data["sensitive"]]
    if isinstance(data.get("tests"), list):
        followed["tests"] = rename_in_tests(data["tests"], names)
    return followed


def follow_in_expressions(value: Any, names: Mapping[str, str], joins: Collection[str]) -> Any:
    """A settings tree whose expressions name the steps by their new keys; one that does not parse stays as it is."""
    if isinstance(value, str):
        if not is_expression(value) or not any(name in value for name in names):
            return value  # most expressions name none of them, and reading them takes its time
        try:
            return "=" + rename_steps(value[1:], names, joins=joins)
        except ExpressionError:
            return value
    if isinstance(value, dict):
        return {key: follow_in_expressions(member, names, joins) for key, member in value.items()}
    if isinstance(value, list):
        return [follow_in_expressions(item, names, joins) for item in value]
    return value


def _follow_in_step(
    step: Data, names: Mapping[str, str], kinds: Mapping[str, KindSpec], joins: Collection[str]
) -> Data:
    followed = dict(step)
    links = {port: names.get(target, target) for port, target in links_of(step).items()}
    if "next" in links:
        followed["next"] = links.pop("next")
    if links:
        followed["on"] = links
    spec = kinds.get(step.get("kind", ""))
    literal = {setting.name for setting in spec.settings if setting.literal} if spec else set()
    if isinstance(step.get("with"), dict):
        followed["with"] = {
            name: value if name in literal else follow_in_expressions(value, names, joins)
            for name, value in step["with"].items()
        }
    return followed


def _follow_in_layout(layout: Data, names: Mapping[str, str]) -> Data:
    followed = dict(layout)
    if isinstance(layout.get("steps"), dict):
        followed["steps"] = {names.get(key, key): place for key, place in layout["steps"].items()}
    if isinstance(layout.get("groups"), dict):
        followed["groups"] = {name: _follow_in_group(group, names) for name, group in layout["groups"].items()}
    return followed


def _follow_in_group(group: Any, names: Mapping[str, str]) -> Any:
    if not isinstance(group, dict) or not isinstance(group.get("steps"), list):
        return group
    return {**group, "steps": [names.get(key, key) if isinstance(key, str) else key for key in group["steps"]]}


def _follow_in_path(path: Any, names: Mapping[str, str], joins: Collection[str]) -> Any:
    """A dotted path such as ``steps.review.comments``."""
    if not isinstance(path, str):
        return path
    parts = path.split(".")
    if parts[0] != "steps" or len(parts) < 2:
        return path
    inner = len(parts) > 2 and parts[1] in joins
    parts[1] = names.get(parts[1], parts[1])
    if inner:
        parts[2] = names.get(parts[2], parts[2])
    return ".".join(parts)

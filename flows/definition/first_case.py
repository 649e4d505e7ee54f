"""Whether a run surely opens a case before anything can hold it up: then intake may give out its number. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from flows.definition.expressions import is_expression
from flows.definition.graph import successors
from flows.definition.kind import KindSpec
from flows.definition.model import FlowDefinition, Step

OPENER = "case.open"


def opens_case_first(definition: FlowDefinition, kinds: Mapping[str, KindSpec]) -> bool:
    """Whether every way from the start passes ``case.open`` before any wait, effect or choice.

    A branch that ends, a step of an unknown kind and a step with several exits (its error exit counts) are ways that
    may miss it; the branches of a ``parallel`` must all pass one.
    """
    return bool(_find_openers(definition, kinds))


def find_first_case_type(definition: FlowDefinition, kinds: Mapping[str, KindSpec]) -> str:
    """The type of the case that a run surely opens at once; empty where there is none, or where data decide it."""
    types = {step.settings.get("type") for step in _find_openers(definition, kinds)}
    only = types.pop() if len(types) == 1 else None
    return only if isinstance(only, str) and not is_expression(only) else ""


def _find_openers(definition: FlowDefinition, kinds: Mapping[str, KindSpec]) -> list[Step]:
    """The first ``case.open`` of every way; none where a way may miss it."""
    following = successors(definition)
    seen: set[str] = set()
    todo = [definition.start]
    openers: list[Step] = []
    while todo:
        key = todo.pop()
        step = definition.steps.get(key)
        if step is None:
            return []
        if step.kind == OPENER:
            openers.append(step)
            continue
        spec = kinds.get(step.kind)
        if spec is None or not _goes_straight_on(spec, step):
            return []
        seen.add(key)
        todo.extend(target for target in following[key] if target not in seen)
    return openers


def _goes_straight_on(spec: KindSpec, step: Step) -> bool:
    """Whether the step neither waits nor acts outside nor chooses, and no way ends or fails over at it."""
    if spec.opens_scope:
        return bool(step.links) and "error" not in step.links
    is_instant = spec.closes_scope or (spec.family == "pure" and spec.key not in _HOLD_UP)
    return is_instant and spec.exits(step) == ("next",) and set(step.links) == {"next"}


_HOLD_UP = frozenset({"wait", "wait_for"})

"""Which outputs a step may read: those that can have run before it and that its scope sees. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flows.definition.graph import Ancestry, reading_order, successors
from flows.definition.kind import KindSpec
from flows.definition.model import FlowDefinition
from flows.definition.scopes import Scopes, compute_scopes


@dataclass(frozen=True, kw_only=True)
class Readable:
    """A step whose output can be read. ``is_certain``: no way leads to the reader past it."""

    key: str
    is_certain: bool


def list_readable(
    definition: FlowDefinition, kinds: Mapping[str, KindSpec], reader: str, *, scopes: Scopes | None = None
) -> list[Readable]:
    """This will give the steps whose output ``reader`` may read, in reading order; none for one that nothing leads to.

    What happened inside branches is read from their join, what happened inside a loop from the loop.
    """
    scopes = scopes or compute_scopes(definition, kinds)
    if reader not in definition.steps:
        return []
    before = Ancestry(definition).steps_before(reader) - {reader}
    closed = {join: opener for opener, join in scopes.joins.items() if _is_loop(definition, kinds, opener)}
    certain = _dominators(definition, reader)
    return [
        Readable(key=key, is_certain=key in certain)
        for key in reading_order(definition)
        if key in before and key not in closed and scopes.sees(reader, key)
    ]


def list_items(definition: FlowDefinition, scopes: Scopes, reader: str) -> list[tuple[str, str]]:
    """What the items of the loops round a step are called, innermost first, each with the loop's key."""
    names: list[tuple[str, str]] = []
    for opener in reversed(scopes.openers_of(reader)):
        settings = definition.steps[opener].settings
        if "items" not in settings:
            continue
        if not names:
            names.append(("item", opener))
        given = settings.get("as")
        if isinstance(given, str) and given:
            names.append((given, opener))
    return names


def _is_loop(definition: FlowDefinition, kinds: Mapping[str, KindSpec], opener: str) -> bool:
    spec = kinds.get(definition.steps[opener].kind)
    return bool(spec and spec.outer_ports)


def _dominators(definition: FlowDefinition, reader: str) -> frozenset[str]:
    """The steps that every way from the start to ``reader`` leads over (the way through the flow's step for errors
    apart), by removing none: the meet over all ways, gone through until nothing changes."""
    start = definition.start
    following = successors(definition)
    order = [key for key in reading_order(definition)]
    if start not in definition.steps or reader not in order:
        return frozenset()
    sources: dict[str, list[str]] = {key: [] for key in order}
    for key in order:
        for target in following[key]:
            if target in sources:
                sources[target].append(key)
    over: dict[str, frozenset[str]] = {start: frozenset({start})}
    changed = True
    while changed:
        changed = False
        for key in order:
            known = [over[source] for source in sources[key] if source in over]
            if key == start or not known:
                continue
            found = frozenset.intersection(*known) | {key}
            if over.get(key) != found:
                over[key], changed = found, True
    return over.get(reader, frozenset()) - {reader}

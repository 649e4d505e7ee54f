"""What an expression can be made of, source by source, as the picker and the completion show it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from flows.definition.completion import DataNode, make_tree, walk
from flows.definition.model import JSON
from flows.definition.start_forms import find_body_schema
from flows.designer.data.bench import TRIGGER, Bench

NODES_AT_MOST = 600
UNKNOWN = ("subflow", "decision_table")


@dataclass(frozen=True, kw_only=True)
class DataSource:
    """Where data comes from: the trigger, a step, a loop's item … ``said`` is what its sample is.

    ``may_be_missing``: some ways to the step do not lead over it.
    """

    title: str
    icon: str
    node: DataNode
    said: str = ""
    is_made_up: bool = False
    may_be_missing: bool = False


def list_sources(bench: Bench, step: str, setting: str = "") -> list[DataSource]:
    """This will give what an expression at this place may read, nearest what comes first in the flow."""
    if step not in bench.definition.steps:
        return list(_intake_sources(bench, step, setting))
    roots = bench.roots(step)
    return [
        *_item_sources(bench, step, roots),
        _trigger_source(bench, roots["trigger"]),
        *_step_sources(bench, step, roots),
        *_other_sources(roots),
    ]


def as_completions(sources: list[DataSource]) -> list[dict[str, Any]]:
    """The paths as JSON: ``{path, name, words, type, example, missing, each, from, icon}``."""
    found: list[dict[str, Any]] = []
    for source in sources:
        for node in walk(source.node):
            if node.path and len(found) < NODES_AT_MOST:
                found.append(
                    {
                        "path": node.path,
                        "name": node.name,
                        "words": chip_words(source, node),
                        "type": node.type,
                        "example": node.example,
                        "missing": node.may_be_missing or source.may_be_missing,
                        "each": node.of_each,
                        "from": source.title,
                        "icon": source.icon,
                    }
                )
    return found


def chip_words(source: DataSource, node: DataNode) -> str:
    """What a chip of this path says: the field alone, the source where all of it is meant."""
    if node is source.node:
        return source.title
    inside = node.path.removeprefix("trigger.body.").removeprefix(f"{source.node.path}.")
    return inside.replace("`", "")


def _intake_sources(bench: Bench, step: str, setting: str) -> Iterator[DataSource]:
    sample = bench.samples.trigger
    for name, value in bench.roots(step, setting).items():
        node = make_tree(name, name, value, _body_schema(bench) if name in ("body", "event") else None)
        yield DataSource(
            title=_INTAKE.get(name, name.capitalize()),
            icon=bench.icon(TRIGGER),
            node=node,
            said=sample.said,
            is_made_up=sample.is_made_up,
        )


def _item_sources(bench: Bench, step: str, roots: dict[str, JSON]) -> Iterator[DataSource]:
    for name, loop in bench.items(step):
        title = f"Item of {bench.title(loop)}" if name == "item" else f"{name.capitalize()} of {bench.title(loop)}"
        sample = bench.sample_of(loop)
        yield DataSource(
            title=title,
            icon=bench.icon(loop),
            node=make_tree(name, name, roots.get(name)),
            said=sample.said if sample else "",
            is_made_up=bool(sample and sample.is_made_up),
        )


def _trigger_source(bench: Bench, value: JSON) -> DataSource:
    """The body's members first and bare: they are what people mean; headers, query and files behind them."""
    sample = bench.samples.trigger
    parts = value if isinstance(value, dict) else {}
    body = make_tree("body", "trigger.body", parts.get("body"), _body_schema(bench))
    others = [
        make_tree(name, f"trigger.{name}", parts.get(name)) for name in ("headers", "query", "files") if parts.get(name)
    ]
    whole = replace(body, name="the whole of it", children=(), example="")
    children = (*(body.children or (whole,)), *others, *((whole,) if body.children else ()))
    return DataSource(
        title=bench.title(TRIGGER),
        icon=bench.icon(TRIGGER),
        node=DataNode(name="trigger", path="trigger", type="group", example=body.example, children=children),
        said=sample.said,
        is_made_up=sample.is_made_up,
    )


def _step_sources(bench: Bench, step: str, roots: dict[str, JSON]) -> Iterator[DataSource]:
    for readable in bench.readable(step):
        sample = bench.samples.steps.get(readable.key)
        value = roots["steps"].get(readable.key)
        if sample is None or (value is None and sample.is_made_up and not _is_unknown(bench, readable.key)):
            continue  # the kind gives no output
        yield DataSource(
            title=bench.title(readable.key),
            icon=bench.icon(readable.key),
            node=make_tree(readable.key, f"steps.{readable.key}", value),
            said=sample.said,
            is_made_up=sample.is_made_up,
            may_be_missing=not readable.is_certain,
        )


def _is_unknown(bench: Bench, key: str) -> bool:
    """Whether the step gives something that nobody can make up: another flow's output, a table's row."""
    return bench.definition.steps[key].kind in UNKNOWN


def _other_sources(roots: dict[str, JSON]) -> Iterator[DataSource]:
    for name, title, icon in (
        ("case", "The case", "briefcase"),
        ("vars", "Variables", "variable"),
        ("run", "This run", "player-play"),
    ):
        value = roots.get(name)
        if value:
            yield DataSource(title=title, icon=icon, node=make_tree(name, name, value))


def _body_schema(bench: Bench) -> JSON:
    trigger = bench.definition.trigger
    return find_body_schema(trigger.settings) if trigger else None


_OTHERS = (("case", "The case", "briefcase"), ("vars", "Variables", "variable"), ("run", "This run", "player-play"))
_INTAKE = {"body": "What came", "headers": "Headers", "query": "Query", "event": "The event"}

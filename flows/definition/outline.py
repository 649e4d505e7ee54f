"""Tells a flow in plain language, a line a step, for the read-only outline. It judges nothing and renders no HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from flows.definition.graph import error_step, reading_order
from flows.definition.kind import KindSpec
from flows.definition.model import FlowDefinition, RetryPolicy, Step
from flows.definition.phrases import duration_words
from flows.definition.scopes import Scopes, compute_scopes
from flows.definition.trigger import TriggerSpec
from flows.definition.words import count_of, join_words, slug_words

_END_OF_BODY = "The item is done, and the next one follows"


@dataclass(frozen=True, kw_only=True)
class OutlineLink:
    """Where a step goes on: the ports that lead there, the step's key, and both in words."""

    ports: tuple[str, ...]
    target: str
    text: str
    is_error: bool = False


@dataclass(frozen=True, kw_only=True)
class OutlineLine:
    """One step in words. ``depth`` counts the scopes round it; ``is_repeated``: the innermost is a loop.

    ``retry`` is None when nothing is repeated.

    ``ends`` is None, or how it ends when no link leads on. ``is_reachable`` is false for steps that never run;
    ``takes_errors`` marks the step that takes over when another one fails.
    """

    key: str
    title: str
    icon: str
    kind: str
    kind_label: str
    text: str
    depth: int = 0
    links: tuple[OutlineLink, ...] = ()
    retry: str | None = None
    ends: str | None = None
    is_reachable: bool = True
    takes_errors: bool = False
    is_repeated: bool = False


def outline(definition: FlowDefinition, kinds: Mapping[str, KindSpec]) -> list[OutlineLine]:
    """The steps in reading order, then those that cannot be reached.

    What leads to a step stands before it, the body of a loop before what follows the loop.
    """
    scopes = compute_scopes(definition, kinds)
    loops = [key for key, step in definition.steps.items() if _is_loop(kinds.get(step.kind))]
    order = _put_bodies_first(reading_order(definition), loops, scopes)
    lost = [key for key in definition.steps if key not in set(order)]
    ends_of_bodies = {scopes.join_of(key) for key in loops}
    lines: list[OutlineLine] = []
    for index, key in enumerate([*order, *lost]):
        step = definition.steps[key]
        spec = kinds.get(step.kind)
        lines.append(
            OutlineLine(
                key=key,
                title=step.title,
                icon=spec.icon if spec else "help",
                kind=step.kind,
                kind_label=spec.label if spec else step.kind,
                text=_END_OF_BODY
                if key in ends_of_bodies
                else spec.describe(step)
                if spec
                else f"Unknown kind '{step.kind}'",
                depth=scopes.depth_of(key),
                links=_links(step, definition, spec),
                retry=f"tries {tries}" if (tries := retry_words(step.retry)) else None,
                ends=None
                if key in ends_of_bodies or any(port != "error" for port in step.links)
                else _ending(spec, scopes.depth_of(key)),
                is_reachable=index < len(order),
                takes_errors=key == error_step(definition),
                is_repeated=scopes.opener_of(key) in loops,
            )
        )
    return lines


def outline_trigger(definition: FlowDefinition, triggers: Mapping[str, TriggerSpec]) -> OutlineLine | None:
    """What starts the flow, in words; None without a trigger."""
    trigger = definition.trigger
    if trigger is None:
        return None
    spec = triggers.get(trigger.kind)
    return OutlineLine(
        key="trigger",
        title="Start",
        icon=spec.icon if spec else "help",
        kind=trigger.kind,
        kind_label=spec.label if spec else slug_words(trigger.kind),
        text=spec.describe(trigger.settings) if spec else f"Unknown trigger '{trigger.kind}'",
    )


def _is_loop(spec: KindSpec | None) -> bool:
    return bool(spec and spec.opens_scope and spec.outer_ports)


def _put_bodies_first(order: list[str], loops: list[str], scopes: Scopes) -> list[str]:
    """The order with each loop's body right behind the loop, its join last."""
    for loop in sorted((key for key in loops if key in order), key=scopes.depth_of):
        body = [key for key in order if loop in scopes.openers_of(key)]
        join = scopes.join_of(loop)
        moved = [*body, *([join] if join in order else [])]
        rest = [key for key in order if key not in moved]
        behind = rest.index(loop) + 1
        order = [*rest[:behind], *moved, *rest[behind:]]
    return order


def _links(step: Step, definition: FlowDefinition, spec: KindSpec | None) -> tuple[OutlineLink, ...]:
    by_target: dict[tuple[str, bool], list[str]] = {}
    for port, target in step.links.items():
        by_target.setdefault((target, port == "error"), []).append(port)
    several = bool(spec and len(spec.exits(step)) > 1 and not spec.opens_scope)
    links = []
    for (target, is_error), ports in by_target.items():
        there = definition.steps[target].title if target in definition.steps else f"“{target}”, which does not exist"
        is_branch = bool(spec and spec.opens_scope and not spec.outer_ports)
        lead = _lead(ports, spec, is_error=is_error, is_branch=is_branch, several=several)
        text = f"{lead}: {there}" if lead else f"then {there}"
        links.append(OutlineLink(ports=tuple(ports), target=target, text=text, is_error=is_error))
    outer = spec.outer_ports if spec else ()
    return tuple(sorted(links, key=lambda link: (link.is_error, any(port in outer for port in link.ports))))


def _lead(ports: list[str], spec: KindSpec | None, *, is_error: bool, is_branch: bool, several: bool) -> str:
    """How a link is introduced: ``if approved or rejected``, ``on error``, ``else`` …; empty for ``then``."""
    if is_error:
        return "on error"
    if is_branch:
        return f"branch {join_words([_port_words(port) for port in ports])}"
    if ports == ["each"]:
        return "for each one"
    if ports == ["next"] and _is_loop(spec):
        return "after the last one"
    if ports == ["next"] and not several:
        return ""
    if ports == ["default"]:
        return "else"
    good = "it comes in time" if spec and "timeout" in spec.ports else "all is well"
    words = [good if port == "next" else _port_words(port) for port in ports]
    return f"if {join_words(words, 'or')}"


def _port_words(port: str) -> str:
    return {"default": "none of these", "timeout": "the time is up"}.get(port, port.replace("_", " "))


def _ending(spec: KindSpec | None, depth: int) -> str:
    if spec is not None and not spec.exits(Step(key="", kind="")) and not spec.ports_of:
        return "The run ends here"
    return "This branch ends here" if depth else "The run ends here"


def retry_words(retry: RetryPolicy | None) -> str | None:
    """``up to 5 times, waiting 1 second and then double``; None when nothing is repeated."""
    if retry is None or retry.max_attempts <= 1:
        return None
    tries = f"up to {count_of(retry.max_attempts, 'time')}"
    if retry.first_delay_s == 0:
        return f"{tries}, at once"
    waiting = f"{tries}, waiting {duration_words(timedelta(seconds=retry.first_delay_s))}"
    if retry.factor == 1 or retry.max_attempts == 2:
        return f"{waiting} each time" if retry.max_attempts > 2 else waiting
    growth = "double" if retry.factor == 2 else f"{retry.factor:g} times as long"
    return f"{waiting} and then {growth}"

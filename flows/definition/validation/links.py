"""Checks of the links: where they lead, by which ports, what they leave out of reach, and the scopes they cross."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flows.definition.graph import reachable_steps
from flows.definition.kind import Finding, KindSpec
from flows.definition.model import FlowDefinition, Step
from flows.definition.places import finding_at, link_path
from flows.definition.scopes import compute_scopes
from flows.definition.validation.faults import key_fault
from flows.definition.words import did_you_mean


def check_links(definition: FlowDefinition, kinds: Mapping[str, KindSpec]) -> Iterator[Finding]:
    """Findings about targets, ports, unreachable steps and scopes."""
    for step in definition.steps.values():
        yield from _check_targets(step, definition)
        spec = kinds.get(step.kind)
        if spec is not None:
            yield from _check_ports(step, spec)
    if definition.start in definition.steps:
        reached = reachable_steps(definition)
        for key in definition.steps:
            if key not in reached:
                yield finding_at(
                    ("steps", key),
                    f"No way leads to '{key}', so it would never run. Link a step to it, or remove it.",
                    code="definition.unreachable",
                )
    scopes = compute_scopes(definition, kinds)
    yield from scopes.findings
    for opener, join in scopes.joins.items():
        yield from _check_join(definition.steps[opener], definition.steps[join], kinds[definition.steps[opener].kind])


def _check_targets(step: Step, definition: FlowDefinition) -> Iterator[Finding]:
    for port, target in step.links.items():
        if target not in definition.steps:
            yield finding_at(
                link_path(step.key, port),
                f"The link '{port}' leads to '{target}', but there is no such step."
                f"{did_you_mean(target, definition.steps, what='Steps')}",
                code="definition.dangling_link",
            )


def _check_ports(step: Step, spec: KindSpec) -> Iterator[Finding]:
    exits = (*spec.exits(step), "error")
    for port in step.links:
        if port in exits and not spec.free_ports:
            continue
        if spec.free_ports:
            message = key_fault(port, "a port")
        elif exits == ("error",):
            message = f"Nothing follows '{step.key}', which ends the run. Remove the link '{port}'."
        else:
            message = f"'{step.key}' has no port '{port}'.{did_you_mean(port, exits, what='Ports')}"
        if message:
            yield finding_at(link_path(step.key, port), message, code="definition.port")


def _check_join(opener: Step, join: Step, spec: KindSpec) -> Iterator[Finding]:
    """A loop goes on by one link, its own or its join's; a join cannot wait for more branches than there are."""
    for port in spec.outer_ports:
        ways = {step.links[port] for step in (opener, join) if port in step.links}
        if len(ways) > 1:
            yield finding_at(
                link_path(join.key, port),
                f"'{opener.key}' goes on by its own '{port}' after the last item, so '{join.key}' cannot lead "
                "elsewhere. Remove one of the two links.",
                code="definition.scope",
            )
    if not spec.outer_ports:
        branches, mode = len([port for port in opener.links if port != "error"]), join.settings.get("mode")
        if isinstance(mode, int) and mode > branches:
            yield finding_at(
                ("steps", join.key, "with", "mode"),
                f"'{join.key}' waits for {mode} branches, but '{opener.key}' starts only {branches}. Write a smaller "
                "number, or all.",
                code="definition.setting",
            )

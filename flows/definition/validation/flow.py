"""Checks of what stands at the top of a flow: its keys, variables, start and what takes over after a failure."""

from __future__ import annotations

from collections.abc import Iterator

from flows.definition.expressions import is_expression
from flows.definition.kind import Finding
from flows.definition.model import FlowDefinition
from flows.definition.places import finding_at
from flows.definition.validation.faults import FLOW_KEY, MAX_KEY_CHARS, key_fault
from flows.definition.words import did_you_mean, type_words


def check_flow(definition: FlowDefinition) -> Iterator[Finding]:
    """Findings about keys, ``vars``, ``start`` and ``on_error``."""
    for name, value in (("flow", definition.key), ("team", definition.team)):
        if not FLOW_KEY.match(value) or len(value) > MAX_KEY_CHARS:
            yield finding_at(
                (name,),
                f"'{value}' cannot be the key of a {name}. Use lower-case letters, digits and hyphens (at most "
                f"{MAX_KEY_CHARS}), such as 'content-approval'.",
            )
    if not definition.steps:
        yield finding_at(("steps",), "The flow has no step yet. Add the first one.", code="definition.no_steps")
    elif definition.start not in definition.steps:
        yield finding_at(
            ("start",),
            f"The flow starts with '{definition.start}', but there is no such step."
            f"{did_you_mean(definition.start, definition.steps, what='Steps')}",
        )
    yield from _check_vars(definition)
    for key in definition.steps:
        message = key_fault(key, "a step")
        if message:
            yield finding_at(("steps", key), message)
    yield from _check_on_error(definition)


def _check_on_error(definition: FlowDefinition) -> Iterator[Finding]:
    handler = definition.on_error
    if handler is None:
        return
    if not isinstance(handler, str):
        yield finding_at(
            ("on_error",),
            f"'on_error' must be the key of a step, but is {type_words(handler)}. Name the step that takes over when "
            "another one fails.",
        )
    elif handler not in definition.steps:
        yield finding_at(
            ("on_error",),
            f"'on_error' names '{handler}', but there is no such step."
            f"{did_you_mean(handler, definition.steps, what='Steps')}",
            code="definition.dangling_link",
        )


def _check_vars(definition: FlowDefinition) -> Iterator[Finding]:
    for key, value in definition.vars.items():
        message = key_fault(key, "a variable")
        if message:
            yield finding_at(("vars", key), message)
        if is_expression(value):
            yield finding_at(
                ("vars", key),
                f"Variables are constants, so '{key}' cannot be an expression. Work it out in a 'set' step.",
            )

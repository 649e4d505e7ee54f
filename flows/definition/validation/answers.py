"""Checks that a caller who waits is answered, and that there is a caller where a step answers one."""

from __future__ import annotations

from collections.abc import Iterator

from flows.definition.kind import Finding
from flows.definition.model import FlowDefinition
from flows.definition.places import finding_at


def check_answers(definition: FlowDefinition) -> Iterator[Finding]:
    """Warnings about ``respond`` steps without ``respond: true`` at the trigger, and the other way round."""
    trigger = definition.trigger
    waits = trigger is not None and trigger.settings.get("respond") is True
    answering = [step.key for step in definition.steps.values() if step.kind == "respond"]
    if waits and not answering:
        yield finding_at(
            ("trigger", "respond"),
            "The caller waits for an answer, but no step gives one. Add a step of kind 'respond', or remove 'respond'.",
            code="definition.nobody_answers",
            severity="warning",
        )
    if waits:
        return
    has_caller = trigger is not None and trigger.kind == "webhook"
    remedy = "Add 'respond: true' to the trigger" if has_caller else "Only a webhook has one. Remove the step"
    for key in answering:
        yield finding_at(
            ("steps", key, "kind"),
            f"'{key}' answers a caller, but nobody waits for it. {remedy}.",
            code="definition.nobody_waits",
            severity="warning",
        )

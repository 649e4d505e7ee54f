"""How a visit left its step, in words, for tries and runs alike. It owns wording, never meaning. Pure."""

from __future__ import annotations

from flows.definition.kind import KindSpec
from flows.definition.model import FlowDefinition, Step
from flows.definition.words import say_port

CHOOSE = "choose"


def say_leaving(port: str, step: Step, spec: KindSpec | None, definition: FlowDefinition) -> str:
    """``went on by “otherwise” to “Check”``, or ``ended here by “rejected”`` where that port leads nowhere.

    "" where there was nothing to choose. For a visit that is done; ``port`` "" is none.
    """
    if step.kind == CHOOSE and not port:
        return "ended here, since no case was true"
    way = _say_exit(port, step, spec)
    if not way:
        return ""
    target = definition.steps.get(step.links.get(port, ""))
    return f"went on by “{way}” to “{target.title}”" if target is not None else f"ended here by “{way}”"


def _say_exit(port: str, step: Step, spec: KindSpec | None) -> str:
    """The way by which a step was left, as it is written beside its link; "" where there is but one."""
    several = spec is not None and not spec.opens_scope and len(spec.exits(step)) > 1
    return say_port(port) if port and (port != "next" or several) else ""

"""Forms that a flow holds itself, under ``forms:``: its steps and its start name them by ``form: {use: name}``. Pure.

The flow's own name goes before that of the library; with ``version`` the library is always meant. What runs, checks or
samples a flow takes the definition with the forms put in; what edits, compares or exports it takes it as written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from flows.definition.model import JSON, FlowDefinition, Step

ASKING_KINDS = ("task.assign", "task.approve")  # other kinds may call something else ``form``
STARTING_KIND = "form"


def with_own_forms(definition: FlowDefinition) -> FlowDefinition:
    """This will put the flow's own forms in where they are named. Without any it is the definition itself."""
    if not definition.forms:
        return definition
    trigger = definition.trigger
    if trigger is not None and trigger.kind == STARTING_KIND:
        trigger = replace(trigger, settings=_fill(trigger.settings, definition.forms))
    steps = {key: _fill_step(step, definition.forms) for key, step in definition.steps.items()}
    return replace(definition, steps=steps, trigger=trigger)


def find_own_form(forms: Mapping[str, JSON], form: JSON) -> str | None:
    """The name of the flow's own form that ``form`` names; None for fields of its own and for the library."""
    if not isinstance(form, Mapping) or form.get("version") is not None:
        return None
    name = form.get("use")
    return name if isinstance(name, str) and name in forms else None


def list_named(definition: FlowDefinition) -> Iterator[tuple[tuple[str, ...], Mapping[str, JSON]]]:
    """Where the flow names a form, its own or one of the library: (path in the flow file, ``{use, version}``)."""
    trigger = definition.trigger
    if trigger is not None and trigger.kind == STARTING_KIND and _names_form(trigger.settings):
        yield ("trigger", "form"), trigger.settings["form"]
    for step in definition.steps.values():
        if step.kind in ASKING_KINDS and _names_form(step.settings):
            yield ("steps", step.key, "with", "form"), step.settings["form"]


def _names_form(settings: Mapping[str, Any]) -> bool:
    form = settings.get("form")
    return isinstance(form, Mapping) and isinstance(form.get("use"), str)


def _fill_step(step: Step, forms: Mapping[str, JSON]) -> Step:
    return replace(step, settings=_fill(step.settings, forms)) if step.kind in ASKING_KINDS else step


def _fill(settings: Mapping[str, JSON], forms: Mapping[str, JSON]) -> Mapping[str, JSON]:
    name = find_own_form(forms, settings.get("form"))
    return settings if name is None else {**settings, "form": forms[name]}

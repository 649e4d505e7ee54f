"""Checks of ``forms:``: each is a form with a name, somebody fills it in, and nobody asks for a version of it."""

from __future__ import annotations

from collections.abc import Iterator

from flows.definition.filling import list_unknown, tell_unknown
from flows.definition.kind import Finding
from flows.definition.model import FlowDefinition
from flows.definition.own_forms import ASKING_KINDS, find_own_form, list_named
from flows.definition.places import finding_at
from flows.definition.validation.forms import LIBRARY_KEY, check_form


def check_own_forms(definition: FlowDefinition) -> Iterator[Finding]:
    """Findings about the forms that the flow holds itself, each at its place under ``forms:``."""
    named = list(list_named(definition))
    for name, form in definition.forms.items():
        if not LIBRARY_KEY.fullmatch(name):
            yield finding_at(
                ("forms", name),
                f"'{name}' cannot name a form. Use lower-case letters, digits, '-' and '_', such as 'expense-claim'.",
            )
        elif isinstance(form, dict) and "use" in form:
            yield finding_at(
                ("forms", name),
                f"The form '{name}' names another one. Write its fields here, or name the other one in the step.",
            )
        else:
            for message, below in check_form(form):
                yield finding_at(("forms", name, *below), message)
        if all(use["use"] != name or use.get("version") is not None for _, use in named):
            yield finding_at(
                ("forms", name),
                f"Nobody fills in the form '{name}'. Name it in a step by 'form: {{use: {name}}}', or remove it.",
                code="definition.idle_form",
                severity="warning",
            )
    yield from _check_fills(definition)
    for path, use in named:
        if use["use"] in definition.forms and use.get("version") is not None:
            yield finding_at(
                (*path, "version"),
                f"'{use['use']}' is a form of this flow, which has no versions. Leave 'version' out, or give the "
                "flow's form another name to mean the library's.",
            )


def _check_fills(definition: FlowDefinition) -> Iterator[Finding]:
    """Steps that fill a form of the flow in name only fields that it has."""
    for step in definition.steps.values():
        name = find_own_form(definition.forms, step.settings.get("form"))
        if name is not None and step.kind in ASKING_KINDS:
            form = definition.forms[name]
            for unknown in list_unknown(step.settings.get("fill"), form):
                yield finding_at(("steps", step.key, "with", "fill", unknown), tell_unknown(unknown, form))

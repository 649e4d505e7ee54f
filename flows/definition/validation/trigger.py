"""Checks of what starts a flow, by the shape that its trigger has. Knows no trigger by name but those still to come."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from flows.definition.effect import ENVIRONMENT_PATTERN
from flows.definition.expressions import is_expression
from flows.definition.kind import Finding, Setting
from flows.definition.model import JSON, FlowDefinition
from flows.definition.own_forms import with_own_forms
from flows.definition.places import Path, finding_at
from flows.definition.trigger import TriggerSpec
from flows.definition.validation.setting_types import check_type
from flows.definition.words import did_you_mean

LATER_TRIGGERS: tuple[str, ...] = ()


def check_trigger(definition: FlowDefinition, triggers: Mapping[str, TriggerSpec]) -> Iterator[Finding]:
    """Findings about ``trigger:``; its expressions are checked with all others."""
    trigger = definition.trigger
    if trigger is None:
        yield finding_at(
            ("trigger",),
            "Nothing starts this flow. Add 'trigger:' with a 'kind', such as webhook, schedule or manual.",
            code="definition.no_trigger",
            severity="warning",
        )
        return
    spec = triggers.get(trigger.kind)
    if spec is None:
        yield _unknown_kind(trigger.kind, triggers)
        return
    yield from _check_names(trigger.settings, spec)
    for setting in spec.settings:
        yield from _check_setting(spec, setting, trigger.settings.get(setting.name))
    yield from _check_environment(trigger.settings.get("environment"))
    if spec.check is not None:
        filled = with_own_forms(definition).trigger or trigger
        yield from spec.check(filled.settings)


def _check_environment(name: JSON) -> Iterator[Finding]:
    if isinstance(name, str) and not is_expression(name) and not re.fullmatch(ENVIRONMENT_PATTERN, name):
        yield finding_at(
            ("trigger", "environment"),
            "An environment is called by small letters, digits, '-' and '_', at most 20, such as 'staging'.",
        )


def _unknown_kind(kind: str, triggers: Mapping[str, TriggerSpec]) -> Finding:
    if kind in LATER_TRIGGERS:
        return finding_at(
            ("trigger", "kind"),
            f"The trigger '{kind}' is not available in this version. Use another, such as 'webhook'.",
            code="definition.not_available",
        )
    hint = did_you_mean(kind, (*triggers, *LATER_TRIGGERS), what="Triggers") or " Use 'webhook'."
    return finding_at(("trigger", "kind"), f"There is no trigger '{kind}'.{hint}")


def _check_names(settings: Mapping[str, JSON], spec: TriggerSpec) -> Iterator[Finding]:
    known = [setting.name for setting in spec.settings]
    for name in settings:
        if name in spec.later:
            yield finding_at(
                ("trigger", name),
                f"'{name}' is not available in this version. Remove it.",
                code="definition.not_available",
            )
        elif name not in known:
            hint = did_you_mean(name, known, what="Settings") or " Remove it."
            yield finding_at(("trigger", name), f"'{name}' is not a setting of the trigger '{spec.key}'.{hint}")


def _check_setting(spec: TriggerSpec, setting: Setting, value: JSON) -> Iterator[Finding]:
    path: Path = ("trigger", setting.name)
    if value is None:
        if setting.required:
            such = f", such as '{setting.name}: {setting.sample}'" if isinstance(setting.sample, str) else ""
            yield finding_at(
                ("trigger",),
                f"The trigger '{spec.key}' needs '{setting.name}'. Add it under 'trigger:'{such}.",
                code="definition.missing_setting",
            )
    elif setting.name in spec.keys:
        if not is_expression(value):
            yield finding_at(
                path,
                f"'{setting.name}' must be an expression that picks something from what came, such as "
                f"'{setting.sample}'.",
            )
    elif is_expression(value):
        if setting.literal:
            yield finding_at(
                path,
                f"'{setting.name}' is fixed when the flow is published, so it cannot be an expression. Write it out.",
            )
    else:
        for message, below in check_type(setting, value):
            yield finding_at((*path, *below), message)

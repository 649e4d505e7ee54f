"""The kinds and triggers as the palette and the canvas need them: JSON out of their own shapes."""

from __future__ import annotations

from typing import Any

from flows.definition.kind import KindSpec, Setting
from flows.definition.model import Step
from flows.definition.trigger import TriggerSpec
from flows.registry import kind_specs, trigger_specs


def tell_kinds() -> dict[str, Any]:
    """``{kinds: […], triggers: […]}`` in the order of the registry."""
    return {
        "kinds": [tell_kind(spec) for spec in kind_specs().values()],
        "triggers": [tell_trigger(spec) for spec in trigger_specs().values()],
    }


def tell_kind(spec: KindSpec) -> dict[str, Any]:
    """One kind: words, ports, what a new step begins with."""
    return {
        "key": spec.key,
        "label": spec.label,
        "group": spec.group,
        "icon": spec.icon,
        "text": getattr(spec, "summary", "") or spec.describe(Step(key="new", kind=spec.key)),
        "ports": list(spec.exits(Step(key="new", kind=spec.key))),
        "free_ports": spec.free_ports,
        "opens_scope": spec.opens_scope,
        "closes_scope": spec.closes_scope,
        "outer_ports": list(spec.outer_ports),
        "defaults": {"with": _defaults(spec.settings)},
    }


def tell_trigger(spec: TriggerSpec) -> dict[str, Any]:
    """One trigger."""
    return {
        "key": spec.key,
        "label": spec.label,
        "group": "trigger",
        "icon": spec.icon,
        "text": getattr(spec, "summary", "") or spec.describe({}),
        "defaults": {"with": _defaults(spec.settings)},
    }


def _defaults(settings: tuple[Setting, ...]) -> dict[str, Any]:
    found = {setting.name: getattr(setting, "default", None) for setting in settings}
    return {name: value for name, value in found.items() if value is not None}

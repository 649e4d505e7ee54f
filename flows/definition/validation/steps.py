"""Checks of one step: its kind, its settings against the kind's shape, and its retry rule."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from flows.definition.expressions import is_expression
from flows.definition.kind import Finding, KindSpec, Setting
from flows.definition.model import JSON, Step
from flows.definition.places import Path, finding_at, pointer_path
from flows.definition.validation.setting_types import check_type
from flows.definition.words import did_you_mean

LATER_KINDS = frozenset({
    "notify.ask", "workspace.upsert", "document.store",
    "document.fetch", "document.set_status", "event.publish", "connector.call",
})  # fmt: skip
MAX_ATTEMPTS = 100
MAX_DELAY_S = 30 * 86_400
_WRITES = ("POST", "PATCH")


def check_step(step: Step, kinds: Mapping[str, KindSpec]) -> Iterator[Finding]:
    """Findings about the kind, the settings and the retry rule of ``step``."""
    yield from _check_retry(step)
    spec = kinds.get(step.kind)
    if spec is None:
        yield finding_at(("steps", step.key, "kind"), *_unknown_kind(step.kind, kinds))
        return
    if not spec.open_settings:
        yield from _check_names(step, spec)
    for setting in spec.settings:
        yield from _check_setting(step, setting)
    for message, pointer in spec.check(step) if spec.check else ():
        yield finding_at(("steps", step.key, "with", *pointer_path(pointer)), message, code="definition.setting")
    if step.retry and 1 < step.retry.max_attempts <= MAX_ATTEMPTS and not (spec.may_pass or spec.family == "outside"):
        yield finding_at(
            ("steps", step.key, "retry"),
            f"'retry:' does nothing here: when a '{step.kind}' step fails, it fails again each time, so it is not "
            "tried again. Remove it, or link the 'error' port.",
            code="definition.idle_retry",
            severity="warning",
        )
    if spec.family == "outside" and step.retry and _is_unsafe_repeat(step):
        yield finding_at(
            ("steps", step.key, "retry"),
            f"'{step.key}' tries a {step.settings['method']} again without saying whether that is safe. Add "
            "'repeat: safe' if the partner ignores repeats of one Idempotency-Key, else 'repeat: ask'.",
            code="definition.unsafe_retry",
            severity="warning",
        )


def _unknown_kind(kind: str, kinds: Mapping[str, KindSpec]) -> tuple[str]:
    if kind in LATER_KINDS:
        return (f"The kind '{kind}' is not available in this version. Use another kind, or remove the step.",)
    return (f"There is no kind '{kind}'.{did_you_mean(kind, kinds, what='Kinds') or ' See the list of kinds.'}",)


def _check_names(step: Step, spec: KindSpec) -> Iterator[Finding]:
    known = [setting.name for setting in spec.settings]
    for name in step.settings:
        path: Path = ("steps", step.key, "with", name)
        if name in spec.later:
            yield finding_at(
                path,
                f"'{name}' is not available in this version for a '{spec.key}' step. Remove it.",
                code="definition.not_available",
            )
        elif name not in known:
            hint = did_you_mean(name, known, what="Settings") or " Remove it."
            yield finding_at(
                path, f"'{name}' is not a setting of '{spec.key}'.{hint}", code="definition.unknown_setting"
            )


def _is_spared(step: Step, setting: Setting) -> bool:
    """Whether a required setting may be left out here."""
    instead = setting.unless and step.settings.get(setting.unless) is not None
    return bool(instead) or (setting.type == "value" and setting.name in step.settings)


def _check_setting(step: Step, setting: Setting) -> Iterator[Finding]:
    path: Path = ("steps", step.key, "with", setting.name)
    value: JSON = step.settings.get(setting.name)
    if value is None:
        if setting.required and not _is_spared(step, setting):
            yield finding_at(
                ("steps", step.key, "with"),
                f"'{step.kind}' needs '{setting.name}'. Add it under 'with:'.",
                code="definition.missing_setting",
            )
        return
    if is_expression(value):
        if setting.literal:
            yield finding_at(
                path,
                f"'{setting.name}' is fixed when the flow is published, so it cannot be an expression. Write it out.",
                code="definition.setting",
            )
        return
    for message, below in check_type(setting, value):
        yield finding_at((*path, *below), message, code="definition.setting")


def _check_retry(step: Step) -> Iterator[Finding]:
    retry = step.retry
    if retry is None:
        return
    if not 1 <= retry.max_attempts <= MAX_ATTEMPTS:
        yield _retry_finding(step, "max_attempts", f"must lie between 1 and {MAX_ATTEMPTS}", retry.max_attempts)
    for name, delay in (("first_delay_s", retry.first_delay_s), ("max_delay_s", retry.max_delay_s)):
        if not 0 <= delay <= MAX_DELAY_S:
            yield _retry_finding(step, name, f"must lie between 0 and {MAX_DELAY_S} seconds (30 days)", delay)
    if not (retry.factor >= 1 and math.isfinite(retry.factor)):
        yield _retry_finding(step, "factor", "must be 1 or more, so that the delays do not shrink", retry.factor)


def _retry_finding(step: Step, name: str, rule: str, value: float) -> Finding:
    return finding_at(
        ("steps", step.key, "retry", name), f"'{name}' {rule}, but is {value:g}. Change it.", code="definition.retry"
    )


def _is_unsafe_repeat(step: Step) -> bool:
    return step.settings.get("method") in _WRITES and step.settings.get("repeat") is None

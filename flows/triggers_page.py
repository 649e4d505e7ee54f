"""Writes docs/triggers.md out of the triggers' own shapes. Decides nothing itself."""

from __future__ import annotations

from collections.abc import Mapping

from flows.definition.trigger import TriggerSpec
from flows.definition.words import join_words
from flows.kinds_page import render_setting

INTRODUCTION = """# Triggers

Written by `manage.py write_kinds`; change a trigger's own file, not this page.

What starts a flow. Each setting stands under `trigger:` beside `kind:`; a text that begins with `=` is an expression,
except in settings marked *as written*. A run gets what came as `trigger.body`; `requested_by` sees the same as `body`.
"""


def render_triggers(specs: Mapping[str, TriggerSpec]) -> str:
    """The whole page as Markdown, in the order of the registry."""
    return INTRODUCTION + "".join(render_trigger(spec) for spec in specs.values())


def render_trigger(spec: TriggerSpec) -> str:
    """One trigger: its sentence for the samples, and a row a setting."""
    samples = {setting.name: setting.sample for setting in spec.settings if setting.sample is not None}
    text = f"\n## `{spec.key}` {spec.label}\n\n{spec.describe(samples)}.\n"
    if spec.roots:
        text += f"\nIts expressions see {_say(spec.roots)}{_say_others(spec)}.\n"
    if spec.notes:
        text += f"\n{spec.notes.strip()}\n"
    if not spec.settings:
        return text
    rows = "".join(render_setting(setting) for setting in spec.settings)
    return f"{text}\n| setting | | example |\n|---|---|---|\n{rows}"


def _say(roots: tuple[str, ...]) -> str:
    return join_words([f"`{root}`" for root in roots])


def _say_others(spec: TriggerSpec) -> str:
    return "".join(f"; `{name}` sees {_say(roots)}" for name, roots in spec.roots_of.items())

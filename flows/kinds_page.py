"""Writes docs/kinds.md out of the kinds' own shapes. Decides nothing itself."""

from __future__ import annotations

import json
from collections.abc import Mapping

from flows.definition.kind import KindSpec, Setting

INTRODUCTION = """# Kinds

Written by `manage.py write_kinds`; change a kind's own file, not this page.

What a step of a flow can do. Each setting stands under `with:`; a text that begins with `=` is an expression, except
in settings marked *as written*. Any step may have an `error` port and `retry:`.
"""
GROUPS = {"logic": "Logic", "people": "People", "cases": "Cases", "systems": "Systems"}


def render_kinds(specs: Mapping[str, KindSpec]) -> str:
    """The whole page as Markdown, kinds by group in the order of the registry."""
    parts = [INTRODUCTION]
    for group, title in GROUPS.items():
        members = [spec for spec in specs.values() if spec.group == group]
        if members:
            parts.append(f"\n## {title}\n" + "".join(render_kind(spec) for spec in members))
    return "".join(parts)


def render_kind(spec: KindSpec) -> str:
    """One kind: its name, its ports and a row a setting."""
    ports = ", ".join(f"`{port}`" for port in spec.ports)
    if spec.ports_of or spec.free_ports:
        ports = f"{ports} and those its settings name" if ports else "those its settings name"
    text = f"\n### `{spec.key}` {spec.label}\n\nExits: {ports or 'none'}.\n"
    if spec.open_settings:
        text += "Takes any field.\n"
    if not spec.settings:
        return text
    rows = "".join(render_setting(setting) for setting in spec.settings)
    return f"{text}\n| setting | | example |\n|---|---|---|\n{rows}"


def render_setting(setting: Setting) -> str:
    """A row of a table of settings."""
    words = [setting.help or setting.label]
    if setting.choices:
        words.append(f"One of {', '.join(setting.choices)}.")
    if setting.required:
        words.append("Required.")
    if setting.literal:
        words.append("*As written.*")
    sample = "" if setting.sample is None else f"`{json.dumps(setting.sample, ensure_ascii=False)}`"
    return f"| `{setting.name}` | {' '.join(word for word in words if word)} | {sample.replace('|', chr(92) + '|')} |\n"

"""Widgets of one input: texts and expressions, numbers, yes or no, choices, and names of what there is."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from flows.definition.kind import Setting
from flows.definition.model import JSON
from flows.designer.inspector.widgets.base import Facts, Offered, Option, Parts, Unfit, Unreadable

MOST_SEGMENTS, MOST_SEGMENT_CHARS = 4, 34
LISTED = ("connection", "secret", "table", "flow", "flow_version", "step")  # only what there is makes sense


def as_lines(text: str) -> str:
    """Line ends as in flow files; None-like white space stays as typed."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def number_text(value: JSON) -> str:
    """A number as it is typed. Raises ``Unfit`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unfit
    return json.dumps(value)


def read_number(text: str, part: str = "text") -> int | float | None:
    """The number typed, None for nothing. Raises ``Unreadable``."""
    text = text.strip().replace(" ", "").replace("\u00a0", "")
    if not text:
        return None
    try:
        number: int | float = int(text) if text.lstrip("+-").isdecimal() else float(text.replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise Unreadable(f"“{text}” is no number. Type one such as 5 or 2.5.", part)
    return number


class Text:
    """A text, as written or as an expression."""

    template, is_group, takes_expression = "text", False, True

    def fill(self, setting: Setting, value: JSON) -> dict[str, str]:
        """The text itself."""
        if value is not None and not isinstance(value, str):
            raise Unfit
        return {"text": value or ""}

    def read(self, setting: Setting, parts: Parts, facts: Facts) -> JSON:
        """The text itself; blank is nothing."""
        text = as_lines(parts.get("text", ""))
        return text if text.strip() else None

    def show(self, setting: Setting, parts: Parts, facts: Facts) -> dict[str, Any]:
        """The text, and whether it may be an expression."""
        text = parts.get("text", "")
        return {
            "text": text,
            "is_expression": not setting.literal,
            "lines": max(setting.lines, min(8, text.count("\n") + 1)),
        }


class Number:
    """A number with its unit."""

    template, is_group, takes_expression = "number", False, False

    def fill(self, setting: Setting, value: JSON) -> dict[str, str]:
        """The number as typed."""
        return {"text": "" if value is None else number_text(value)}

    def read(self, setting: Setting, parts: Parts, facts: Facts) -> JSON:
        """The number, whole where it was typed whole."""
        return read_number(parts.get("text", ""))

    def show(self, setting: Setting, parts: Parts, facts: Facts) -> dict[str, Any]:
        """The text; a default stands as a hint in the input."""
        hint = "" if setting.otherwise is None else str(setting.otherwise)
        return {"text": parts.get("text", ""), "placeholder": setting.placeholder or hint}


class Flag:
    """Yes, or nothing."""

    template, is_group, takes_expression = "flag", False, False

    def fill(self, setting: Setting, value: JSON) -> dict[str, str]:
        """Ticked or not."""
        if value not in (None, True, False) or not isinstance(value, bool | None):
            raise Unfit
        return {"on": "true"} if value else {}

    def read(self, setting: Setting, parts: Parts, facts: Facts) -> JSON:
        """True or None, which counts as no."""
        return True if parts.get("on") else None

    def show(self, setting: Setting, parts: Parts, facts: Facts) -> dict[str, Any]:
        """Whether it is ticked."""
        return {"on": bool(parts.get("on"))}


class Choice:
    """One of a few: segments where they fit, else a list."""

    template, is_group, takes_expression = "choice", False, False

    def fill(self, setting: Setting, value: JSON) -> dict[str, str]:
        """The choice."""
        if value is not None and not isinstance(value, str):
            raise Unfit
        return {"choice": value or ""}

    def read(self, setting: Setting, parts: Parts, facts: Facts) -> JSON:
        """The choice, None for none."""
        return parts.get("choice") or None

    def show(self, setting: Setting, parts: Parts, facts: Facts) -> dict[str, Any]:
        """The options in words, with what holds where nothing is chosen."""
        options = [Option(value=name, label=choice_label(setting, name)) for name in setting.choices]
        return {**show_choice(options, parts.get("choice", "")), "default": default_words(setting)}


class Named:
    """The name of something that exists: a list of it, or for what may be new a text with suggestions."""

    template, is_group, takes_expression = "named", False, True

    def fill(self, setting: Setting, value: JSON) -> dict[str, str]:
        """The name; a version may be a number."""
        if setting.names == "flow_version" and isinstance(value, int) and not isinstance(value, bool):
            return {"text": str(value)}
        return TEXT.fill(setting, value)

    def read(self, setting: Setting, parts: Parts, facts: Facts) -> JSON:
        """The name, or the number of a version."""
        text = parts.get("text", "").strip()
        if setting.names == "flow_version" and text.isdecimal():
            return int(text)
        return text or None

    def show(self, setting: Setting, parts: Parts, facts: Facts) -> dict[str, Any]:
        """What there is, and what is named though it is not there."""
        text = parts.get("text", "")
        options: list[Offered] = list(facts.options(setting.names))
        is_listed = setting.names in LISTED
        if is_listed and text and all(option.value != text for option in options):
            options.insert(0, Option(value=text, label=text, hint="not there yet"))
        return {
            "text": text,
            "options": options,
            "is_listed": is_listed,
            "names": setting.names,
            "default": default_words(setting),
            "can_add": facts.may_add(setting.names),
        }


def choice_label(setting: Setting, name: str) -> str:
    """The words of a choice."""
    return setting.labels.get(name) or name


def default_words(setting: Setting) -> str:
    """What holds where nothing is chosen, in words; "" where nothing does."""
    if setting.otherwise is None or isinstance(setting.otherwise, bool):
        return ""
    return choice_label(setting, str(setting.otherwise))


def show_choice(options: Sequence[Offered], chosen: str) -> dict[str, Any]:
    """A choice that is none of the options is shown too, so that it is not lost."""
    shown = list(options)
    if chosen and all(option.value != chosen for option in shown):
        shown.append(Option(value=chosen, label=chosen, hint="unknown"))
    chars = sum(len(option.label) for option in shown)
    return {
        "choice": chosen,
        "options": shown,
        "is_segments": len(shown) <= MOST_SEGMENTS and chars <= MOST_SEGMENT_CHARS,
    }


TEXT, NUMBER, FLAG, CHOICE, NAMED = Text(), Number(), Flag(), Choice(), Named()

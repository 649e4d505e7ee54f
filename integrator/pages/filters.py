"""One chip above a list, as ``components/chips.html`` takes it. Words only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def make_filter(
    name: str, label: str, value: str, options: Iterable[tuple[str, str]], off: str = "any"
) -> dict[str, Any]:
    """One chip; a value that is no option shows as itself, none as the words of ``off``."""
    known = list(options)
    return {
        "name": name,
        "label": label,
        "value": value,
        "value_label": dict(known).get(value, value),
        "options": known,
        "off": off,
    }

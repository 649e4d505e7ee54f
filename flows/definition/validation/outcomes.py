"""Checks of how an outcome of a task looks: ``{name, label, needs_comment, style}``. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from flows.definition.model import JSON
from flows.definition.validation.faults import Fault, fault, one_of

STYLES = ("primary", "plain", "danger")
FIELDS = ("name", "label", "needs_comment", "style")
MAX_LABEL = 60


def check_outcome_look(row: JSON, index: int) -> Iterator[Fault]:
    """The faults of an outcome that is more than a name; none of a name alone."""
    if not isinstance(row, dict):
        return
    for name in row:
        if name not in FIELDS:
            yield fault(f"'{name}' is not a field of an outcome. It has {', '.join(FIELDS)}.", index, name)
    label = row.get("label")
    if label is not None and (not isinstance(label, str) or not 1 <= len(label) <= MAX_LABEL):
        yield fault(f"A label is a text of 1 to {MAX_LABEL} characters: what stands on the button.", index, "label")
    if not isinstance(row.get("needs_comment", False), bool):
        yield fault("'needs_comment' must be true or false.", index, "needs_comment")
    message = one_of(row.get("style", "plain"), STYLES, "a style of a button")
    if message:
        yield fault(message, index, "style")

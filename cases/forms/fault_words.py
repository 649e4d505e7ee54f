"""Words for a fault of one field, for who fills in a form: the same as the browser's (static/js/forms). Pure."""

from __future__ import annotations

from collections.abc import Sequence

from cases.forms.shape import Field

MISSING = "is required"
PATTERN = "does not match the pattern"
AMOUNT = "Write an amount, such as 1250.00."
CURRENCY = "Choose one of the currencies."
CHOICE = "Choose one of the list."
TICK = "Tick this to go on."
WRITTEN = "This is not written as it has to be."


def say_fault(field: Field, rest: Sequence[str], words: str) -> str:
    """This will give the sentence. ``words`` are the schema's, ``rest`` is the path to the fault in the value."""
    if field.type == "money" and rest:
        return CURRENCY if rest[0] == "currency" else AMOUNT
    if words == MISSING:
        return sentence(words)
    if field.type == "select" and _is_of_schema(words):
        return CHOICE
    if field.type == "tick" and words == "must be true":
        return TICK
    return WRITTEN if words == PATTERN else sentence(words)


def sentence(words: str) -> str:
    """Words with a capital and a full stop."""
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "!", "?")) else ".")


def _is_of_schema(words: str) -> bool:
    """Whether a schema says so: what we say ourselves is a sentence already."""
    return not words.endswith(".")

"""Whether a form can be answered at all: what has to be filled in must be shown to somebody, and by something. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from cases.forms.language import Node, Scope, evaluate, is_true, list_names
from cases.forms.shape import Field, Form

_FROM_THE_CASE = {
    "document": "does not say which document it shows",
    "comparison": "does not say what it compares",
}


def list_unanswerable(form: Form) -> Iterator[tuple[str, str]]:
    """This will give (field's key, sentence) for each field that nobody could answer, or that would show nothing."""
    for field in form.by_key.values():
        yield from ((field.key, message) for message in _judge(field))
        for column in field.columns:
            if _is_never_shown(column):
                yield field.key, f"The column “{column.label}” never shows: its condition is never true. Change it."


def _judge(field: Field) -> Iterator[str]:
    is_filled = bool(field.schema.get("x-prefill")) or "default" in field.schema
    if field.type in _FROM_THE_CASE and not is_filled:
        yield f"“{field.label}” {_FROM_THE_CASE[field.type]}. Say so under “Taken from the case”."
    elif field.required and field.readonly and field.compute is None and not is_filled:
        yield (
            f"“{field.label}” has to be filled in but can only be read. Say what it is filled in with, or let people "
            "write in it."
        )
    if _is_never_shown(field):
        yield f"“{field.label}” never shows: its condition is never true. Change the condition, or remove the field."


def _is_never_shown(field: Field) -> bool:
    """Whether a condition that reads no field is false."""
    return any(_is_constant(node) and not is_true(evaluate(node, Scope(data={}))) for node in field.conditions)


def _is_constant(node: Node) -> bool:
    return not any(True for _ in list_names(node))

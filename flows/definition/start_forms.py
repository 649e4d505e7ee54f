"""What forms that start flows may hold, and the schema of what a trigger's body is. Pure: forms are handed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cases.forms import expand_form, read_form

_NEVER = {
    "confirmation": "is a confirmation, which only somebody with a task can give",
    "comparison": "is a comparison, which only a task can show",
    "document": "shows a document, which only a task can do",
    "lookup": "is looked up over a connection, which only a task can do",
}
_INSIDE = {"person": "picks a person of the company, so the form cannot be public"}
PUBLIC, INTERNAL = "public", "internal"


def list_unfit_fields(schema: Mapping[str, Any], *, is_public: bool) -> Iterator[str]:
    """This will say of each field that cannot stand in a form that starts a flow why, in whole sentences."""
    bars = {**_NEVER, **(_INSIDE if is_public else {})}
    for field in read_form(schema).by_key.values():
        if field.type in bars:
            yield f"The field “{field.label}” {bars[field.type]}. Leave it out of a form that starts a flow."


def find_body_schema(settings: Mapping[str, Any]) -> Any:
    """The schema of ``trigger.body`` as far as the settings hold it; None where a form of the library says it."""
    form = settings.get("form")
    if settings.get("schema") is not None or not isinstance(form, Mapping) or "use" in form:
        return settings.get("schema")
    return expand_form(form)


def find_address(kind: str, path: str) -> str:
    """Where a trigger of this kind is reached, below the installation's own address."""
    return f"/start/{path}/" if kind == "form" else f"/hooks/{path}"

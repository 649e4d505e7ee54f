"""What a step fills a form in with, by field: ``fill: {iban: "= trigger.body.iban"}``. Pure; knows no expressions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.definition.model import JSON


def list_unknown(fill: JSON, form: JSON) -> list[str]:
    """The names that are filled in though the form has no such field; none where the form is not written out."""
    properties = form.get("properties") if isinstance(form, Mapping) else None
    if not isinstance(fill, Mapping) or not isinstance(properties, Mapping):
        return []
    return [str(name) for name in fill if name not in properties]


def fill_form(form: Mapping[str, Any], fill: Mapping[str, JSON]) -> dict[str, Any]:
    """This will give the form with the values as its fields' defaults; None leaves a field as it is.

    What a step says goes before what the form takes from the case. Names that the form does not have are left out.
    """
    properties = dict(form["properties"])
    for name, value in fill.items():
        shape = properties.get(name)
        if value is not None and isinstance(shape, Mapping) and "x-compute" not in shape:
            kept = {word: said for word, said in shape.items() if word != "x-prefill"}
            properties[name] = {**kept, "default": value}
    return {**form, "properties": properties}


def tell_unknown(name: str, form: JSON) -> str:
    """The sentence about one of them."""
    properties = form.get("properties") if isinstance(form, Mapping) else None
    fields = ", ".join(map(str, properties)) if isinstance(properties, Mapping) else ""
    return f"The form has no field '{name}' to fill in. Fields: {fields[:300]}."

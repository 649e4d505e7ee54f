"""What the builder's preview shows where a form gets its values from a case that is not there yet. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_COMPARED = {"before": {"name": "As it is in the case"}, "after": {"name": "As it would be"}}


def with_samples(schema: Mapping[str, Any]) -> dict[str, Any]:
    """This will give the form with a made-up change in each comparison, and a word where a document will be."""
    properties = schema.get("properties")
    if not isinstance(properties, Mapping):
        return dict(schema)
    return {**schema, "properties": {key: _sample(shape) for key, shape in properties.items()}}


def _sample(shape: Any) -> Any:
    if not isinstance(shape, Mapping) or "default" in shape:
        return shape
    if shape.get("x-field") == "comparison":
        return {**shape, "default": _COMPARED}
    if shape.get("x-field") == "document" and shape.get("x-prefill"):
        return {**shape, "description": f"{shape.get('description', '')} Comes from {shape['x-prefill']}.".strip()}
    return shape

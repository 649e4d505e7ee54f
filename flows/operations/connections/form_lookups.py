"""Choices of forms over a connection: one guarded GET by its path, an item a choice. Registered in ``FORM_LOOKUPS``.

``x-lookup: {connection: erp, path: /suppliers, items: data.rows, value: id, label: name, environment: live}``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from cases.form_choices import Choices, LookupFailed
from flows.definition.effect import LIVE
from flows.definition.model import JSON
from flows.models import ConnectionEnvironment
from flows.operations.connections.trying import call_place

MAX_CHARS = 500


def look_up(spec: Mapping[str, Any], team_id: int) -> Choices:
    """This will give (value, words) of each item that the path answers. Raises LookupFailed."""
    key, path = str(spec.get("connection") or ""), str(spec.get("path") or "")
    name = str(spec.get("environment") or LIVE)
    places = ConnectionEnvironment.objects.filter(connection__key=key, connection__team_id=team_id, name=name)
    place = places.select_related("connection").first()
    if place is None or not path.startswith("/"):
        raise LookupFailed("The list is looked up over a connection that is not there. Tell whoever made the form.")
    answer = call_place(place, path, "GET", timezone.now())
    if answer.error is not None:
        raise LookupFailed(f"The list cannot be had from {place.connection} just now. Try again in a minute.")
    items = _walk(answer.output.get("body"), str(spec.get("items") or ""))
    if not isinstance(items, list):
        raise LookupFailed(f"{place.connection} answered something other than a list. Tell whoever made the form.")
    value, label = str(spec.get("value") or ""), str(spec.get("label") or spec.get("value") or "")
    pairs = ((_say(_walk(item, value)), _say(_walk(item, label))) for item in items)
    return tuple({value: words or value for value, words in pairs if value}.items())


def _walk(value: JSON, path: str) -> JSON:
    for part in path.split(".") if path else ():
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _say(value: JSON) -> str:
    if value is None or isinstance(value, bool | dict | list):
        return ""
    return (value if isinstance(value, str) else json.dumps(value))[:MAX_CHARS]

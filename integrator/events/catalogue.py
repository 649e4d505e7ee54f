"""Which events exist: name, label, sentence, schema, sample. Pure; the entries are in ``catalogue_entries.py``.

A sentence is a template of ``{actor}`` and the data's fields; ``[…]`` is left out when a field in it is empty.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator

from integrator.events.catalogue_entries import ENTRIES
from integrator.events.catalogue_tasks import SENTENCES_OF_KINDS

_JSON_TYPES: Mapping[str, list[str]] = {
    "text": ["string", "null"],
    "integer": ["integer", "null"],
    "number": ["number", "null"],
    "flag": ["boolean", "null"],
    "list": ["array", "null"],
    "object": ["object", "null"],
}
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_FIELD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, kw_only=True)
class EventType:
    """One sort of event. ``schema`` is JSON Schema 2020-12 of the data; members it does not name are allowed."""

    name: str
    label: str
    sentence: str
    schema: Mapping[str, Any]
    sample: Mapping[str, Any]

    def check(self, data: Mapping[str, object]) -> None:
        """Raises ValueError naming the first fault of ``data`` against the schema."""
        plain = json.loads(json.dumps(data, default=str))
        for fault in _validator(self.name).iter_errors(plain):
            pointer = "/".join(["", *map(str, fault.absolute_path)])
            raise ValueError(f"The data of {self.name} does not fit its schema at {pointer!r}: {fault.message}")

    def summarise(self, actor: str, data: Mapping[str, object]) -> str:
        """The event in words, such as "Lee approved “Review the contract” for Legal"."""
        kind = str(data.get("kind") or "")
        return _fill(SENTENCES_OF_KINDS.get((self.name, kind), self.sentence), {**data, "actor": actor})


def get_event_type(name: str) -> EventType:
    """The catalogue's entry. Raises ValueError for a name that it has not."""
    try:
        return EVENT_TYPES[name]
    except KeyError:
        raise ValueError(f"{name!r} is no event of the catalogue: add it there first.") from None


def list_event_types() -> Sequence[EventType]:
    """All entries in the order of the catalogue, for filters, docs and webhooks."""
    return tuple(EVENT_TYPES.values())


def _fill(template: str, values: Mapping[str, object]) -> str:
    def keep_or_drop(match: re.Match[str]) -> str:
        filled = all(_in_words(values.get(name)) for name in _FIELD.findall(match[1]))
        return match[1] if filled else ""

    chosen = _OPTIONAL.sub(keep_or_drop, template)
    text = _FIELD.sub(lambda match: _in_words(values.get(match[1])), chosen)
    return re.sub(r"\s+", " ", text).strip()


def _in_words(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(str(key) for key in value)
    if isinstance(value, list | tuple):
        return ", ".join(_in_words(item) for item in value)
    return str(value)


def _make_schema(fields: str) -> dict[str, Any]:
    """The schema of ``"origin:text! count:integer"``; ``!`` marks a required member."""
    properties: dict[str, Any] = {}
    required: list[str] = []
    for part in fields.split():
        name, _, sort = part.partition(":")
        if sort.endswith("!"):
            required.append(name)
        sort = sort.rstrip("!")
        properties[name] = {} if sort == "any" else {"type": _JSON_TYPES[sort]}
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": True}


@lru_cache(maxsize=256)
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(EVENT_TYPES[name].schema)


EVENT_TYPES: Mapping[str, EventType] = {
    name: EventType(name=name, label=label, sentence=sentence, schema=_make_schema(fields), sample=sample)
    for name, label, sentence, fields, sample in ENTRIES
}

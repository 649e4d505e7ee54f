"""Makes an example value that fits a JSON Schema. Decides nothing about validity: odd schemas give something plain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

from flows.definition.model import JSON

MAX_DEPTH = 8
MAX_ITEMS = 3
SAMPLE_FILE: Mapping[str, JSON] = {  # the facts of a file that nobody sent
    "file": "0198c0de-0000-7000-8000-000000000002",
    "name": "sample.csv",
    "type": "text/csv",
    "bytes": 0,
    "sha256": "",
}
_BY_FORMAT: Mapping[str, str] = {
    "date": "2026-03-14",
    "time": "09:30:00Z",
    "date-time": "2026-03-14T09:30:00Z",
    "duration": "P2D",
    "email": "ana@example.org",
    "idn-email": "ana@example.org",
    "hostname": "www.example.org",
    "ipv4": "192.0.2.10",
    "ipv6": "2001:db8::10",
    "uri": "https://www.example.org/page",
    "uri-reference": "/page",
    "url": "https://www.example.org/page",
    "iri": "https://www.example.org/page",
    "uuid": "0198c0de-0000-7000-8000-000000000001",
}
_BY_NAME: tuple[tuple[str, str], ...] = (  # how a name ends, the format that its text probably has
    ("email", "email"),
    ("mail", "email"),
    ("url", "uri"),
    ("uri", "uri"),
    ("link", "uri"),
    ("href", "uri"),
    ("_at", "date-time"),
    ("_date", "date"),
    ("date", "date"),
)
_TYPES = ("object", "array", "string", "number", "integer", "boolean", "null")


def make_sample(schema: JSON, *, name: str = "") -> JSON:
    """This will give an example for the schema (JSON Schema 2020-12, local ``$ref`` too); None where it says nothing.

    ``const``, ``examples``, ``default`` and ``enum`` win over what is made up. ``name`` is what the value is called:
    a text named ``callback_url`` becomes a link.
    """
    return _make(schema, schema, name, MAX_DEPTH)


def _make(schema: JSON, root: JSON, name: str, depth: int) -> JSON:
    if not isinstance(schema, Mapping) or depth <= 0:
        return None
    schema = _flat(schema, root, depth)
    given = _given(schema)
    if given is not None:
        return given[0]
    if schema.get("contentEncoding") == "base64" or schema.get("format") == "file":
        return dict(SAMPLE_FILE)
    kind = _type_of(schema)
    if kind == "object":
        return _make_object(schema, root, depth)
    if kind == "array":
        return _make_list(schema, root, name, depth)
    maker = _SCALARS.get(kind)
    return maker(schema, name) if maker else None


def _flat(schema: Mapping[str, Any], root: JSON, depth: int) -> Mapping[str, Any]:
    """The schema with its ``$ref``, all of ``allOf`` and the first of ``anyOf`` and ``oneOf`` joined into it."""
    parts: list[Mapping[str, Any]] = []
    reference = schema.get("$ref")
    if isinstance(reference, str):
        parts.append(resolve_reference(root, reference))
    for word in ("allOf", "anyOf", "oneOf"):
        choices = schema.get(word)
        if isinstance(choices, list):
            found = [part for part in choices if isinstance(part, Mapping)]
            parts.extend(found if word == "allOf" else found[:1])
    if not parts or depth <= 1:
        return schema
    joined: dict[str, Any] = {}
    for part in (*(_flat(part, root, depth - 1) for part in parts), schema):
        joined = {**joined, **part, **_joined_members(joined, part)}
    return joined


def _joined_members(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    if isinstance(first.get("properties"), Mapping) and isinstance(second.get("properties"), Mapping):
        members["properties"] = {**first["properties"], **second["properties"]}
    if isinstance(first.get("required"), list) and isinstance(second.get("required"), list):
        members["required"] = [*first["required"], *second["required"]]
    return members


def flatten_schema(schema: JSON, root: JSON) -> Mapping[str, Any]:
    """What a schema says at one place, references and combinations joined; an empty one for what is no schema."""
    return _flat(schema, root, MAX_DEPTH) if isinstance(schema, Mapping) else {}


def resolve_reference(root: JSON, reference: str) -> Mapping[str, Any]:
    """What a local reference (``#/$defs/x``, RFC 6901) points at; an empty schema for any other."""
    found: Any = root
    if not reference.startswith("#"):
        return {}
    for part in reference[1:].split("/")[1:]:
        found = found.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _given(schema: Mapping[str, Any]) -> tuple[JSON] | None:
    """The example that the schema itself has, in a tuple since it may be None."""
    if "const" in schema:
        return (schema["const"],)
    for word in ("examples", "enum"):
        values = schema.get(word)
        if isinstance(values, list) and values:
            return (values[0],)
    for word in ("example", "default"):
        if word in schema:
            return (schema[word],)
    return None


def _type_of(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), "null")
    if kind in _TYPES:
        return str(kind)
    if "properties" in schema or "required" in schema:
        return "object"
    if "items" in schema:
        return "array"
    return "string" if schema.keys() & {"format", "pattern", "minLength", "maxLength"} else ""


def _make_object(schema: Mapping[str, Any], root: JSON, depth: int) -> dict[str, JSON]:
    properties = schema.get("properties")
    members = properties if isinstance(properties, Mapping) else {}
    made = {str(name): _make(below, root, str(name), depth - 1) for name, below in members.items()}
    required = schema.get("required")
    for name in required if isinstance(required, list) else ():
        if isinstance(name, str) and name not in made:
            made[name] = _make_text({}, name)
    return made


def _make_list(schema: Mapping[str, Any], root: JSON, name: str, depth: int) -> list[JSON]:
    prefix = schema.get("prefixItems")
    made = [_make(part, root, name, depth - 1) for part in prefix] if isinstance(prefix, list) else []
    below = schema.get("items")
    count = schema.get("minItems")
    wanted = min(count if isinstance(count, int) and count > 1 else 1, MAX_ITEMS)
    if isinstance(below, Mapping):
        made.extend(_make(below, root, name, depth - 1) for _ in range(wanted - len(made)))
    return made


def _make_text(schema: Mapping[str, Any], name: str) -> str:
    text = _BY_FORMAT.get(str(schema.get("format")), "") or _text_for(name) or _words_for(schema, name)
    least, most = schema.get("minLength"), schema.get("maxLength")
    if isinstance(least, int) and len(text) < least <= 10_000:
        text = text.ljust(least, "x")
    return text[:most] if isinstance(most, int) and most >= 0 else text


def _text_for(name: str) -> str:
    lower = name.lower()
    return next((_BY_FORMAT[known] for ending, known in _BY_NAME if lower.endswith(ending)), "")


def _words_for(schema: Mapping[str, Any], name: str) -> str:
    if name.lower() == "id" or name.lower().endswith("_id"):
        return "A-1001"
    title = schema.get("title")
    words = title if isinstance(title, str) and title else name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:] if words else "Text"


def _make_number(schema: Mapping[str, Any], name: str) -> float:
    least, most = schema.get("minimum"), schema.get("maximum")
    value: float = 1 if name.lower() in ("version", "count", "number") else 100
    above = schema.get("exclusiveMinimum")
    if _is_number(above):
        least = above + 1
    if _is_number(least) and value < least:
        value = least
    if _is_number(most) and value > most:
        value = most
    return value


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_SCALARS: Mapping[str, Callable[[Mapping[str, Any], str], JSON]] = {
    "string": _make_text,
    "number": _make_number,
    "integer": lambda schema, name: int(_make_number(schema, name)),
    "boolean": lambda schema, name: True,
    "null": lambda schema, name: None,
}

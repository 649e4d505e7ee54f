"""What a call says: its body held against the schema, its key of repeats, business key and who asked. No database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flows.definition.expressions import CompiledValue, ExpressionError
from flows.definition.model import JSON
from flows.errors import CallRefused
from flows.operations.intake.calls import InboundCall, clean_text
from flows.operations.intake.content import Content, IncomingFile, make_invalid, read_json_content
from flows.operations.intake.listeners import Reading
from integrator.lib import strict_json
from integrator.lib.veil import NO_VEIL, Veil, make_veil

KEY_MAX_CHARS = 300
PERSON_MAX_CHARS = 254


@dataclass(frozen=True, kw_only=True)
class CallFacts:
    """What was read. ``dedupe_key`` None: each call is a new one. Empty texts: not said."""

    body: JSON
    dedupe_key: str | None
    business_key: str
    requested_by: str
    files: tuple[IncomingFile, ...] = ()
    message: tuple[str, str] | None = None  # (name, key) of the message that it may be


def read_call(reading: Reading, call: InboundCall, *, message_id: str | None, form: Content | None = None) -> CallFacts:
    """This will read an authenticated call. Without ``dedupe`` the ``message_id`` of its signature tells repeats.

    ``form`` is what came as a form, None for JSON. Raises CallRefused (``intake.invalid``) with every fault by JSON
    pointer; then no file of it is left.
    """
    content = form or read_json_content(parse_body(call.body), reading.shape)
    try:
        return _read_content(reading, call, content, message_id)
    except CallRefused:
        content.discard()
        raise


def _read_content(reading: Reading, call: InboundCall, content: Content, message_id: str | None) -> CallFacts:
    body = content.body
    faults = reading.schema.faults(body) if reading.schema is not None else []
    if faults:
        raise make_invalid([{"pointer": fault.pointer, "message": fault.message} for fault in faults])
    headers = {name.replace("-", "_"): value for name, value in call.headers.items()}
    roots = {"body": body, "headers": headers, "query": dict(call.query)}
    dedupe_key = _read_key("dedupe", reading.dedupe, roots, call)
    return CallFacts(
        body=body,
        dedupe_key=_fit(dedupe_key if dedupe_key is not None else message_id),
        business_key=_read_short_key("business key", reading.business_key, roots, call) or "",
        requested_by=_read_person(reading.requested_by, roots, call),
        files=content.files,
        message=_read_message(reading, roots, call),
    )


def veil_call(reading: Reading, call: InboundCall) -> Veil:
    """This will give the veil over a call: what stands in it where the flow says it is sensitive, as far as it can be
    read.
    """
    if not reading.sensitive.trigger:
        return NO_VEIL
    try:
        body = strict_json.parse(call.body)
    except strict_json.StrictJSONError:
        body = None
    headers = {name.replace("-", "_"): value for name, value in call.headers.items()}
    trigger = {"body": body, "headers": headers, "query": dict(call.query)}
    return make_veil(reading.sensitive.find_in_trigger(trigger))


def parse_body(raw: bytes) -> JSON:
    """Strict JSON. Raises CallRefused naming the place."""
    try:
        return strict_json.parse(raw)
    except strict_json.StrictJSONError as error:
        raise make_invalid([{"pointer": error.pointer, "message": error.message}]) from error


def _read_key(
    name: str, value: CompiledValue | None, roots: Mapping[str, Any], call: InboundCall, *, is_optional: bool = False
) -> str | None:
    """The expression's result as text; None without an expression, or for null where the key ``is_optional``.

    Missing and empty are faults of the call.
    """
    if value is None:
        return None
    try:
        found = value.evaluate(roots, now=call.received_at)
    except ExpressionError as error:
        raise _unreadable(name, error) from error
    text = _as_text(found)
    if found is None and is_optional:
        return None
    if not text:
        raise make_invalid(
            [{"pointer": _pointer(value), "message": f"must be a text or a number that serves as the {name}"}]
        )
    return text


def _read_message(reading: Reading, roots: Mapping[str, Any], call: InboundCall) -> tuple[str, str] | None:
    """None where the flow correlates nothing, and for a key that is null: such a call is no message."""
    if reading.message is None:
        return None
    name, value = reading.message
    key = _read_short_key("key of the message", value, roots, call)
    return None if key is None else (name, key)


def _read_short_key(name: str, value: CompiledValue | None, roots: Mapping[str, Any], call: InboundCall) -> str | None:
    """A key that its column must hold whole; None where it is not given, or null."""
    text = _read_key(name, value, roots, call, is_optional=True)
    if value is not None and text is not None and len(text) > KEY_MAX_CHARS:
        raise make_invalid([{"pointer": _pointer(value), "message": f"is longer than {KEY_MAX_CHARS} characters"}])
    return text


def _read_person(value: CompiledValue | None, roots: Mapping[str, Any], call: InboundCall) -> str:
    """Who asked, as far as the call says so: it may leave it out."""
    if value is None:
        return ""
    try:
        found = value.evaluate(roots, now=call.received_at)
    except ExpressionError as error:
        if "missing" in error.details:
            return ""
        raise _unreadable("requester", error) from error
    text = _as_text(found)
    if text is None or len(text) > PERSON_MAX_CHARS:
        message = f"must be a user name or an e-mail address of at most {PERSON_MAX_CHARS} characters"
        raise make_invalid([{"pointer": _pointer(value), "message": message}])
    return text


def _as_text(value: JSON) -> str | None:
    """A text or number as text, null as the empty text; None for anything else."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _fit(key: str | None) -> str | None:
    """A key that fits its column; a longer one is kept as its digest."""
    if key is None:
        return None
    key = clean_text(key)
    return key if len(key) <= KEY_MAX_CHARS else f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


def _pointer(value: CompiledValue) -> str:
    """The member of the body that an expression reads, where it reads just one; else the whole."""
    paths = [path for path in value.references if path[0] == "body"]
    return _as_pointer(paths[0][1:]) if len(paths) == 1 and len(value.references) == 1 else ""


def _as_pointer(path: tuple[str, ...]) -> str:
    return "".join(f"/{strict_json.escape_pointer(part)}" for part in path)


def _unreadable(name: str, error: ExpressionError) -> CallRefused:
    missing = str(error.details.get("missing") or "")
    if missing.startswith("body."):
        fault = {"pointer": _as_pointer(tuple(missing.split(".")[1:])), "message": f"is missing; it is the {name}"}
        return make_invalid([fault])
    return make_invalid([{"pointer": "", "message": f"the {name} cannot be read from this call: {error.message}"}])

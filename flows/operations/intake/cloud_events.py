"""CloudEvents 1.0 over HTTP: binary mode (``ce-…`` headers) and structured mode (one JSON object).

In both the event's data is the body that a flow sees, and its attributes are headers: ``headers.ce_id``. Batches are
refused. A JSON object without ``specversion`` is no event, whatever its media type says.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from flows.definition.model import JSON
from flows.errors import CallRefused
from flows.operations.intake.calls import InboundCall
from flows.operations.intake.content import make_invalid
from flows.operations.intake.reading import parse_body
from integrator.lib import strict_json

STRUCTURED, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
BATCHED = "A batch of CloudEvents is not taken here. Send each event in a call of its own."
REQUIRED = ("id", "source", "type")
_NAME = re.compile(r"[a-z0-9]{1,64}\Z")  # CloudEvents 1.0, "Naming Conventions", with longer names than it advises
_DATA = frozenset({"data", "data_base64"})


@dataclass(frozen=True, kw_only=True)
class CloudEvent:
    """An event: ``headers`` of the call with its attributes among them, its ``data``, and what tells its repeats."""

    headers: Mapping[str, str]
    data: JSON
    key: str


def read_cloud_event(call: InboundCall) -> CloudEvent | None:
    """The event that an authenticated call carries, None when it carries none.

    Raises CallRefused: a batch, an attribute that is missing or no text, data that is no JSON.
    """
    media_type = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == BATCH:
        raise CallRefused("intake.media_type", BATCHED)
    if media_type == STRUCTURED:
        envelope = parse_body(call.body)
        return _read_structured(call, envelope) if isinstance(envelope, dict) and "specversion" in envelope else None
    return _read_binary(call) if "ce-specversion" in call.headers else None


def _read_structured(call: InboundCall, envelope: dict[str, Any]) -> CloudEvent:
    faults: list[dict[str, str]] = []
    attributes: dict[str, str] = {}
    for name, value in envelope.items():
        if name in _DATA or value is None:
            continue
        if not _NAME.match(name):
            faults.append(_fault(name, "is no name of an attribute: small letters and digits only"))
        elif isinstance(value, str):
            attributes[name] = value
        elif isinstance(value, bool | int):
            attributes[name] = json.dumps(value)
        else:
            faults.append(_fault(name, "must be a text, a whole number, true or false"))
    faults += _check(attributes, {fault["pointer"] for fault in faults})
    if envelope.keys() >= _DATA:
        faults.append(_fault("data_base64", "must not come beside data"))
    if faults:
        raise make_invalid(faults)
    kept = {name: value for name, value in call.headers.items() if not name.startswith("ce-")}
    headers = kept | {f"ce-{name}": value for name, value in attributes.items()}
    data = _decode(envelope["data_base64"]) if "data_base64" in envelope else envelope.get("data")
    return CloudEvent(headers=headers, data=data, key=_make_key(attributes))


def _read_binary(call: InboundCall) -> CloudEvent:
    """HTTP protocol binding 1.0.2, 3.1: attributes are percent-encoded headers, the body is the data."""
    attributes = {
        name.removeprefix("ce-"): unquote(value, errors="replace")
        for name, value in call.headers.items()
        if name.startswith("ce-")
    }
    faults = _check(attributes, set())
    if faults:
        raise make_invalid(
            [{"pointer": "", "message": f"ce-{fault['pointer'][1:]} {fault['message']}"} for fault in faults]
        )
    headers = {**call.headers, **{f"ce-{name}": value for name, value in attributes.items()}}
    data = parse_body(call.body) if call.body else None
    return CloudEvent(headers=headers, data=data, key=_make_key(attributes))


def _check(attributes: Mapping[str, str], told: set[str]) -> list[dict[str, str]]:
    faults = [
        _fault(name, "is missing; a CloudEvent needs it")
        for name in REQUIRED
        if not attributes.get(name) and f"/{name}" not in told
    ]
    version = attributes.get("specversion")
    if version != "1.0" and "/specversion" not in told:
        faults.insert(0, _fault("specversion", "must be 1.0, the version of CloudEvents that is taken here"))
    return faults


def _decode(value: object) -> JSON:
    """``data_base64`` that holds JSON; other data belongs in a form or at a place for files."""
    try:
        raw = base64.b64decode(value, validate=True) if isinstance(value, str) else None
    except (binascii.Error, ValueError):
        raw = None
    if raw is None:
        raise make_invalid([_fault("data_base64", "must be base64")])
    try:
        return strict_json.parse(raw)
    except strict_json.StrictJSONError as error:
        raise make_invalid([_fault("data_base64", f"must hold JSON: {error.message}")]) from error


def _make_key(attributes: Mapping[str, str]) -> str:
    """Source and id together name an event (CloudEvents 1.0, "id")."""
    return json.dumps([attributes["source"], attributes["id"]], ensure_ascii=False)


def _fault(name: str, message: str) -> dict[str, str]:
    return {"pointer": f"/{strict_json.escape_pointer(name)}", "message": message}

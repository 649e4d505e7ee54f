"""The one list of connection kinds: name to dotted path, in the order of the form, loaded when first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from flows.connectors.http.sign_in.kind import ConnectionKind

CONNECTION_KINDS: dict[str, str] = {
    "none": "flows.connectors.http.sign_in.none:NONE",
    "basic": "flows.connectors.http.sign_in.basic:BASIC",
    "bearer": "flows.connectors.http.sign_in.bearer:BEARER",
    "api_key": "flows.connectors.http.sign_in.api_key:API_KEY",
    "oauth2_client": "flows.connectors.http.sign_in.oauth2_client:OAUTH2_CLIENT",
    "oauth2_code": "flows.connectors.http.sign_in.oauth2_code:OAUTH2_CODE",
    "client_certificate": "flows.connectors.http.sign_in.client_certificate:CLIENT_CERTIFICATE",
    "hmac": "flows.connectors.http.sign_in.hmac:HMAC",
    "standard_webhooks": "flows.connectors.http.sign_in.standard_webhooks:STANDARD_WEBHOOKS",
}


def find_connection_kind(key: str) -> ConnectionKind | None:
    """The kind of this name, None for an unknown one."""
    path = CONNECTION_KINDS.get(key)
    return _load(path) if path is not None else None


def list_connection_kinds() -> Mapping[str, ConnectionKind]:
    """Every kind by its name, in the order of the list."""
    return {key: _load(path) for key, path in CONNECTION_KINDS.items()}


@cache
def _load(path: str) -> ConnectionKind:
    module, _, name = path.partition(":")
    kind: ConnectionKind = getattr(import_module(module), name)
    return kind

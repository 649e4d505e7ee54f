"""Calls that are signed as Standard Webhooks 1.0 says. The message id is the effect's key, the same over attempts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from flows.connectors.http.sign_in.kind import ConnectionKind, Dressing, Outgoing, SecretField, invalid
from flows.definition.effect import ResolvedConnection
from integrator.lib.signing import SignatureError, sign_standard_webhook


def _dress(connection: ResolvedConnection, outgoing: Outgoing) -> Dressing:
    message_id = f"msg_{outgoing.message_id.replace('.', '-')}"  # the format allows no dot in it
    try:
        headers = sign_standard_webhook(connection.secret, message_id, outgoing.now, outgoing.body)
    except SignatureError as error:
        raise invalid(connection, "has a secret that holds no key") from error
    signatures = tuple(part.partition(",")[2] for part in headers["webhook-signature"].split())
    return Dressing(headers=headers, secrets=(connection.secret, *signatures))


def _read_secret(secret: str) -> Mapping[str, str]:
    """Nothing may be known of it. Raises ValueError with a sentence for one that holds no key."""
    try:
        sign_standard_webhook(secret, "msg_1", datetime(2026, 1, 1, tzinfo=UTC), b"")
    except SignatureError as error:
        raise ValueError("This secret holds no key. Paste it whole, as the other side shows it: whsec_….") from error
    return {}


STANDARD_WEBHOOKS = ConnectionKind(
    key="standard_webhooks",
    label="Signature (Standard Webhooks)",
    help="Each call is signed with a shared secret, in the three headers of Standard Webhooks.",
    secret=SecretField(label="Shared secret", help="Such as whsec_…. Stored encrypted and never shown again."),
    read_secret=_read_secret,
    dress=_dress,
)

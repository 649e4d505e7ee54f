"""Owns the signature of Mailgun's forms: an HMAC-SHA256 of time and token ("Securing Webhooks"). Says nothing of mail.

It covers the two and no more: it proves who calls, not what they send.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

from integrator.lib.signing.comparing import TOLERANCE_S, check_any, check_clock, read_timestamp, require_secrets
from integrator.lib.signing.errors import MALFORMED, MISSING, SignatureError

MAX_TOKEN_CHARS = 200
_DIGEST_BYTES = 32


def verify_mailgun(fields: Mapping[str, str], secrets: Sequence[str], *, now: datetime) -> str:
    """Check the fields ``timestamp``, ``token`` and ``signature`` of a form; gives the token, which is new each time.

    Raises SignatureError.
    """
    for name in ("timestamp", "token", "signature"):
        if not fields.get(name):
            raise SignatureError(MISSING, f"the field {name} is missing")
    timestamp, token = fields["timestamp"], fields["token"]
    if len(token) > MAX_TOKEN_CHARS:
        raise SignatureError(MALFORMED, "the field token is too long")
    try:
        given = bytes.fromhex(fields["signature"])
    except ValueError as error:
        raise SignatureError(MALFORMED, "the field signature is not hex") from error
    if len(given) != _DIGEST_BYTES:
        raise SignatureError(MALFORMED, "the field signature is not a whole sha256")
    check_clock(read_timestamp(timestamp, "the field timestamp"), now, TOLERANCE_S)
    check_any([given], [_make(secret, timestamp, token) for secret in require_secrets(secrets)])
    return token


def sign_mailgun(secret: str, timestamp: datetime, token: str) -> dict[str, str]:
    """Give the fields that sign a form."""
    seconds = str(int(timestamp.timestamp()))
    return {"timestamp": seconds, "token": token, "signature": _make(secret, seconds, token).hex()}


def _make(secret: str, timestamp: str, token: str) -> bytes:
    signed = f"{timestamp}{token}".encode(errors="surrogatepass")
    return hmac.digest(secret.encode(errors="surrogatepass"), signed, "sha256")

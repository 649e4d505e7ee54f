"""Owns the Standard Webhooks format (https://www.standardwebhooks.com, specification v1, symmetric `v1` signatures).

Written on `hmac` instead of the library `standardwebhooks`, which reads the real clock, takes one secret only, decodes
the body before signing it, has no limit on signatures and raises ValueError for a malformed one. Tests hold both
to one result.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from integrator.lib.signing.bodies import Body, make_mac
from integrator.lib.signing.comparing import (
    TOLERANCE_S,
    check_any,
    check_clock,
    read_header,
    require_secrets,
)
from integrator.lib.signing.errors import MALFORMED, NO_SECRET, SignatureError

MAX_SIGNATURES = 20

_PREFIX = "whsec_"
_SIGNATURE_CHARS = 44  # 32 bytes in base64
_MESSAGE_ID = re.compile(r"[!-~]{1,256}")
_TIMESTAMP = re.compile(r"[0-9]{1,11}")


def verify_standard_webhook(
    headers: Mapping[str, str],
    body: Body,
    secrets: Sequence[str],
    *,
    now: datetime,
    tolerance_s: int = TOLERANCE_S,
) -> str:
    """Check that one of the active `secrets` signed `body` (raw bytes) lately, and give the message id.

    At most 20 signatures are looked at. A dot in the id is refused: it would make the signed text ambiguous.
    Raises SignatureError.
    """
    message_id = read_header(headers, "webhook-id")
    timestamp = read_header(headers, "webhook-timestamp")
    signatures = read_header(headers, "webhook-signature")
    if not _MESSAGE_ID.fullmatch(message_id) or "." in message_id:
        raise SignatureError(MALFORMED, "the message id in webhook-id has a dot or other characters it must not have")
    if not _TIMESTAMP.fullmatch(timestamp):
        raise SignatureError(MALFORMED, "the timestamp in webhook-timestamp is not Unix time in seconds")
    check_clock(datetime.fromtimestamp(int(timestamp), UTC), now, tolerance_s)
    given = _read_signatures(signatures)
    keys = [key for secret in require_secrets(secrets) for key in candidate_keys(secret)]
    if not keys:
        raise SignatureError(NO_SECRET, "the stored secret holds no key")
    check_any(given, [_sign(key, message_id, timestamp, body) for key in keys])
    return message_id


def sign_standard_webhook(secret: str, message_id: str, timestamp: datetime, body: Body) -> dict[str, str]:
    """Give the three headers that sign `body`, by lower-case name.

    A secret without `whsec_` is read both ways by receivers, so it gets a signature for each; they check them all.
    Raises SignatureError for a secret without a key or a message id that cannot be signed.
    """
    if not _MESSAGE_ID.fullmatch(message_id) or "." in message_id:
        raise SignatureError(MALFORMED, "a message id is 1 to 256 printable characters without dot or space")
    keys = candidate_keys(secret)
    if secret.startswith(_PREFIX):
        keys = keys[:1]
    if not keys:
        raise SignatureError(NO_SECRET, "the stored secret holds no key")
    seconds = str(int(timestamp.timestamp()))
    signatures = " ".join("v1," + _sign(key, message_id, seconds, body).decode() for key in keys)
    return {"webhook-id": message_id, "webhook-timestamp": seconds, "webhook-signature": signatures}


def candidate_keys(secret: str) -> list[bytes]:
    """Give the keys a sender may have made of a stored text, most likely first: base64-decoded, and its bytes.

    The official library strips `whsec_` and decodes the rest, with or without prefix, skipping characters that are no
    base64; others take the text itself. Where skipping throws away most of the text ("!!!!!!ab") the decoded key would
    be guessable, so it is left out.
    """
    keys: list[bytes] = []
    rest = secret.removeprefix(_PREFIX)
    try:
        decoded = base64.b64decode(rest + "==")
    except (binascii.Error, ValueError):
        decoded = b""  # the official library refuses this text as well
    if decoded and len(decoded) * 2 >= len(rest):
        keys.append(decoded)
    raw = secret.encode(errors="surrogatepass")
    if rest and raw not in keys:
        keys.append(raw)
    return keys


def _sign(key: bytes, message_id: str, timestamp: str, body: Body) -> bytes:
    return base64.b64encode(make_mac(key, f"{message_id}.{timestamp}.".encode(), body, "sha256"))


def _read_signatures(text: str) -> list[bytes]:
    """Give the base64 texts of whole `v1` signatures; other versions are passed over, as the specification wants."""
    found = []
    for part in text.split(" ", MAX_SIGNATURES)[:MAX_SIGNATURES]:
        version, _, signature = part.partition(",")
        if version == "v1" and len(signature) == _SIGNATURE_CHARS and signature.isascii():
            found.append(signature.encode())
    if not found:
        raise SignatureError(MALFORMED, "the header webhook-signature holds no whole v1 signature")
    return found

"""Owns signatures that are one HMAC of the body in a header: the general scheme and the presets.

GitHub: "Validating webhook deliveries"; Shopify: "Verify webhooks"; Stripe: "Verify webhook signatures manually".
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from integrator.lib.signing.bodies import Body, make_mac
from integrator.lib.signing.comparing import (
    TOLERANCE_S,
    check_any,
    check_clock,
    read_header,
    read_timestamp,
    require_secrets,
)
from integrator.lib.signing.errors import MALFORMED, SignatureError

MAX_STRIPE_PARTS = 20

_HASHES = {"sha256": hashlib.sha256, "sha1": hashlib.sha1, "sha512": hashlib.sha512}
_STRIPE_HEADER = "stripe-signature"


@dataclass(frozen=True, kw_only=True)
class HmacScheme:
    """Where a signature stands and how it is made.

    `prefix` stands before the signature ("sha256="). With `timestamp_header` the time there must be within
    `tolerance_s`, and the signed bytes are `{timestamp}.{body}`: a time that is not signed would stop no replay.
    """

    header: str
    algorithm: Literal["sha256", "sha1", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""
    timestamp_header: str | None = None
    tolerance_s: int = TOLERANCE_S


PRESETS = {
    "github": HmacScheme(header="x-hub-signature-256", prefix="sha256="),
    "shopify": HmacScheme(header="x-shopify-hmac-sha256", encoding="base64"),
}


def verify_hmac(
    headers: Mapping[str, str], body: Body, secrets: Sequence[str], *, scheme: HmacScheme, now: datetime
) -> None:
    """Check that one of `secrets` signed `body` (raw bytes) the way `scheme` says. Raises SignatureError."""
    text = read_header(headers, scheme.header)
    if not text.startswith(scheme.prefix):
        raise SignatureError(MALFORMED, f"the header {scheme.header.lower()} does not begin with {scheme.prefix}")
    given = _decode(text.removeprefix(scheme.prefix), scheme)
    before = b""
    if scheme.timestamp_header is not None:
        timestamp = read_header(headers, scheme.timestamp_header)
        check_clock(read_timestamp(timestamp, scheme.timestamp_header.lower()), now, scheme.tolerance_s)
        before = timestamp.encode(errors="surrogatepass") + b"."
    keys = [secret.encode(errors="surrogatepass") for secret in require_secrets(secrets)]
    check_any([given], [make_mac(key, before, body, scheme.algorithm) for key in keys])


def verify_stripe(
    headers: Mapping[str, str],
    body: Body,
    secrets: Sequence[str],
    *,
    now: datetime,
    tolerance_s: int = TOLERANCE_S,
) -> None:
    """Check a `Stripe-Signature: t=…,v1=…` header on the raw `body`. Raises SignatureError."""
    parts = [part.strip().partition("=") for part in read_header(headers, _STRIPE_HEADER).split(",")]
    timestamps = [value for name, _, value in parts if name == "t"]
    texts = [value for name, _, value in parts if name == "v1"][:MAX_STRIPE_PARTS]
    if len(timestamps) != 1 or not texts:
        raise SignatureError(MALFORMED, f"the header {_STRIPE_HEADER} is not of the form t=…,v1=…")
    check_clock(read_timestamp(timestamps[0], _STRIPE_HEADER), now, tolerance_s)
    given = [_decode(text, HmacScheme(header=_STRIPE_HEADER)) for text in texts]
    before = timestamps[0].encode(errors="surrogatepass") + b"."
    keys = [secret.encode(errors="surrogatepass") for secret in require_secrets(secrets)]
    check_any(given, [make_mac(key, before, body, "sha256") for key in keys])


def sign_hmac(scheme: HmacScheme, secret: str, body: Body, *, timestamp: datetime | None = None) -> dict[str, str]:
    """Give the headers, by lower-case name, that sign `body`.

    Raises ValueError when `timestamp` is None and the scheme has a header for it.
    """
    headers: dict[str, str] = {}
    before = b""
    if scheme.timestamp_header is not None:
        if timestamp is None:
            raise ValueError(f"the scheme signs a time in {scheme.timestamp_header}")
        seconds = str(int(timestamp.timestamp()))
        headers[scheme.timestamp_header.lower()] = seconds
        before = f"{seconds}.".encode()
    digest = make_mac(secret.encode(), before, body, scheme.algorithm)
    text = digest.hex() if scheme.encoding == "hex" else base64.b64encode(digest).decode()
    headers[scheme.header.lower()] = scheme.prefix + text
    return headers


def sign_github(secret: str, body: bytes) -> dict[str, str]:
    """Give the header by which GitHub signs `body`."""
    return sign_hmac(PRESETS["github"], secret, body)


def sign_stripe(secret: str, timestamp: datetime, body: bytes) -> dict[str, str]:
    """Give the header by which Stripe signs `body`."""
    seconds = str(int(timestamp.timestamp()))
    digest = hmac.digest(secret.encode(), f"{seconds}.".encode() + body, "sha256")
    return {_STRIPE_HEADER: f"t={seconds},v1={digest.hex()}"}


def _decode(text: str, scheme: HmacScheme) -> bytes:
    """Give the bytes of a whole signature; a cut or empty one is malformed, not merely wrong."""
    try:
        digest = bytes.fromhex(text) if scheme.encoding == "hex" else base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise SignatureError(MALFORMED, f"the signature in {scheme.header.lower()} is not {scheme.encoding}") from error
    if len(digest) != _HASHES[scheme.algorithm]().digest_size:
        raise SignatureError(MALFORMED, f"the signature in {scheme.header.lower()} is not a whole {scheme.algorithm}")
    return digest

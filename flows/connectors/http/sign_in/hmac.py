"""Calls that are signed: one HMAC (RFC 2104) over the body, with a time before it where a header is named for one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flows.connectors.http.sign_in.kind import ConnectionKind, Dressing, Fault, Field, Outgoing, SecretField, Settings
from flows.connectors.http.sign_in.kind import text_of as text
from flows.definition.effect import ResolvedConnection
from integrator.lib.signing import HmacScheme, sign_hmac

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}\Z")  # of a header: RFC 9110, 5.6.2


def _check(settings: Settings) -> Iterator[Fault]:
    for name in ("header", "timestamp_header"):
        if settings.get(name) and not _NAME.match(settings[name]):
            yield name, "Give the name of a header: letters, digits and hyphens, such as X-Signature."


def _dress(connection: ResolvedConnection, outgoing: Outgoing) -> Dressing:
    fields: dict[str, Any] = {
        "header": text(connection, "header", "x-signature"),
        "algorithm": text(connection, "algorithm", "sha256"),
        "encoding": text(connection, "encoding", "hex"),
        "prefix": text(connection, "prefix"),
        "timestamp_header": text(connection, "timestamp_header") or None,
    }
    scheme = HmacScheme(**fields)
    headers = sign_hmac(scheme, connection.secret, outgoing.body, timestamp=outgoing.now)
    signature = headers[scheme.header.lower()].removeprefix(scheme.prefix)
    return Dressing(headers=headers, secrets=(connection.secret, signature))


HMAC = ConnectionKind(
    key="hmac",
    label="Signature (HMAC)",
    help="Each call is signed with a shared secret, which itself is never sent.",
    fields=(
        Field(name="header", label="Header of the signature", default="X-Signature"),
        Field(
            name="algorithm",
            label="Algorithm",
            choices=(("sha256", "SHA-256"), ("sha512", "SHA-512"), ("sha1", "SHA-1, for old systems only")),
            default="sha256",
        ),
        Field(
            name="encoding",
            label="Written as",
            choices=(("hex", "hexadecimal"), ("base64", "Base64")),
            default="hex",
        ),
        Field(name="prefix", label="Before the signature", required=False, help="Such as sha256=."),
        Field(
            name="timestamp_header",
            label="Header of the time",
            required=False,
            help="With it, “time.body” is signed, so that an old call cannot be sent again. Left empty: the "
            "body alone.",
        ),
    ),
    secret=SecretField(label="Shared secret"),
    check=_check,
    dress=_dress,
)

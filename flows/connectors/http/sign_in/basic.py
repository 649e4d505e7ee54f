"""User name and password: HTTP Basic (RFC 7617)."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from flows.connectors.http.sign_in.kind import ConnectionKind, Dressing, Fault, Field, Outgoing, SecretField, Settings
from flows.connectors.http.sign_in.kind import text_of as text
from flows.definition.effect import ResolvedConnection


def _check(settings: Settings) -> Iterator[Fault]:
    if ":" in settings["user"]:
        yield "user", "Give the user name; it has no colon."


def _dress(connection: ResolvedConnection, outgoing: Outgoing) -> Dressing:
    pair = base64.b64encode(f"{text(connection, 'user')}:{connection.secret}".encode()).decode()
    return Dressing(headers={"authorization": f"Basic {pair}"}, secrets=(connection.secret, pair))


BASIC = ConnectionKind(
    key="basic",
    label="User name and password",
    help="Sent with each call (HTTP Basic).",
    fields=(Field(name="user", label="User name"),),
    secret=SecretField(label="Password"),
    check=_check,
    dress=_dress,
)

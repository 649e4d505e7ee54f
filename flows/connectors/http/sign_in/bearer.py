"""A token that stays the same: bearer (RFC 6750)."""

from __future__ import annotations

from flows.connectors.http.sign_in.kind import ConnectionKind, Dressing, Outgoing, SecretField
from flows.definition.effect import ResolvedConnection


def _dress(connection: ResolvedConnection, outgoing: Outgoing) -> Dressing:
    return Dressing(headers={"authorization": f"Bearer {connection.secret}"}, secrets=(connection.secret,))


BEARER = ConnectionKind(
    key="bearer",
    label="Bearer token",
    help="A token that the other side gave out once, sent in the header Authorization.",
    secret=SecretField(label="Token"),
    dress=_dress,
)

"""A toy way to sign in: shows that a new one needs nothing but its file and a line of the registry."""

from __future__ import annotations

from flows.connectors.http.sign_in.kind import ConnectionKind, Dressing, Field, Outgoing, SecretField, text_of
from flows.definition.effect import ResolvedConnection


def _dress(connection: ResolvedConnection, outgoing: Outgoing) -> Dressing:
    knock = f"{text_of(connection, 'knocks')} {connection.secret}"
    return Dressing(headers={"x-knock": knock}, secrets=(connection.secret,))


TOY = ConnectionKind(
    key="toy",
    label="Knocking",
    help="Knocks so many times and says a word.",
    fields=(Field(name="knocks", label="Knocks"),),
    secret=SecretField(label="Word"),
    dress=_dress,
)

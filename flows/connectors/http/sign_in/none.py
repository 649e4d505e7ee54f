"""Calls that prove nothing."""

from __future__ import annotations

from flows.connectors.http.sign_in.kind import ConnectionKind, Dressing

NONE = ConnectionKind(
    key="none",
    label="No sign-in",
    help="The address alone; nothing secret is sent.",
    dress=lambda connection, outgoing: Dressing(),
)

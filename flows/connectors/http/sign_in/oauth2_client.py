"""OAuth2 client credentials (RFC 6749, section 4.4): the product itself signs in and gets a token for a while."""

from __future__ import annotations

from collections.abc import Iterator

from flows.connectors.http.sign_in.kind import ConnectionKind, Dressing, Fault, Field, Outgoing, SecretField, Settings
from flows.definition.effect import ResolvedConnection
from integrator.lib.outbound_http import BadURLError
from integrator.lib.outbound_http.urls import check_url

TOKEN_FIELDS = (
    Field(name="token_url", label="Token address", kind="url", help="Where tokens are given out."),
    Field(name="client_id", label="Client id"),
    Field(name="scope", label="Scope", required=False, help="What the token is to allow, words separated by spaces."),
    Field(name="audience", label="Audience", required=False, help="Only where the other side asks for it."),
    Field(
        name="client_auth",
        label="The client secret goes",
        choices=(("basic", "in the header (usual)"), ("body", "in the body")),
        default="basic",
    ),
)


def check_addresses(settings: Settings) -> Iterator[Fault]:
    """Faults of the addresses that OAuth2 needs."""
    for name in ("token_url", "authorize_url"):
        if settings.get(name):
            try:
                check_url(settings[name])
            except BadURLError as error:
                yield name, error.message


def dress_with_token(connection: ResolvedConnection, outgoing: Outgoing) -> Dressing:
    """The access token as bearer (RFC 6750)."""
    return Dressing(
        headers={"authorization": f"Bearer {connection.token}"}, secrets=(connection.token, connection.secret)
    )


OAUTH2_CLIENT = ConnectionKind(
    key="oauth2_client",
    label="OAuth2: we sign in ourselves",
    help="Client credentials: with a client id and secret we fetch a token, and a new one before it ends.",
    fields=TOKEN_FIELDS,
    secret=SecretField(label="Client secret"),
    grant="client_credentials",
    check=check_addresses,
    dress=dress_with_token,
)

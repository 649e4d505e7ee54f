"""OAuth2 by a person: where they approve, and the token that their approval is changed for."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.db import transaction

from flows.connectors.http.sign_in.oauth2 import TokenRequest, fetch_token
from flows.connectors.http.sign_in.oauth2_code import make_authorize_address
from flows.connectors.http.sign_in.registry import find_connection_kind
from flows.definition.kind import StepError
from flows.engine.tokens import keep_token_in, make_token_policy
from flows.errors import ConnectionRefused
from flows.models import Connection, ConnectionEnvironment, ConnectionToken
from flows.operations.connections.filling import record_connection
from flows.operations.connections.rights import get_environment, lock_connection
from integrator.database.clock import get_database_now
from integrator.people.models import Person
from integrator.secrets.errors import SecretMissing
from integrator.secrets.store import resolve_secrets


@dataclass(frozen=True, kw_only=True)
class Approval:
    """One approval under way. ``state`` and ``verifier`` stay in the person's session; ``address`` is where to go."""

    state: str
    verifier: str
    address: str


def begin_approval(*, connection_id: int, environment: str, redirect_uri: str, person: Person) -> Approval:
    """This will make the address at which the person approves. Raises NotFound, Forbidden, ConnectionRefused."""
    with transaction.atomic(durable=True):
        _, place = _get_place(connection_id, environment, person)
        state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        address = make_authorize_address(place.settings, state=state, verifier=verifier, redirect_uri=redirect_uri)
        return Approval(state=state, verifier=verifier, address=address)


def finish_approval(
    *, connection_id: int, environment: str, code: str, verifier: str, redirect_uri: str, person: Person
) -> Connection:
    """This will change the code for a token and keep it; the next call uses it.

    Raises NotFound, Forbidden, and ConnectionRefused saying why no token came.
    """
    with transaction.atomic(durable=True):
        row, place = _get_place(connection_id, environment, person)
        client_secret = _get_secret(row, place)
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier}
    request = TokenRequest(settings=place.settings, client_secret=client_secret, fields=fields)
    try:
        answer = fetch_token(request, policy=make_token_policy(place))
    except StepError as error:
        raise ConnectionRefused(error.code, error.message) from error
    with transaction.atomic(durable=True):
        row, place = _get_place(connection_id, environment, person)
        token, _ = ConnectionToken.objects.select_for_update(no_key=True).get_or_create(environment=place)
        token.refresh, token.refresh_expires_at = "", None  # of an earlier approval
        keep_token_in(token, answer, get_database_now())
        record_connection("connection.approved", row, person, environment=environment)
    return row


def _get_place(connection_id: int, environment: str, person: Person) -> tuple[Connection, ConnectionEnvironment]:
    row = lock_connection(person, connection_id)
    kind = find_connection_kind(row.kind)
    if kind is None or kind.grant != "authorization_code":
        raise ConnectionRefused("connection.invalid", f"'{row.name}' needs nobody's approval.")
    place = get_environment(row, environment)
    place.connection = row
    return row, place


def _get_secret(row: Connection, place: ConnectionEnvironment) -> str:
    try:
        return resolve_secrets(row.team_id, place.secret_name)[0]
    except SecretMissing as error:
        raise ConnectionRefused("connection.secret_missing", "Set the client secret first.") from error

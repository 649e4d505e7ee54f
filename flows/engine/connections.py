"""Connections for the moment of a call: facts from the table, secret and token from their stores, never kept."""

from __future__ import annotations

from functools import partial

from flows.connectors.http.sign_in.registry import find_connection_kind
from flows.definition.effect import LIVE, TEST, ConnectionFacts, ResolvedConnection
from flows.definition.kind import StepError
from flows.engine.tokens import get_access_token
from flows.models import Connection, ConnectionEnvironment
from integrator.secrets.errors import SecretMissing
from integrator.secrets.store import resolve_secrets


def get_connection_facts(team_id: int, key: str, environment: str = LIVE) -> ConnectionFacts | None:
    """The connection without its secret; None when the team has none of that key.

    Raises StepError ``connection.environment_missing`` where it has no address in this environment: a test run never
    falls back to the live one.
    """
    place = _find(team_id, key, environment)
    if place is not None:
        return make_facts(place)
    row = Connection.objects.filter(team_id=team_id, key=key).first()
    if row is None:
        return None
    of = "for test runs" if environment == TEST else f"in the environment '{environment}'"
    raise StepError(
        "connection.environment_missing",
        f"The connection '{row.name}' has no address {of}. Add the environment '{environment}' under Connections.",
    )


def make_facts(place: ConnectionEnvironment) -> ConnectionFacts:
    """What may be known of a connection in this environment; its connection comes joined."""
    row = place.connection
    return ConnectionFacts(
        key=row.key,
        name=row.name,
        kind=row.kind,
        base_url=place.base_url,
        settings=place.settings,
        repeat_safe=row.repeat_safe,
        allow=tuple(place.allow),
        environment=place.name,
        environment_id=place.pk,
        trust=place.trust,
    )


def resolve_connection(
    team_id: int, key: str, environment: str = LIVE, *, environment_id: int | None = None
) -> ResolvedConnection:
    """The connection with its secret. Raises StepError that says which one is missing and what to do.

    ``environment_id`` is of the environment that the call was planned for, whose name may be another one by now; where
    it is gone, or None, the name counts.
    """
    place = _find_planned(team_id, key, environment_id) or _find(team_id, key, environment or LIVE)
    if place is None:
        get_connection_facts(team_id, key, environment or LIVE)
        raise StepError(
            "connection.unknown",
            f"There is no connection '{key}' in this team. Add it under Connections, then try again.",
        )
    return resolve_environment(place)


def resolve_environment(place: ConnectionEnvironment) -> ResolvedConnection:
    """The connection in this environment with its secret and, for OAuth2, a token that is good. Raises StepError."""
    facts, kind = make_facts(place), find_connection_kind(place.connection.kind)
    if kind is None or kind.secret is None:
        return ResolvedConnection(facts=facts, secret="")
    try:
        secret = resolve_secrets(place.connection.team_id, place.secret_name)[0]
    except SecretMissing as error:
        raise StepError(
            "connection.secret_missing",
            f"The connection '{facts.name}' has no secret stored. Set it under Connections, then try again.",
        ) from error
    if not kind.grant:
        return ResolvedConnection(facts=facts, secret=secret)
    return _with_token(place, facts, secret)


def _with_token(
    place: ConnectionEnvironment, facts: ConnectionFacts, secret: str, *, refused: str = ""
) -> ResolvedConnection:
    token = get_access_token(place, secret, refused=refused)
    renew = partial(_with_token, place, facts, secret, refused=token)
    return ResolvedConnection(facts=facts, secret=secret, token=token, renew=renew)


def _find_planned(team_id: int, key: str, environment_id: int | None) -> ConnectionEnvironment | None:
    if environment_id is None:
        return None
    rows = ConnectionEnvironment.objects.select_related("connection")
    return rows.filter(pk=environment_id, connection__team_id=team_id, connection__key=key).first()


def _find(team_id: int, key: str, environment: str) -> ConnectionEnvironment | None:
    rows = ConnectionEnvironment.objects.select_related("connection")
    return rows.filter(connection__team_id=team_id, connection__key=key, name=environment).first()

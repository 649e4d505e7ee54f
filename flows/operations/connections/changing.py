"""Adding, changing and removing connections, and setting their secrets."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from flows.connectors.http.sign_in.registry import find_connection_kind
from flows.definition.effect import LIVE
from flows.errors import ConnectionRefused
from flows.models import Connection, ConnectionEnvironment, ConnectionToken
from flows.operations.connections.checking import ConnectionData, check_data, choose_key, refuse
from flows.operations.connections.filling import (
    fill_connection,
    fill_environment_in,
    record_connection,
    set_pace_in,
    store_secret_in,
    take_out_secret_in,
    tell_connection,
    tell_environment,
)
from flows.operations.connections.rights import get_environment, get_team, lock_connection
from flows.queries.connections import find_uses_of_connections
from integrator.events.actors import Actor
from integrator.people.models import Person
from integrator.secrets.errors import SecretMissing
from integrator.secrets.store import remove_secret


def add_connection(
    *, team_id: int, key: str, data: ConnectionData, secret: str, person: Person, now: datetime
) -> Connection:
    """This will add a connection with its environment ``live`` and its secret (empty for kind none).

    An empty ``key`` is made of the name.

    Raises NotFound, Forbidden, ConnectionRefused naming the field, SecretRefused.
    """
    with transaction.atomic(durable=True):
        team = get_team(person, team_id)
        key = choose_key(key, data.name)
        kind = check_data(data)
        if kind.secret is not None and not secret:
            raise refuse("secret", "Give the secret that this connection proves itself with.")
        row = Connection(team=team, key=key, created_by=person)
        fill_connection(row, data)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            raise refuse("key", f"{team} has a connection '{key}' already.", code="connection.key_taken") from error
        environment = ConnectionEnvironment(connection=row, name=LIVE)
        fill_environment_in(environment, data, kind)
        set_pace_in(row)
        record_connection("connection.added", row, person)
        if secret and kind.secret is not None:
            store_secret_in(environment, kind, secret, person=person, now=now)
    return row


def change_connection(
    *, connection_id: int, data: ConnectionData, person: Person, environment: str = LIVE
) -> Connection:
    """This will change all but team and key, and the address of one environment; the next call uses it.

    At another host the secret is taken out and must be set anew. Raises as ``add_connection``.
    """
    with transaction.atomic(durable=True):
        row = lock_connection(person, connection_id)
        kind = check_data(data)
        place = get_environment(row, environment)
        before = {**tell_connection(row), **tell_environment(place)}
        fill_connection(row, data)
        row.save()
        fill_environment_in(place, data, kind)
        take_out_secret_in(place, before, person)
        set_pace_in(row)
        after = {**tell_connection(row), **tell_environment(place)}
        changes = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
        if changes:
            record_connection("connection.changed", row, person, environment=environment, changes=changes)
    return row


def set_connection_secret(
    *,
    connection_id: int,
    secret: str,
    person: Person,
    now: datetime,
    keep_old_s: float | None = None,
    environment: str = LIVE,
) -> Connection:
    """This will set the secret of one environment; calls use it within 2 s. Raises as ``add_connection``."""
    with transaction.atomic(durable=True):
        row = lock_connection(person, connection_id)
        kind = find_connection_kind(row.kind)
        if kind is None:
            raise refuse("kind", "Choose first how the connection proves itself.")
        place = get_environment(row, environment)
        store_secret_in(place, kind, secret, person=person, now=now, keep_old_s=keep_old_s)
        if kind.grant == "client_credentials":
            ConnectionToken.objects.filter(environment=place).delete()  # the next call shows whether the new one works
        else:
            ConnectionToken.objects.filter(environment=place).update(failed_at=None, failure=None)
    return row


def remove_connection(*, connection_id: int, person: Person) -> None:
    """This will remove a connection and its secrets, unless a live flow uses it.

    Raises NotFound, Forbidden, ConnectionRefused (``connection.in_use``) naming the flows.
    """
    with transaction.atomic(durable=True):
        row = lock_connection(person, connection_id)
        uses = find_uses_of_connections([row])[row.pk]
        if uses:
            flows = list(dict.fromkeys(f"{use.flow.name} (version {use.version})" for use in uses))
            raise ConnectionRefused(
                "connection.in_use",
                f"{', '.join(flows)} {'use' if len(flows) > 1 else 'uses'} '{row.name}'. Publish without it first.",
                {"flows": [use.flow.key for use in uses]},
            )
        team = row.team
        secret_names = [place.secret_name for place in row.environments.all() if place.secret_name]
        record_connection("connection.removed", row, person)
        row.delete()
    for name in secret_names:
        try:
            remove_secret(team=team, name=name, actor=Actor.person(person))
        except SecretMissing:
            continue  # it was never set, or somebody removed it first: what was asked for is so

"""Adding, renaming and removing environments: each has an address and a secret of its own."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from flows.definition.effect import LIVE, TEST
from flows.errors import ConnectionRefused
from flows.models import Connection, ConnectionEnvironment
from flows.operations.connections.checking import (
    ConnectionData,
    check_data,
    check_environment_name,
    make_secret_name,
    refuse,
)
from flows.operations.connections.filling import (
    fill_environment_in,
    record_connection,
    set_pace_in,
    store_secret_in,
    tell_environment,
)
from flows.operations.connections.rights import get_environment, lock_connection
from flows.queries.connections import find_uses_of_environment
from integrator.events.actors import Actor
from integrator.people.models import Person
from integrator.secrets.errors import SecretMissing
from integrator.secrets.store import remove_secret, rename_secret_in


def add_environment(
    *, connection_id: int, name: str, data: ConnectionData, secret: str, person: Person, now: datetime
) -> ConnectionEnvironment:
    """This will add an environment to a connection. Of ``data`` its address, settings, ``allow`` and ``trust`` count.

    Raises NotFound, Forbidden, ConnectionRefused naming the field, SecretRefused.
    """
    with transaction.atomic(durable=True):
        row = lock_connection(person, connection_id)
        check_environment_name(name)
        kind = check_data(data)
        if data.kind != row.kind:
            raise refuse("kind", "Every environment of a connection signs in in the same way.")
        if kind.secret is not None and not secret:
            raise refuse("secret", "Give the secret of this environment; it has its own.")
        place = ConnectionEnvironment(connection=row, name=name)
        try:
            with transaction.atomic():
                fill_environment_in(place, data, kind)
        except IntegrityError as error:
            raise _taken(row, name) from error
        set_pace_in(row)
        told = {field: (None, value) for field, value in tell_environment(place).items() if value}
        record_connection("connection.changed", row, person, environment=name, changes=told)
        if secret and kind.secret is not None:
            store_secret_in(place, kind, secret, person=person, now=now)
    return place


def rename_environment(*, connection_id: int, name: str, to: str, person: Person) -> ConnectionEnvironment:
    """This will give an environment another name; its address and its secret stay.

    Raises NotFound, Forbidden, ConnectionRefused for ``live``, for a name that is taken or cannot be one, and for an
    environment that a live flow names (``connection.environment_in_use``).
    """
    with transaction.atomic(durable=True):
        row = lock_connection(person, connection_id)
        check_environment_name(to)
        place = get_environment(row, name)
        if to == name:
            return place
        _refuse_live(row, name, to)
        _refuse_named(row, name)
        if row.environments.filter(name=to).exists():
            raise _taken(row, to)
        _move_secret_in(place, row, to, person)
        place.name = to
        place.save(update_fields=["name", "secret_name"])
        record_connection("connection.changed", row, person, environment=to, changes={"environment": (name, to)})
    return place


def _move_secret_in(place: ConnectionEnvironment, row: Connection, to: str, person: Person) -> None:
    if not place.secret_name:
        return
    old, place.secret_name = place.secret_name, make_secret_name(row.key, to)
    try:
        rename_secret_in(team=row.team, name=old, to=place.secret_name, actor=Actor.person(person))
    except SecretMissing:
        return  # it is to be set still


def _refuse_named(row: Connection, name: str) -> None:
    uses = find_uses_of_environment(row, name)
    if uses:
        flows = list(dict.fromkeys(f"{use.flow.name} (version {use.version})" for use in uses))
        raise ConnectionRefused(
            "connection.environment_in_use",
            f"{', '.join(flows)} {'go' if len(flows) > 1 else 'goes'} by the environment '{name}' of '{row.name}'. "
            "Publish without it first.",
            {"flows": list(dict.fromkeys(use.flow.key for use in uses))},
        )


def _refuse_live(row: Connection, name: str, to: str) -> None:
    """Every connection has its ``live`` from beginning to end, so it keeps its name and no other gets it."""
    if name == LIVE:
        raise ConnectionRefused(
            "connection.environment_live",
            "Published flows call the environment 'live', so it keeps its name. Add another environment for others.",
        )
    if to == LIVE:
        raise ConnectionRefused(
            "connection.environment_live",
            f"'{row.name}' has its environment 'live' already, the one that published flows call. Choose another name; "
            f"to have them call the address of '{name}', write that address under 'live'.",
        )


def _taken(row: Connection, name: str) -> ConnectionRefused:
    what = f"'{row.name}' has an environment '{name}' already"
    used = {LIVE: ", the one that published flows call", TEST: ", the one that test runs call"}.get(name, "")
    told = f"{what}{used}. Choose another name, or change the address of that one."
    return refuse("environment", told, code="connection.key_taken")


def remove_environment(*, connection_id: int, name: str, person: Person) -> None:
    """This will remove an environment with its secret. Raises NotFound, Forbidden, ConnectionRefused for ``live``
    and for one that a live flow names (``connection.environment_in_use``)."""
    with transaction.atomic(durable=True):
        row = lock_connection(person, connection_id)
        if name == LIVE:
            raise ConnectionRefused(
                "connection.environment_live", "Published flows use 'live'. Remove the whole connection instead."
            )
        place = get_environment(row, name)
        _refuse_named(row, name)
        changes = {field: (value, None) for field, value in tell_environment(place).items() if value}
        record_connection("connection.changed", row, person, environment=name, changes=changes)
        team, secret_name = row.team, place.secret_name
        place.delete()
    if secret_name:
        try:
            remove_secret(team=team, name=secret_name, actor=Actor.person(person))
        except SecretMissing:
            return  # it was never set, or somebody removed it first: what was asked for is so

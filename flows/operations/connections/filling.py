"""From what was typed to the rows, and from the rows to what an event may say. Called inside a transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flows.connectors.http.sign_in.kind import ConnectionKind
from flows.connectors.http.sign_in.registry import find_connection_kind
from flows.models import Connection, ConnectionEnvironment, ConnectionPace, ConnectionToken
from flows.operations.connections.checking import ConnectionData, check_secret, is_elsewhere, make_secret_name, refuse
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.people.models import Person
from integrator.secrets.errors import SecretMissing
from integrator.secrets.store import remove_secret_in, set_secret_in

_OF_TOKENS = ("token_url", "authorize_url", "client_id", "scope", "audience")


def read_data(given: Mapping[str, Any]) -> ConnectionData:
    """What a connection says of itself by the members ``given``; those that are left out say nothing.

    Raises ConnectionRefused for settings that its kind does not have.
    """
    kind = find_connection_kind(given["kind"])
    settings: Mapping[str, str] = given.get("settings") or {}
    kept = kind.read_typed(kind.show(settings)) if kind is not None else {}
    unknown = [name for name, value in settings.items() if value and name not in kept]
    if unknown and kind is not None:
        raise refuse(
            "settings", f"'{unknown[0]}' is not a setting of connections of the kind {kind.key}. Leave it out."
        )
    return ConnectionData(
        name=given["name"],
        kind=given["kind"],
        base_url=given.get("base_url", ""),
        settings=kept,
        repeat_safe=given.get("repeat_safe", False),
        allow=tuple(given.get("allow") or ()),
        trust=given.get("trust", "").strip(),
        rate=given.get("rate") or {},
    )


def data_of(row: Connection, given: Mapping[str, Any]) -> ConnectionData:
    """What the connection says of itself, with the address of one environment as ``given`` by its members.

    Raises as ``read_data``.
    """
    shared = {"name": row.name, "kind": row.kind, "repeat_safe": row.repeat_safe, "rate": row.rate}
    return read_data({**given, **shared})


def fill_connection(row: Connection, data: ConnectionData) -> None:
    """What counts in every environment."""
    row.name, row.kind, row.repeat_safe, row.rate = data.name.strip(), data.kind, data.repeat_safe, dict(data.rate)


def fill_environment_in(environment: ConnectionEnvironment, data: ConnectionData, kind: ConnectionKind) -> None:
    """What counts in this one; a token that was fetched under other settings is forgotten."""
    before = {name: environment.settings.get(name) for name in _OF_TOKENS}
    environment.base_url, environment.settings = data.base_url, dict(data.settings)
    environment.allow, environment.trust = list(data.allow), data.trust
    key = environment.connection.key
    environment.secret_name = make_secret_name(key, environment.name) if kind.secret is not None else ""
    environment.save()
    if before != {name: environment.settings.get(name) for name in _OF_TOKENS}:
        ConnectionToken.objects.filter(environment=environment).delete()


def take_out_secret_in(environment: ConnectionEnvironment, before: Mapping[str, object], person: Person) -> bool:
    """This will remove the secret and token where what they are sent to has moved to another host; whether it did.

    Else whoever may change the address, but never see the secret, could have it sent to themselves. ``before`` is what
    ``tell_environment`` gave. A connection without a sign-in may still have the secret of an earlier one.
    """
    old, new = _list_receivers(before), _list_receivers(tell_environment(environment))
    if not any(is_elsewhere(was, now) for was, now in zip(old, new, strict=True)):
        return False
    ConnectionToken.objects.filter(environment=environment).delete()
    team, name = environment.connection.team, make_secret_name(environment.connection.key, environment.name)
    try:
        remove_secret_in(team=team, name=name, actor=Actor.person(person))
    except SecretMissing:
        return False
    environment.secret_facts = {}
    environment.save(update_fields=["secret_facts"])
    return True


def _list_receivers(told: Mapping[str, Any]) -> tuple[str, str]:
    """The addresses that get a secret or token."""
    return str(told["base_url"]), str(told["settings"].get("token_url") or "")


def set_pace_in(row: Connection) -> None:
    """One row an environment while the connection has a rate, none else. What has left counts on."""
    if not row.rate:
        ConnectionPace.objects.filter(environment__connection=row).delete()
        return
    for environment in row.environments.all():
        rate = {"requests": row.rate["requests"], "per_s": row.rate["per_s"], "opens_at": None}
        ConnectionPace.objects.update_or_create(environment=environment, defaults=rate)


def store_secret_in(
    environment: ConnectionEnvironment,
    kind: ConnectionKind,
    secret: str,
    *,
    person: Person,
    now: datetime,
    keep_old_s: float | None = None,
) -> None:
    """Set the secret and note what may be known of it. Raises ConnectionRefused, SecretRefused."""
    if kind.secret is None:
        raise refuse("secret", "This connection needs no secret. Choose first how it proves itself.")
    environment.secret_facts = dict(check_secret(kind, secret))
    environment.save(update_fields=["secret_facts"])
    set_secret_in(
        team=environment.connection.team,
        name=environment.secret_name,
        value=secret,
        actor=Actor.person(person),
        keep_old_s=keep_old_s,
        now=now,
    )


def tell_environment(environment: ConnectionEnvironment) -> dict[str, object]:
    """Its address and settings, for old and new in events."""
    return {
        "base_url": environment.base_url,
        "settings": environment.settings,
        "allow": environment.allow,
        "trust": environment.trust,
    }


def tell_connection(row: Connection) -> dict[str, object]:
    """What counts everywhere, for old and new in events."""
    return {"name": row.name, "kind": row.kind, "repeat_safe": row.repeat_safe, "rate": row.rate}


def record_connection(
    name: str,
    row: Connection,
    person: Person,
    *,
    environment: str = "",
    changes: Mapping[str, tuple[object, object]] | None = None,
    more: Mapping[str, object] | None = None,
) -> None:
    """One event about a connection; ``environment`` where it is about one alone."""
    data: dict[str, object] = {"name": row.key, "label": row.name, "team": row.team.slug, **(more or {})}
    record(
        name,
        actor=Actor.person(person),
        subject=("connection", row.pk),
        data={**data, "environment": environment} if environment else data,
        changes=changes or {},
        team_id=row.team_id,
    )

"""Connections in the tables for tests, with their environment and secret."""

from __future__ import annotations

from typing import Any

from flows.models import Connection, ConnectionEnvironment
from flows.operations.connections.filling import set_pace_in
from integrator.events.actors import SYSTEM
from integrator.people.models import Person
from integrator.secrets.store import set_secret
from tests.support.flows import make_team


def make_place(
    kind: str = "none",
    *,
    base_url: str = "",
    secret: str = "",
    name: str = "live",
    key: str = "erp",
    rate: dict[str, Any] | None = None,
    created_by: Person | None = None,
    **settings: str,
) -> ConnectionEnvironment:
    """An environment of the connection "erp" of marketing, which is made with it where it is not there."""
    team = make_team()
    row, _ = Connection.objects.get_or_create(
        team=team, key=key, defaults={"name": "ERP", "kind": kind, "rate": rate or {}, "created_by": created_by}
    )
    secret_name = f"connection.{key}" if name == "live" else f"connection.{key}.{name}"
    place = ConnectionEnvironment.objects.create(
        connection=row, name=name, base_url=base_url, settings=settings, secret_name=secret_name if secret else ""
    )
    set_pace_in(row)
    if secret:
        set_secret(team=team, name=secret_name, value=secret, actor=SYSTEM)
    return place

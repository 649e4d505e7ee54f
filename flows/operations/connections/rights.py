"""Who may change connections, and the rows for those who may. A stranger cannot tell what there is."""

from __future__ import annotations

from flows.errors import ConnectionRefused, Forbidden, NotFound
from flows.models import Connection, ConnectionEnvironment
from integrator.people.models import Person, Team
from integrator.people.rights import Action, can


def get_team(person: Person, team_id: int) -> Team:
    """The team, for those who look after its connections. Raises NotFound, Forbidden."""
    team = Team.objects.filter(pk=team_id).first()
    if team is None or not can(person, Action.CONNECTION_READ, team):
        raise NotFound("team")
    _require(person, team)
    return team


def lock_connection(person: Person, connection_id: int) -> Connection:
    """The connection, locked for a change. Raises NotFound, Forbidden."""
    row = Connection.objects.select_for_update(of=("self",)).select_related("team").filter(pk=connection_id).first()
    if row is None or not can(person, Action.CONNECTION_READ, row.team):
        raise NotFound("connection")
    _require(person, row.team)
    return row


def get_environment(row: Connection, name: str) -> ConnectionEnvironment:
    """Its environment of this name. Raises ConnectionRefused ``connection.environment_unknown``."""
    found = ConnectionEnvironment.objects.filter(connection=row, name=name).first()
    if found is None:
        raise ConnectionRefused(
            "connection.environment_unknown",
            f"'{row.name}' has no environment '{name}'. Add it first.",
            {"field": "environment"},
        )
    return found


def _require(person: Person, team: Team) -> None:
    if not can(person, Action.CONNECTION_MANAGE, team):
        raise Forbidden("connection", f"Publishers and leads of {team} look after its connections. Ask one of them.")

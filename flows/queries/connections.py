"""Connections and secret names as one person may see them, and which live flows use them. Never a secret's value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from flows.definition.editing.document import place_of
from flows.errors import NotFound
from flows.models import Connection, ConnectionEnvironment, Draft, Flow
from integrator.people.models import Person, Team
from integrator.people.rights import Action, limit_to_teams, team_ids_where
from integrator.secrets.models import Secret

OF_CONNECTIONS = "connection."  # how the names of secrets begin that belong to connections


@dataclass(frozen=True, kw_only=True)
class UsedBy:
    """What uses something; ``place`` says where: ``step “Reply”`` or ``its webhook``.

    ``version`` is the live version's number; of a draft it is None.
    """

    flow: Flow
    place: str
    version: int | None = None


def list_connections(person: Person) -> QuerySet[Connection]:
    """This will give the connections of the teams in which the person may see them, by name."""
    rows = limit_to_teams(Connection.objects.all(), team_ids_where(person, Action.CONNECTION_READ))
    return rows.select_related("team").prefetch_related("environments").order_by("name", "id")


def get_connection_for(person: Person, team: str, key: str) -> Connection:
    """This will give one connection by its team's short name and its key. Raises NotFound, for strangers too."""
    found = list_connections(person).filter(team__slug=team, key=key).first()
    if found is None:
        raise NotFound("connection")
    return found


def get_environment_of(connection: Connection, name: str) -> ConnectionEnvironment:
    """This will give one of its environments, with its token where it has one. Raises NotFound."""
    rows = ConnectionEnvironment.objects.select_related("token", "pace").filter(connection=connection, name=name)
    found = rows.first()
    if found is None:
        raise NotFound("environment")
    found.connection = connection
    return found


def has_secret(place: ConnectionEnvironment) -> bool:
    """This will say whether a secret is stored for it. One query, none where it needs none."""
    rows = Secret.objects.filter(team_id=place.connection.team_id, name=place.secret_name)
    return bool(place.secret_name) and rows.exists()


def list_teams_where(person: Person, action: Action) -> QuerySet[Team]:
    """This will give the teams in which the person may do ``action``, by name."""
    return limit_to_teams(Team.objects.all(), team_ids_where(person, action), field="id").order_by("name", "id")


def list_secrets(person: Person) -> list[Secret]:
    """This will give the secrets that triggers use, without those of connections, of teams where the person may set
    them; by team and name. ``set_at`` is when the newest value was stored."""
    rows = limit_to_teams(Secret.objects.all(), team_ids_where(person, Action.SECRET_SET))
    rows = rows.exclude(name__startswith=OF_CONNECTIONS).select_related("team").prefetch_related("values")
    return list(rows.order_by("team__name", "name", "id"))


def find_uses_of_connections(connections: Iterable[Connection]) -> Mapping[int, list[UsedBy]]:
    """This will give by connection id the steps and triggers of live versions that name it. One query."""
    ids = {(row.team_id, row.key): row.pk for row in connections}
    found: dict[int, list[UsedBy]] = {pk: [] for pk in ids.values()}
    for flow, document in _live_documents({team_id for team_id, _ in ids}):
        for named, place in _named_connections(document):
            pk = ids.get((flow.team_id, named))
            if pk is not None:
                version = flow.live_version.number if flow.live_version is not None else None
                found[pk].append(UsedBy(flow=flow, place=place, version=version))
    return found


def find_uses_of_environment(connection: Connection, name: str) -> list[UsedBy]:
    """This will give where live flows name it whose trigger names this environment. One query."""
    return [
        UsedBy(flow=flow, place=place, version=flow.live_version.number if flow.live_version else None)
        for flow, document in _live_documents({connection.team_id})
        if (document.get("trigger") or {}).get("environment") == name
        for named, place in _named_connections(document)
        if named == connection.key
    ]


def find_drafts_using(connection: Connection) -> list[UsedBy]:
    """This will give the drafts of its team's flows that name it, by flow. They bar nothing, but cannot go live."""
    drafts = Draft.objects.filter(flow__team_id=connection.team_id).select_related("flow").order_by("flow__name", "id")
    return [
        UsedBy(flow=draft.flow, place=place)
        for draft in drafts
        for named, place in _named_connections(draft.document)
        if named == connection.key
    ]


def find_uses_of_secrets(secrets: Iterable[Secret]) -> Mapping[int, list[UsedBy]]:
    """This will give by secret id the live flows that check callers or open a mailbox with it. One query."""
    ids = {(row.team_id, row.name): row.pk for row in secrets}
    found: dict[int, list[UsedBy]] = {pk: [] for pk in ids.values()}
    for flow, document in _live_documents({team_id for team_id, _ in ids}):
        number = flow.live_version.number if flow.live_version else None
        for setting, place in (("auth", "its webhook"), ("mailbox", "its mailbox")):
            named = (document.get("trigger") or {}).get(setting)
            pk = ids.get((flow.team_id, str(named.get("secret")))) if isinstance(named, dict) else None
            if pk is not None:
                found[pk].append(UsedBy(flow=flow, place=place, version=number))
    return found


def _named_connections(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each connection that a design names, and where."""
    for key, step in (document.get("steps") or {}).items():
        named = (step.get("with") or {}).get("connection")
        if isinstance(named, str):
            yield named, place_of(key, step)
    trigger = document.get("trigger") or {}
    mailbox = trigger.get("mailbox")
    for named in (trigger.get("connection"), mailbox.get("connection") if isinstance(mailbox, dict) else None):
        if isinstance(named, str):
            yield named, "its trigger"


def _live_documents(team_ids: set[int]) -> Iterator[tuple[Flow, dict[str, Any]]]:
    flows = Flow.objects.filter(team_id__in=team_ids, live_version__isnull=False).select_related("live_version")
    for flow in flows.order_by("name", "id"):
        if flow.live_version is not None:
            yield flow, flow.live_version.document

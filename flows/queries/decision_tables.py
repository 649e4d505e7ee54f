"""Decision tables as one person may see them, their versions, and which flows use them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import QuerySet

from flows.definition.editing.document import place_of
from flows.errors import NotFound
from flows.models import DecisionTable, DecisionTableVersion, Draft, Flow
from flows.queries.connections import UsedBy
from integrator.people.models import Person
from integrator.people.rights import Action, limit_to_teams, team_ids_where


def list_tables(person: Person) -> QuerySet[DecisionTable]:
    """This will give the tables of the teams in which the person may see them, by name."""
    rows = limit_to_teams(DecisionTable.objects.all(), team_ids_where(person, Action.TABLE_READ))
    return rows.select_related("team", "live_version", "changed_by").order_by("name", "id")


def get_table_for(person: Person | None, key: str) -> DecisionTable:
    """This will give one table by its key; ``person`` None is a command. Raises NotFound, for strangers too."""
    rows = DecisionTable.objects.select_related("team", "live_version") if person is None else list_tables(person)
    found = rows.filter(key=key).first()
    if found is None:
        raise NotFound("table")
    return found


def list_versions(table: DecisionTable) -> QuerySet[DecisionTableVersion]:
    """This will give the published versions, the newest first."""
    return table.versions.select_related("published_by").order_by("-number", "-id")


def find_uses_of_tables(tables: Iterable[DecisionTable]) -> Mapping[int, list[UsedBy]]:
    """This will give by table id the steps of live versions that name it, then of drafts (``version`` None)."""
    ids = {(row.team_id, row.key): row.pk for row in tables}
    found: dict[int, list[UsedBy]] = {pk: [] for pk in ids.values()}
    teams = {team_id for team_id, _ in ids}
    flows = Flow.objects.filter(team_id__in=teams, live_version__isnull=False).select_related("live_version")
    for flow in flows.order_by("name", "id"):
        if flow.live_version is not None:
            for key, place in _named_tables(flow.live_version.document):
                if pk := ids.get((flow.team_id, key)):
                    found[pk].append(UsedBy(flow=flow, place=place, version=flow.live_version.number))
    drafts = Draft.objects.filter(flow__team_id__in=teams).select_related("flow").order_by("flow__name", "id")
    for draft in drafts:
        for key, place in _named_tables(draft.document):
            if pk := ids.get((draft.flow.team_id, key)):
                found[pk].append(UsedBy(flow=draft.flow, place=place))
    return found


def _named_tables(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, step in (document.get("steps") or {}).items():
        if step.get("kind") == "decision_table":
            yield str((step.get("with") or {}).get("table")), place_of(key, step)

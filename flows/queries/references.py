"""Which names of a design a team does not have, and what could stand instead. The caller has checked the rights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from flows.definition.references import Reference
from flows.models import Connection, DecisionTable, Flow
from flows.queries.connections import OF_CONNECTIONS
from integrator.people.models import Person, Team
from integrator.secrets.models import Secret

MAX_OPTIONS = 200


@dataclass(frozen=True, kw_only=True)
class Pick:
    """A name to choose for: ``field`` of the form, what the team has instead, and whether the name itself is there."""

    reference: Reference
    field: str
    options: tuple[tuple[str, str], ...]
    is_known: bool

    @property
    def label(self) -> str:
        """``Connection “erp”``."""
        words = {"connection": "Connection", "secret": "Secret", "table": "Decision table", "flow": "Flow"}
        return f"{words.get(self.reference.sort, self.reference.sort.capitalize())} “{self.reference.name}”"


def list_picks(references: Iterable[Reference], team: Team) -> list[Pick]:
    """This will say for each name whether it is there for flows of ``team``, and what is. A query for each sort."""
    options: dict[str, tuple[tuple[str, str], ...]] = {}
    picks = []
    for number, reference in enumerate(references):
        sort = reference.sort
        if sort not in options:
            options[sort] = tuple(_list_options(sort, team))
        known = {value for value, _ in options[sort]}
        if sort == "person":  # by user name or by e-mail
            known |= set(Person.objects.filter(email=reference.name, is_active=True).values_list("email", flat=True))
        picks.append(
            Pick(reference=reference, field=f"name_{number}", options=options[sort], is_known=reference.name in known)
        )
    return picks


def _list_options(sort: str, team: Team) -> list[tuple[str, str]]:
    return list(_query_options(sort, team)[:MAX_OPTIONS])


def _query_options(sort: str, team: Team) -> QuerySet[Any, tuple[Any, ...]]:
    if sort == "connection":
        return Connection.objects.filter(team=team).order_by("name", "id").values_list("key", "name")
    if sort == "secret":
        secrets = Secret.objects.filter(team=team).exclude(name__startswith=OF_CONNECTIONS)
        return secrets.order_by("name", "id").values_list("name", "name")
    if sort == "table":
        return DecisionTable.objects.filter(team=team).order_by("name", "id").values_list("key", "name")
    if sort == "flow":
        flows = Flow.objects.filter(team=team, archived_at__isnull=True)
        return flows.order_by("name", "id").values_list("key", "name")
    if sort == "team":
        return Team.objects.order_by("name", "id").values_list("slug", "name")
    return Person.objects.filter(is_active=True).order_by("username", "id").values_list("username", "username")

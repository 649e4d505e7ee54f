"""What the subjects of events are called, for who reads the log. The log itself has ids, and exports keep them.

Only things of the settings and people: titles of cases, tasks and alerts stay with those who may see them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from cases.models import CaseType, Form, SlaPolicy
from flows.models import Connection, DecisionTable, Flow
from integrator.events.queries import EventRow
from integrator.people.models import AccessToken, BusinessCalendar, Person, Team
from integrator.secrets.models import Secret
from notifications.models import AlertType

MAX_DIGITS = 18
Names = Mapping[tuple[str, str], tuple[str, str]]  # (subject type, id) → (what its address holds, its name)


@dataclass(frozen=True, kw_only=True)
class _Source:
    """Where subjects of one sort are: ``by`` are the columns that events name them by, ``address`` what links hold."""

    model: type[Model]
    by: tuple[str, ...] = ("id",)
    name: str = "name"
    address: str = ""


_SOURCES = {
    "alert_type": _Source(model=AlertType, by=("id", "key"), name="label"),
    "calendar": _Source(model=BusinessCalendar),
    "case_type": _Source(model=CaseType),
    "connection": _Source(model=Connection),
    "flow": _Source(model=Flow, address="key"),
    "form": _Source(model=Form),
    "person": _Source(model=Person),
    "secret": _Source(model=Secret),
    "sla_policy": _Source(model=SlaPolicy, by=("key",)),
    "table": _Source(model=DecisionTable),
    "team": _Source(model=Team),
    "token": _Source(model=AccessToken),
}


def get_subject_names(rows: Iterable[EventRow]) -> Names:
    """This will say what the subjects of these events are called now; of what is gone, what its event called it.

    One query for each sort among them, two for alert types.
    """
    found: dict[tuple[str, str], tuple[str, str]] = {}
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.subject_type in _SOURCES:
            wanted[row.subject_type].add(row.subject_id)
            if row.data:
                found.setdefault((row.subject_type, row.subject_id), ("", _read_name(row.subject_type, row.data)))
    for sort, ids in wanted.items():
        for column in _SOURCES[sort].by:
            found |= _look_up(sort, column, ids)
    return found


def _look_up(sort: str, column: str, ids: set[str]) -> dict[tuple[str, str], tuple[str, str]]:
    source = _SOURCES[sort]
    known = {ident for ident in ids if ident.isdecimal() and len(ident) <= MAX_DIGITS} if column == "id" else ids
    if not known:
        return {}
    columns = (column, source.name, source.address or "pk", *(("username",) if sort == "person" else ()))
    rows = source.model._default_manager.filter(**{f"{column}__in": known}).values_list(*columns)
    return {
        (sort, str(ident)): (address if source.address else "", str(name or "".join(rest)))
        for ident, name, address, *rest in rows
    }


def _read_name(sort: str, data: Mapping[str, Any]) -> str:
    """The name in what an event kept, the key where it kept no more."""
    members = ("label", "name", sort, "key", "slug", "username", "type")
    return next((value for member in members if isinstance(value := data.get(member), str) and value), "")

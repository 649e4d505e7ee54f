"""Who held which role in which team at a moment, rebuilt from the event log alone: the tables of today are not asked.

What was given before the log begins, or by other means than the product's own, is not in it. Reads only.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.events.models import Event
from integrator.events.payloads import decode_payload
from integrator.events.queries import get_actor_names
from integrator.lib.clock import parse_instant, to_rfc3339
from integrator.lib.csv_safe import safe_row
from integrator.people.models import Person, Team
from integrator.people.rights import Action, EveryTeam, TeamScope, can_anywhere, team_ids_where

EVENTS = (
    *("membership.added", "membership.removed", "team.changed", "person.deactivated", "person.reactivated"),
    *("people.substitute_named", "people.substitute_ended"),
)
COLUMNS = ("person", "user_name", "team", "role", "since", "given_by", "active")
Key = tuple[str, int | None, str]


@dataclass(frozen=True, kw_only=True)
class HeldRole:
    """A role as it was held. ``team_id`` None: everywhere. ``given_by`` is an actor text such as ``person:12``.

    ``role`` is also ``team lead`` for whom the team names, and ``substitute for lee`` for who stood in.
    """

    person_id: str
    team_id: int | None
    role: str
    since_at: datetime
    given_by: str
    is_active: bool = True


@dataclass(frozen=True, kw_only=True)
class ReportRow:
    """The same in words."""

    person: str
    user_name: str
    team: str
    role: str
    since_at: datetime
    given_by: str
    is_active: bool


@dataclass(frozen=True, kw_only=True)
class _Told:
    """One event as the replay takes it."""

    at: datetime
    name: str
    actor: str
    subject_id: str
    team_id: int | None
    data: Mapping[str, Any]
    changes: Mapping[str, tuple[Any, Any]]


def can_see_rights_report(person: Person) -> bool:
    """Whether there is a team whose log the person may read."""
    return can_anywhere(person, Action.EVENT_READ)


def end_of_day(day: date | None, now: datetime) -> datetime:
    """The last moment of a day in the time zone in force; ``now`` for today, for a day to come and for None."""
    if day is None or day >= timezone.localdate(now):
        return now
    day = max(day, date(1970, 1, 1))  # before any log, and no clock overflows
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min)) - timedelta(microseconds=1)


def rebuild_roles(at: datetime) -> list[HeldRole]:
    """This will replay the log up to ``at`` (inclusive) and give the roles held then. One query, streamed."""
    rows = Event.objects.filter(name__in=EVENTS, at__lte=at).select_related("payload").order_by("id")
    return replay((_read(row) for row in rows.iterator(chunk_size=1_000)), at)


def list_report(person: Person, at: datetime, *, team: str = "", who: str = "") -> list[ReportRow]:
    """This will give the roles of the teams whose log the person may read, by team and person.

    ``team`` is a short name, ``who`` a user name. Three queries.
    """
    scope = team_ids_where(person, Action.EVENT_READ)
    held = [role for role in rebuild_roles(at) if _is_in(role.team_id, scope)]
    teams = {row.pk: row for row in Team.objects.all()}
    ids = {int(role.person_id) for role in held if role.person_id.isdecimal()}
    people = {str(row.pk): row for row in Person.objects.filter(pk__in=ids)}
    givers = get_actor_names(role.given_by for role in held)
    rows = [_tell(role, people, teams, givers) for role in held]
    slugs = {row.name: row.slug for row in teams.values()}
    found = [row for row in rows if who in ("", row.user_name) and team in ("", slugs.get(row.team, ""))]
    return sorted(found, key=lambda row: (row.team, row.user_name, row.role))


def export_report(person: Person, at: datetime, *, team: str = "", who: str = "") -> str:
    """This will record the export and give the report as CSV that no spreadsheet takes for formulas."""
    rows = list_report(person, at, team=team, who=who)
    filters = {"on": to_rfc3339(at), "team": team, "person": who}
    with transaction.atomic():
        record(
            "export.made",
            actor=Actor.person(person),
            subject=("log", "rights"),
            data={"what": "rights report", "format": "csv", "filters": {k: v for k, v in filters.items() if v}},
        )
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        cells = (row.person, row.user_name, row.team, row.role, to_rfc3339(row.since_at), row.given_by)
        writer.writerow(safe_row([*cells, "yes" if row.is_active else "no"]))
    return out.getvalue()


def replay(events: Iterable[_Told], at: datetime) -> list[HeldRole]:
    """The roles after these events. Pure."""
    held: dict[Key, HeldRole] = {}
    stands: dict[tuple[str, str, int | None, str], tuple[datetime, HeldRole]] = {}
    inactive: set[str] = set()
    for event in events:
        if event.name.startswith("membership."):
            _take_role(held, event)
        elif event.name.startswith("person."):
            (inactive.add if event.name == "person.deactivated" else inactive.discard)(event.subject_id)
        elif event.name == "team.changed":
            _take_lead(held, event)
        else:
            _take_substitute(stands, event)
    covering = [role for ends_at, role in stands.values() if role.since_at <= at < ends_at]
    return [_mark(role, inactive) for role in [*held.values(), *covering]]


def _take_role(held: dict[Key, HeldRole], event: _Told) -> None:
    role = str(event.data.get("role") or "")
    key = (event.subject_id, event.team_id, role)
    if event.name == "membership.removed":
        held.pop(key, None)
        return
    held.setdefault(
        key,
        HeldRole(person_id=event.subject_id, team_id=event.team_id, role=role, since_at=event.at, given_by=event.actor),
    )


def _take_lead(held: dict[Key, HeldRole], event: _Told) -> None:
    if "lead" not in event.changes:
        return
    old, new = event.changes["lead"]
    held.pop((str(old), event.team_id, "team lead"), None)
    if new is not None:
        held[(str(new), event.team_id, "team lead")] = HeldRole(
            person_id=str(new), team_id=event.team_id, role="team lead", since_at=event.at, given_by=event.actor
        )


def _take_substitute(stands: dict[Any, tuple[datetime, HeldRole]], event: _Told) -> None:
    data = event.data
    if not data.get("starts_at") or not data.get("ends_at"):
        return
    starts_at, ends_at = parse_instant(data["starts_at"]), parse_instant(data["ends_at"])
    role = HeldRole(
        person_id=f"@{data.get('substitute')}",
        team_id=event.team_id,
        role=f"substitute for {data.get('person')}",
        since_at=starts_at,
        given_by=event.actor,
    )
    stands[(role.person_id, role.role, event.team_id, data["starts_at"])] = (ends_at, role)


def _mark(role: HeldRole, inactive: set[str]) -> HeldRole:
    if role.person_id not in inactive:
        return role
    return HeldRole(**{**vars(role), "is_active": False})


def _read(event: Event) -> _Told:
    stored = getattr(event, "payload", None)
    data, changes = decode_payload(stored.payload if stored else None)
    return _Told(
        at=event.at,
        name=event.name,
        actor=event.actor,
        subject_id=event.subject_id,
        team_id=event.team_id,
        data=data,
        changes=changes,
    )


def _tell(
    role: HeldRole, people: Mapping[str, Person], teams: Mapping[int, Team], givers: Mapping[str, str]
) -> ReportRow:
    named = role.person_id.removeprefix("@") if role.person_id.startswith("@") else ""
    somebody = people.get(role.person_id)
    team = teams.get(role.team_id) if role.team_id is not None else None
    return ReportRow(
        person=str(somebody) if somebody else named or f"person {role.person_id}",
        user_name=somebody.username if somebody else named,
        team=team.name if team else "everywhere" if role.team_id is None else f"team {role.team_id}",
        role=role.role,
        since_at=role.since_at,
        given_by=givers.get(role.given_by, role.given_by),
        is_active=role.is_active,
    )


def _is_in(team_id: int | None, scope: TeamScope) -> bool:
    return isinstance(scope, EveryTeam) or team_id in scope

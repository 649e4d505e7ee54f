"""Every read of the event log for pages, API and exports. Visibility is applied here, never by the caller."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from integrator.events.actors import Actor
from integrator.events.catalogue import EVENT_TYPES
from integrator.events.log import record
from integrator.events.models import Event
from integrator.events.naming import list_user_names, with_names
from integrator.events.payloads import decode_payload
from integrator.events.periods import find_id_range
from integrator.people.models import Person
from integrator.people.rights import ALL, Action, EveryTeam, TeamScope, limit_to_teams, team_ids_where

PAGE_ROWS = 50
PAGE_ROWS_MAX = 200
TIMELINE_ROWS_MAX = 2_000


@dataclass(frozen=True, kw_only=True)
class EventFilter:
    """What to look for; empty members let all through. ``actor`` is as ``person:12``; times are [since, until)."""

    name: str = ""
    actor: str = ""
    subject_type: str = ""
    subject_id: str = ""
    correlation: str = ""
    since_at: datetime | None = None
    until_at: datetime | None = None

    def apply(self, rows: QuerySet[Event], *, teams: TeamScope = ALL) -> QuerySet[Event]:
        """``rows`` narrowed to what matches. One query for each end of a period.

        ``teams``: whose events ``rows`` are, for those who look something up beside the log.
        """
        first, before = find_id_range(self.since_at, self.until_at)
        wanted = {
            "id__gte": first,
            "id__lt": before,
            "name": self.name,
            "actor": self.actor,
            "subject_type": self.subject_type,
            "subject_id": self.subject_id,
            "correlation": self.correlation,
            "at__gte": self.since_at,
            "at__lt": self.until_at,
        }
        return rows.filter(**{column: value for column, value in wanted.items() if value not in ("", None)})

    def describe(self) -> dict[str, str]:
        """The members that are set, as text, for the record of a read or an export."""
        return {name: str(value) for name, value in vars(self).items() if value}


@dataclass(frozen=True, kw_only=True)
class TimelineRow:
    """An event in words. ``data`` and ``changes`` (field → (old, new)) are empty once erased.

    They hold user names; ``names`` are the people's own, by those.
    """

    id: int
    at: datetime
    name: str
    label: str
    actor: str
    summary: str
    data: dict[str, Any]
    changes: dict[str, tuple[Any, Any]]
    names: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class EventRow(TimelineRow):
    """The same with the columns that lists and exports show. ``actor_id`` is as ``person:12``."""

    actor_id: str
    subject_type: str
    subject_id: str
    correlation: str
    team_id: int | None


def events_visible_to(person: Person, action: Action = Action.EVENT_READ) -> QuerySet[Event]:
    """The events of the teams in which the person may read (or export) the log; all for global auditors and admins.

    Of a team's events, what ``settings.EVENT_GUARDS`` keep from the person is left out.
    """
    return _limit(person, team_ids_where(person, action))


def _limit(person: Person, scope: TeamScope) -> QuerySet[Event]:
    rows = limit_to_teams(Event.objects.all(), scope)
    if isinstance(scope, EveryTeam):
        return rows
    for path in settings.EVENT_GUARDS:
        rows = import_string(path)(rows, person)
    return rows


def list_events(
    *, person: Person, filters: EventFilter = EventFilter(), before_id: int | None = None, limit: int = PAGE_ROWS
) -> list[EventRow]:
    """Newest first, ``limit`` ≤ 200; ``before_id`` is the last id of the page before. Three queries at most."""
    rows = find_events(person=person, filters=filters)
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    return describe_events(rows.order_by("-id")[: min(limit, PAGE_ROWS_MAX)])


def find_events(*, person: Person, filters: EventFilter, action: Action = Action.EVENT_READ) -> QuerySet[Event]:
    """The events that the person may read (or export) and the filter lets through, with their payloads. In no order."""
    scope = team_ids_where(person, action)
    return filters.apply(_limit(person, scope), teams=scope).select_related("payload")


def get_event(*, person: Person, event_id: int) -> EventRow | None:
    """One event; None when there is none or the person may not see it."""
    rows = events_visible_to(person).filter(id=event_id).select_related("payload")
    return next(iter(describe_events(rows)), None)


def timeline(correlations: Collection[str], *, limit: int = TIMELINE_ROWS_MAX) -> list[TimelineRow]:
    """What belongs to these runs and cases, oldest first; the newest ``limit`` rows. Two queries.

    The caller has checked that the reader may see the case or run.
    """
    wanted = [correlation for correlation in correlations if correlation]
    rows = Event.objects.filter(correlation__in=wanted).select_related("payload").order_by("-id")[:limit]
    return [*reversed(describe_events(rows))] if wanted else []


def record_audit_read(*, person: Person, filters: Mapping[str, str] | None = None, event_id: int | None = None) -> None:
    """This will record that somebody looked at the log: once for each page they open."""
    data: dict[str, object] = {"filters": dict(filters or {})}
    if event_id is not None:
        data["event"] = event_id
    with transaction.atomic():
        record("audit.read", actor=Actor.person(person), subject=("log", "events"), data=data)


def describe_events(rows: Iterable[Event]) -> list[EventRow]:
    """``rows`` (with ``payload`` selected) in words. One query for the names of the people in them."""
    events = [(event, *_read_payload(event)) for event in rows]
    ids = _list_ids(event.actor for event, _, _ in events)
    user_names = {text for event, data, changes in events for text in list_user_names(event.name, data, changes)}
    people = list(Person.objects.filter(Q(id__in=ids) | Q(username__in=user_names))) if ids or user_names else []
    by_id = {str(person.pk): person.get_full_name() for person in people}
    names = {person.username: person.get_full_name() for person in people}
    return [_describe(event, _name_actor(event.actor, by_id), data, changes, names) for event, data, changes in events]


def get_actor_names(actors: Iterable[str]) -> dict[str, str]:
    """Names to show by actor text: a person's name, a trigger, "Integrator". One query, none without people."""
    texts = set(actors)
    ids = _list_ids(texts)
    found = {str(person.pk): person.get_full_name() for person in Person.objects.filter(id__in=ids)} if ids else {}
    return {text: _name_actor(text, found) for text in texts}


def _list_ids(actors: Iterable[str]) -> list[int]:
    ids = {text.partition(":")[2] for text in actors if text.startswith("person:")}
    return [int(ident) for ident in ids if ident.isdecimal()]


def _name_actor(text: str, people: Mapping[str, str]) -> str:
    kind, _, ident = text.partition(":")
    if kind == "person":
        return people.get(ident, f"person {ident}")
    if kind in ("system", "guest"):
        return "Integrator" if kind == "system" else "A guest"
    return ident or "an outside caller"


def _read_payload(event: Event) -> tuple[dict[str, Any], dict[str, tuple[Any, Any]]]:
    stored = getattr(event, "payload", None)
    return decode_payload(stored.payload if stored else None)


def _describe(
    event: Event,
    actor: str,
    data: dict[str, Any],
    changes: dict[str, tuple[Any, Any]],
    names: Mapping[str, str],
) -> EventRow:
    told = with_names(event.name, data, names)
    event_type = EVENT_TYPES.get(event.name)  # None for a name that an older release knew
    return EventRow(
        id=event.id,
        at=event.at,
        name=event.name,
        label=event_type.label if event_type else event.name,
        actor=actor,
        summary=event_type.summarise(actor, {"fields": list(changes), **told}) if event_type else event.name,
        data=data,
        changes=changes,
        names=names,
        actor_id=event.actor,
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        correlation=event.correlation,
        team_id=event.team_id,
    )


def timeline_of(subject_type: str, subject_id: str, *, limit: int = PAGE_ROWS_MAX) -> list[TimelineRow]:
    """What happened to one subject itself, newest first. Two queries. That the reader may see it was checked before."""
    rows = Event.objects.filter(subject_type=subject_type, subject_id=subject_id).select_related("payload")
    return [*describe_events(rows.order_by("-id")[:limit])]

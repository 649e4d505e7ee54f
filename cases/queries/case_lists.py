"""Finds cases by what a person remembers of them: the filters of page, API and export. Visibility comes first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.models import CaseType, SlaClock, Task
from cases.queries.cases import list_cases
from cases.querysets import CaseQuerySet
from cases.search import match_words
from integrator.people.models import Person, Team
from integrator.people.rights import Action, limit_to_teams, team_ids_where

OPEN, CLOSED = "open", "closed"
ME = "me"
NOBODY = "nobody"
LATE = "late"
MAX_CHARS = 200
_NUMBER = re.compile(r"[A-Z][A-Z0-9]{0,7}-\d{4}-\d+", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class CaseFilter:
    """What to look for; empty members let all through. ``state`` is open or closed, ``status`` a status.

    ``q`` is a case number, or words of number, title, the partner's own id and data, of which the beginnings suffice.
    ``owner`` is a user name, ``me`` or ``nobody``; ``since`` and ``until`` are dates of opening; ``late``: something in
    it is overdue. ``is_mine``: those I own, work on or decided in.
    """

    q: str = ""
    state: str = ""
    status: str = ""
    type: str = ""
    team: str = ""
    owner: str = ""
    priority: str = ""
    business_key: str = ""
    since: str = ""
    until: str = ""
    late: str = ""
    is_mine: bool = False

    def describe(self) -> dict[str, str]:
        """What is asked for, in plain text, for the event of an export."""
        return {part.name: str(value) for part in fields(self) if (value := getattr(self, part.name))}


FILTERS = tuple(part.name for part in fields(CaseFilter) if part.name not in ("is_mine", "state"))


def read_case_filter(given: Mapping[str, str], *, state: str = "", is_mine: bool = False) -> CaseFilter:
    """The filter that an address names; what is too long is cut."""
    words = {name: given.get(name, "").replace("\x00", "").strip()[:MAX_CHARS] for name in FILTERS}
    return CaseFilter(**words, state=state if state in (OPEN, CLOSED) else "", is_mine=is_mine)


def find_cases(person: Person, wanted: CaseFilter, *, now: datetime, is_walked: bool = False) -> CaseQuerySet:
    """This will give the cases of the person, newest first. Page with the order ``("-opened_at",)``.

    ``is_walked``: words are asked for row by row, for a page that few thousand rows will fill.
    """
    cases = list_cases(
        person,
        unclosed={OPEN: True, CLOSED: False}.get(wanted.state),
        team=wanted.team or None,
        type_key=wanted.type,
        status=wanted.status,
        business_key=wanted.business_key,
    )
    if wanted.priority:
        cases = cases.filter(priority=wanted.priority)
    cases = _with_owner(cases, wanted.owner, person)
    cases = _opened_between(cases, wanted.since, wanted.until)
    if wanted.late:
        overdue = Task.objects.active().filter(case_id=OuterRef("pk"), due_at__lt=now)
        clocks = SlaClock.objects.filter(case_id=OuterRef("pk"), ended_at__isnull=True, due_at__lt=now)
        cases = cases.filter(Exists(overdue) | Exists(clocks), closed_at__isnull=True)
    if wanted.is_mine:
        worked_on = Task.objects.filter(Q(assignee=person) | Q(decided_by=person), case_id=OuterRef("pk"))
        cases = cases.filter(Q(owner=person) | Exists(worked_on))
    return _search(cases, wanted.q, is_walked=is_walked)


def list_case_teams(person: Person) -> QuerySet[Team]:
    """This will give the teams whose cases the person may see, by name."""
    scope = team_ids_where(person, Action.CASE_READ)
    return limit_to_teams(Team.objects.all(), scope, field="id").order_by("name", "id")


def list_case_types() -> QuerySet[CaseType]:
    """This will give every case type by name; its ``statuses`` are those offered first."""
    return CaseType.objects.order_by("name", "id")


def list_statuses(types: QuerySet[CaseType]) -> list[str]:
    """Every status that a case type offers, each once."""
    return list(dict.fromkeys(str(status) for case_type in types for status in case_type.statuses))


def _with_owner(cases: CaseQuerySet, owner: str, person: Person) -> CaseQuerySet:
    if not owner:
        return cases
    if owner == NOBODY:
        return cases.filter(owner__isnull=True)
    return cases.filter(owner=person) if owner == ME else cases.filter(owner__username=owner)


def _opened_between(cases: CaseQuerySet, since: str, until: str) -> CaseQuerySet:
    begin, end = _read_day(since), _read_day(until)
    if begin is not None:
        cases = cases.filter(opened_at__gte=datetime.combine(begin, time.min, UTC))
    return cases if end is None else cases.filter(opened_at__lte=datetime.combine(end, time.max, UTC))


def _read_day(text: str) -> date | None:
    """A day as ``2026-11-22``; what is none lets all through."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _search(cases: CaseQuerySet, text: str, *, is_walked: bool) -> CaseQuerySet:
    if not text:
        return cases
    if _NUMBER.fullmatch(text):
        return cases.filter(number=text.upper())
    found: CaseQuerySet = match_words(cases, text, is_walked=is_walked)
    return found

"""The left bar: a literal registry of entries, and the context processor that offers what the reader may use.

An entry is one line in ``NAVIGATION``. Entries whose address leads nowhere are left out, so nothing dangles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.module_loading import import_string

from integrator.people.models import Person, Substitution
from integrator.people.rights import Action, can, can_anywhere
from integrator.people.substitutes import get_covered_by

COUNT_CAP = 99
ALERTS = "/alerts/"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A place: its words, icon and path, the right it needs in any team (None: everybody's), and how to count it.

    ``everywhere``: what is there belongs to no team, so that a right in one team does not lead there.
    ``count`` is the dotted path of a function ``(person) -> int`` that must be one cheap, capped query. ``is_hot``
    colours a count that calls for somebody. ``on_phone`` puts the entry into the phone's bottom bar.
    """

    label: str
    icon: str
    path: str
    action: Action | None = None
    count: str = ""
    is_hot: bool = False
    on_phone: bool = False
    everywhere: bool = False


NAVIGATION: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "Work",
        (
            Entry(label="Inbox", icon="inbox", path="/inbox/", count="cases.queries.tasks.count_tasks", on_phone=True),
            Entry(label="Cases", icon="briefcase", path="/cases/", action=Action.CASE_READ, on_phone=True),
            Entry(label="Who has what", icon="users-group", path="/workload/", action=Action.TASK_REASSIGN),
            Entry(label="Alerts", icon="bell", path=ALERTS, count="notifications.queries.count_unread", on_phone=True),
        ),
    ),
    (
        "Build",
        (
            Entry(label="Flows", icon="route", path="/flows/", action=Action.FLOW_READ),
            Entry(label="Gallery", icon="layout-grid", path="/gallery/", action=Action.FLOW_IMPORT),
            Entry(label="Forms", icon="forms", path="/forms/", action=Action.FORM_READ),
            Entry(label="Decision tables", icon="table", path="/tables/", action=Action.TABLE_READ),
            Entry(label="Connections", icon="plug-connected", path="/connections/", action=Action.CONNECTION_READ),
        ),
    ),
    (
        "Run",
        (
            Entry(label="Runs", icon="player-play", path="/runs/", action=Action.RUN_READ),
            Entry(
                label="Incidents",
                icon="alert-triangle",
                path="/incidents/",
                action=Action.RUN_READ,
                count="flows.queries.incidents.count_open_incidents",
                is_hot=True,
            ),
            Entry(label="Requests", icon="arrow-bar-to-down", path="/requests/", action=Action.REQUEST_READ),
        ),
    ),
    (
        "See",
        (
            Entry(label="Reports", icon="chart-bar", path="/reports/", action=Action.CASE_READ),
            Entry(label="SLA report", icon="hourglass", path="/reports/sla/", action=Action.CASE_READ),
            Entry(label="Audit", icon="shield-check", path="/audit/", action=Action.EVENT_READ),
        ),
    ),
    (
        "Settings",
        (
            Entry(label="People", icon="users", path="/settings/people/", action=Action.PEOPLE_MANAGE, everywhere=True),
            Entry(label="Teams", icon="users-group", path="/settings/teams/", action=Action.TEAM_MANAGE),
            Entry(
                label="Calendars",
                icon="calendar-time",
                path="/settings/calendars/",
                action=Action.CALENDAR_MANAGE,
                everywhere=True,
            ),
            Entry(label="SLA policies", icon="hourglass", path="/settings/sla/", action=Action.SLA_MANAGE),
            Entry(label="Case types", icon="briefcase", path="/settings/case-types/", action=Action.CASE_TYPE_MANAGE),
            Entry(label="Tokens", icon="key", path="/settings/tokens/", action=Action.TOKEN_OWN),
        ),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Link:
    """An entry as this reader sees it now; ``count`` is "" without anything to count, at most "99+"."""

    label: str
    icon: str
    path: str
    count: str
    is_hot: bool
    is_here: bool
    on_phone: bool
    is_counted: bool


class Navigation:
    """What one request offers. Nothing is asked of the database before a page reads ``groups``."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def groups(self) -> list[tuple[str, list[Link]]]:
        """(label, links) of each group that has any for this reader."""
        person = getattr(self._request, "user", None)
        if person is None or not person.is_authenticated:
            return []
        here = find_here(self._request.path)
        found = ((label, list(_offer(entries, person, here))) for label, entries in NAVIGATION)
        return [(label, links) for label, links in found if links]

    @cached_property
    def phone(self) -> list[Link]:
        """The links of the phone's bottom bar; everything else is under "More"."""
        return [link for _, links in self.groups for link in links if link.on_phone]

    @cached_property
    def bell(self) -> Link | None:
        """The alerts, for the bell at the top; None for strangers."""
        return next((link for _, links in self.groups for link in links if link.path == ALERTS), None)

    @cached_property
    def covers(self) -> list[Substitution]:
        """For whom the reader acts now, for the banner. One query, none when the page asked before."""
        person = getattr(self._request, "user", None)
        return get_covered_by(person) if isinstance(person, Person) else []

    @cached_property
    def has_search(self) -> bool:
        """Whether there is a page that searches."""
        return leads_somewhere("/search/")

    @cached_property
    def has_preferences(self) -> bool:
        """Whether there is a page for theme and time zone."""
        return leads_somewhere("/settings/me/")

    @property
    def theme(self) -> str:
        """``light``, ``dark`` or "" for the system's."""
        return str(getattr(getattr(self._request, "user", None), "theme", ""))


def navigation(request: HttpRequest) -> dict[str, Navigation]:
    """Context processor: ``navigation`` in every page."""
    return {"navigation": Navigation(request)}


def leads_somewhere(path: str) -> bool:
    """Whether an address has a view."""
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


def find_here(path: str) -> str:
    """The path of the entry that a page belongs to: the longest that begins it; "" when none does."""
    paths = (entry.path for _, entries in NAVIGATION for entry in entries if path.startswith(entry.path))
    return max(paths, key=len, default="")


def _offer(entries: tuple[Entry, ...], person: Person, here: str) -> Iterator[Link]:
    for entry in entries:
        if _is_for(entry, person) and leads_somewhere(entry.path):
            yield Link(
                label=entry.label,
                icon=entry.icon,
                path=entry.path,
                count=_say_count(entry, person),
                is_hot=entry.is_hot,
                is_here=entry.path == here,
                on_phone=entry.on_phone,
                is_counted=bool(entry.count),
            )


def _is_for(entry: Entry, person: Person) -> bool:
    if entry.action is None:
        return True
    return can(person, entry.action) if entry.everywhere else can_anywhere(person, entry.action)


def _say_count(entry: Entry, person: Any) -> str:
    if not entry.count:
        return ""
    count: Callable[[Any], int] = import_string(entry.count)
    number = count(person)
    if number > COUNT_CAP:
        return f"{COUNT_CAP}+"
    return str(number) if number else ""

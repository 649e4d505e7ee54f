"""What the address of the inbox asks for: tab, filters, order, page, and how much is new since it was shown."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import TextChoices
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from cases.models import Priority, SavedView, Task, TaskKind
from cases.queries.finding import list_asked_teams
from cases.queries.inbox import (
    DECIDED_FIRST,
    DUE,
    ME,
    Moment,
    TaskFilter,
    count_waiting,
    find_decided_tasks,
    find_watched_tasks,
    get_waiting_page,
)
from cases.queries.parts import with_parts
from cases.queries.queue import DUE_FIRST, NEW_FIRST, URGENT_FIRST
from cases.queries.task_state import UndoLine, list_undoable
from cases.queries.tasks import count_tasks
from cases.queries.views import list_views
from cases.visibility.standing import read_standing
from flows.queries.pages.inbox import InboxGroup, InboxRow, group_by_priority, group_rows, make_rows
from flows.views.filters import make_filter
from integrator.database.keyset import CursorRefused, Page
from integrator.pages.freshness import LATE_COMMITS, Fresh, FreshLine
from integrator.pages.paging import PAGE_ROWS, count_capped, get_page
from integrator.people.models import Person
from integrator.people.rights import Action, can_anywhere

MINE, WATCHED, DONE = "mine", "watched", "done"
TABS = (("", "Mine and my teams’"), (MINE, "Only mine"), (WATCHED, "Watched"), (DONE, "Done"))
NEW, URGENT = "new", "priority"
SORTS = ((NEW, "newest first"), (URGENT, "most urgent first"))
ORDERS = {"": DUE_FIRST, NEW: NEW_FIRST, URGENT: URGENT_FIRST}
FILTERS = ("q", "due", "asked", "kind", "priority", "sort")
OF_THE_LIST = (*FILTERS, "show")
COUNT_CAP = 100


class Inbox:
    """One view of the inbox for one person."""

    def __init__(self, request: HttpRequest, person: Person, *, now: datetime) -> None:
        self._request, self._person, self._now = request, person, now
        self._moment = Moment(now=now, zone=timezone.get_current_timezone())
        self.show = request.GET.get("show", "") if request.GET.get("show") in (MINE, WATCHED, DONE) else ""
        self.wanted = read_filter(request.GET)
        self.sort = request.GET.get("sort", "") if request.GET.get("sort") in ORDERS else ""

    @property
    def is_waiting(self) -> bool:
        """Whether the tab shows what waits for the person, in the queue's order."""
        return self.show in ("", MINE)

    @cached_property
    def page(self) -> Page[Task]:
        """The tasks of this page: four queries."""
        if self.is_waiting:
            return self._get_waiting_page()
        rows = find_decided_tasks(self._person) if self.show == DONE else find_watched_tasks(self._person)
        rows = with_parts(self.wanted.apply(rows, self._person, self._moment))
        return get_page(self._request, rows, order=DECIDED_FIRST if self.show == DONE else NEW_FIRST)

    def _get_waiting_page(self) -> Page[Task]:
        order = ORDERS[self.sort]
        cursor = self._request.GET.get("cursor", "")
        try:
            return get_waiting_page(self._person, self.wanted, self._moment, order=order, size=PAGE_ROWS, cursor=cursor)
        except CursorRefused:
            return get_waiting_page(self._person, self.wanted, self._moment, order=order, size=PAGE_ROWS)

    @cached_property
    def rows(self) -> list[InboxRow]:
        """The page's tasks as rows."""
        return make_rows(self.page.rows, self._person)

    @cached_property
    def undoable(self) -> list[UndoLine]:
        """The person's answers that do not count yet, the newest first; asked for where answers can be undone."""
        return list_undoable(self._person, now=self._now) if settings.UNDO_S else []

    @property
    def groups(self) -> list[InboxGroup]:
        """The rows by due time or priority; those in another order in one group without a heading."""
        if self.is_waiting and self.sort == URGENT:
            return group_by_priority(self.rows)
        if not self.is_waiting or self.sort == NEW:
            return [InboxGroup(label="", rows=tuple(self.rows))] if self.rows else []
        return group_rows(self.rows, now=self._now, zone=self._moment.zone)

    @property
    def is_whole(self) -> bool:
        """Whether this page is the whole list, so that counts of groups are true."""
        return self.page.next is None and self.page.previous is None

    @property
    def is_filtered(self) -> bool:
        """Whether the address narrows the list."""
        return self.wanted != TaskFilter(is_mine=self.show == MINE)

    @property
    def tabs(self) -> list[dict[str, Any]]:
        """For ``components/tabs.html``, with how many there are, up to 99: four queries."""
        kept = _query_of(self._request.GET, *FILTERS)
        counts = {show: _say_count(self._count(show)) for show, _ in TABS}
        tabs = []
        for show, label in TABS:
            query = kept.copy()
            if show:
                query["show"] = show
            href = f"?{query.urlencode()}"
            tabs.append({"href": href, "label": label, "is_here": show == self.show, "count": counts[show]})
        return tabs

    def _count(self, show: str) -> int:
        if show == DONE:
            return count_capped(find_decided_tasks(self._person), COUNT_CAP)
        if show == WATCHED:
            return count_capped(find_watched_tasks(self._person), COUNT_CAP)
        if show == MINE:
            return count_waiting(self._person, TaskFilter(is_mine=True), self._moment, cap=COUNT_CAP)
        return count_tasks(self._person)

    @property
    def filters(self) -> list[dict[str, Any]]:
        """For ``components/chips.html``: one query, for the teams."""
        teams = [(team.slug, team.name) for team in list_asked_teams(self._person)]
        chips = [
            make_filter("due", "Due", self.wanted.due, DUE.items()),
            make_filter("asked", "For", self.wanted.asked, [(ME, "me by name"), *teams]),
            make_filter("kind", "Kind", self.wanted.kind, _words_of(TaskKind)),
            make_filter("priority", "Priority", self.wanted.priority, _words_of(Priority)),
        ]
        if self.is_waiting:
            chips.append(make_filter("sort", "Order", self.sort, SORTS, off="due first"))
        return chips

    @cached_property
    def views(self) -> list[SavedView]:
        """The person's saved views: one query."""
        return list(list_views(self._person, "inbox"))

    @property
    def query(self) -> str:
        """What of the address a saved view keeps."""
        return _query_of(self._request.GET, *OF_THE_LIST).urlencode()

    @property
    def is_bulk(self) -> bool:
        """Whether rows can be ticked: where something waits for the person."""
        return self.is_waiting and bool(self.rows)

    @cached_property
    def can_reassign(self) -> bool:
        """Whether the person gives tasks to others somewhere."""
        standing = read_standing(self._person)
        return standing is not None and (bool(standing.own.led) or can_anywhere(self._person, Action.TASK_REASSIGN))

    @property
    def fresh(self) -> Fresh | None:
        """What the page asks for every few seconds; None where nothing new can come in."""
        return None if self.show else self.line.begin(now=self._now)

    def _count_since(self, since_at: datetime) -> int:
        """What came after it. What was released before the page was made is on it, so it is new only afterwards."""
        made_at = since_at + LATE_COMMITS
        return count_waiting(
            self._person,
            self.wanted,
            self._moment,
            cap=COUNT_CAP,
            since_at=since_at,
            released_after=made_at if made_at < self._now else None,
        )

    @property
    def line(self) -> FreshLine:
        """How the page learns of new tasks."""
        return FreshLine(
            request=self._request,
            kept=OF_THE_LIST,
            topic="task",
            words=("new task", "new tasks"),
            count_since=self._count_since,
            digest=lambda: digest_rows(self.page.rows),
        )


def digest_rows(tasks: Sequence[Task]) -> str:
    """What others can change of the rows of a page, in short."""
    facts = [(str(task.pk), task.status, task.assignee_id) for task in tasks]
    return hashlib.blake2b(repr(facts).encode(), digest_size=8).hexdigest()


def read_filter(query: QueryDict) -> TaskFilter:
    """The filter of an address; what it does not know it leaves out."""
    kind, priority, due = query.get("kind", ""), query.get("priority", ""), query.get("due", "")
    return TaskFilter(
        q=query.get("q", "").replace("\x00", "")[:200],
        asked=query.get("asked", "").replace("\x00", "")[:60],
        kind=kind if kind in TaskKind.values else "",
        priority=priority if priority in Priority.values else "",
        due=due if due in DUE else "",
        is_mine=query.get("show") == MINE,
    )


def _say_count(count: int) -> str:
    return f"{COUNT_CAP - 1}+" if count >= COUNT_CAP else str(count or "")


def _query_of(query: QueryDict, *names: str) -> QueryDict:
    kept = QueryDict(mutable=True)
    for name in names:
        value = query.get(name)
        if isinstance(value, str) and value:
            kept[name] = value
    return kept


def _words_of(choices: type[TextChoices]) -> list[tuple[str, str]]:
    return [(str(value), str(label)) for value, label in choices.choices]

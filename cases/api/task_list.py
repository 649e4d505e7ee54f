"""``GET /api/v1/tasks``: the lists of the inbox, with its filters and order, by the inbox's own queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.shapes import tell_task_row
from cases.models import Priority, Task, TaskKind
from cases.queries import list_tasks
from cases.queries.inbox import (
    DECIDED_FIRST,
    DUE,
    Moment,
    TaskFilter,
    find_decided_tasks,
    find_watched_tasks,
    get_waiting_page,
)
from cases.queries.parts import with_parts
from cases.queries.queue import DUE_FIRST, NEW_FIRST, URGENT_FIRST
from cases.querysets import TaskQuerySet
from integrator.api.bodies import get_caller, read_choice, read_text
from integrator.api.docs import query
from integrator.api.paging import get_page, read_limit, wrap_page
from integrator.database.keyset import Order, Page
from integrator.people.models import Person

STATUSES = ("open", "claimed", "done", "withdrawn")
SHOWS = ("mine", "watched", "decided")
ORDERS: dict[str, Order] = {"due": DUE_FIRST, "newest": NEW_FIRST, "priority": URGENT_FIRST}
PARAMETERS = (
    query(
        "status",
        "open (also without it): all you may decide now, claimed ones too; claimed: of these only the claimed; "
        "done, withdrawn: all of yours that ended so.",
        choices=STATUSES,
    ),
    query("show", "mine: asked of you by name, or held by you; watched: you follow them; decided: you answered them. "
          "Instead of a status.", choices=SHOWS),
    query("q", "Part of the title, a case number, or the partner's own id of the case, exactly."),
    query("due", "late, today, this week, or without a due date.", choices=tuple(DUE)),
    query("asked", "A team's short name, or me: by name."),
    query("kind", "What sort of task.", choices=tuple(TaskKind.values)),
    query("priority", "A priority.", choices=tuple(Priority.values)),
    query(
        "sort",
        "Of what waits: due (also without it), newest, or priority (the most urgent first, then by due date). "
        "What ended comes by due date, what you answered the latest first, what you watch the newest first.",
        choices=tuple(ORDERS),
    ),
)  # fmt: skip


def answer_tasks(request: Request) -> Response:
    """This will answer one page of the list that the address asks for. Raises ValidationError, CursorRefused."""
    person = get_caller(request)
    page = _get_page(request, person)
    rows = [tell_task_row(task) for task in page.rows]
    return Response(wrap_page(request.build_absolute_uri(), page, rows))


def _get_page(request: Request, person: Person) -> Page[Task]:
    wanted, moment = _read_filter(request), Moment(now=timezone.now(), zone=timezone.get_current_timezone())
    status, show = read_choice(request, "status", STATUSES), read_choice(request, "show", SHOWS)
    order = ORDERS.get(read_choice(request, "sort", tuple(ORDERS)), DUE_FIRST)
    if show == "decided":
        return _page_of(request, find_decided_tasks(person), wanted, moment, DECIDED_FIRST)
    if show == "watched":
        return _page_of(request, find_watched_tasks(person), wanted, moment, NEW_FIRST)
    if status in ("done", "withdrawn"):
        return _page_of(request, list_tasks(person, status=status), wanted, moment, DUE_FIRST)
    return get_waiting_page(
        person,
        replace(wanted, is_mine=show == "mine", status="claimed" if status == "claimed" else ""),
        moment,
        order=order,
        size=read_limit(request),
        cursor=request.query_params.get("cursor", ""),
    )


def _page_of(
    request: Request, tasks: TaskQuerySet, wanted: TaskFilter, moment: Moment, order: Sequence[str]
) -> Page[Task]:
    person = get_caller(request)
    return get_page(request, with_parts(wanted.apply(tasks, person, moment)), order=order)


def _read_filter(request: Request) -> TaskFilter:
    return TaskFilter(
        q=read_text(request, "q", max_chars=500),
        asked=read_text(request, "asked", max_chars=100),
        kind=read_choice(request, "kind", TaskKind.values),
        priority=read_choice(request, "priority", Priority.values),
        due=read_choice(request, "due", tuple(DUE)),
    )

"""Work → Who has what: a lead's page of open tasks by person and team, from which work is moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.models import Task
from cases.queries.workload import DUE_FIRST, end_of_day, find_seen, list_held, list_holders, list_queues
from flows.queries.pages.inbox import InboxRow, make_rows
from integrator.pages.charts import share_of
from integrator.pages.paging import get_page
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader, needs
from integrator.people.models import Person
from integrator.people.rights import Action


@needs(Action.TASK_REASSIGN)
@require_safe
def show_workload(request: HttpRequest) -> HttpResponse:
    """Everybody's open work, and the tasks of one of them to tick and hand over."""
    person, now = get_reader(request), timezone.now()
    key = request.GET.get("holder", "")[:200].replace("\x00", "")
    holders = list_holders(person, now=now, soon_at=end_of_day(now))
    queues = list_queues(person, now=now, soon_at=end_of_day(now))
    most = max((each.open for each in [*holders, *queues]), default=0)
    page = get_page(request, list_held(person, key), order=DUE_FIRST)
    chosen = next((each for each in [*queues, *holders] if each.key == key), None)
    context: dict[str, Any] = {
        "queues": [(each, share_of(each.open, most)) for each in queues],
        "holders": [(each, share_of(each.open, most)) for each in holders],
        "chosen": chosen,
        "key": key,
        "page": page,
        "rows": _make_rows(page.rows, person),
    }
    return render_page(request, "cases/workload.html", context)


def _make_rows(tasks: Sequence[Task], person: Person) -> list[InboxRow]:
    seen = find_seen(person, tasks)
    return [replace(row, may_open=row.task.pk in seen) for row in make_rows(tasks, person)]

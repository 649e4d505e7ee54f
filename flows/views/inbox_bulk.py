"""One thing done to all ticked tasks of the inbox, and what came of each. The operation is the API's."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from cases.errors import AskInvalid
from cases.models import Task
from cases.operations.bulk import DONE_WORDS, BulkResult, do_in_bulk, refuse_different
from cases.outcome_buttons import make_buttons
from cases.queries.task_state import list_undoable
from flows.queries.pages.inbox import make_rows
from flows.views.answer_form import AnswerForm
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader, signed_in
from integrator.people.models import Person

ANSWER = "complete"


@signed_in
@require_POST
def do_bulk(request: HttpRequest) -> HttpResponse:
    """Does it and says what came of each; answers are asked for on a page of their own first."""
    person, action, task_ids = get_reader(request), request.POST.get("action", ""), _read_ids(request)
    try:
        if action == ANSWER:
            refuse_different(task_ids, person)
            tasks = _list_tasks(task_ids, person)
            if tasks and not request.POST.get("outcome"):
                return _ask(request, tasks, person)
            given = _read_answer(request, tasks)
        else:
            given = {"to": request.POST.get("to", "").strip(), "at": _read_day(request.POST.get("day", ""))}
        results = do_in_bulk(action, task_ids, person=person, given=given, now=timezone.now())
    except AskInvalid as error:
        return _tell(request, action, [], error.message, status=400)
    return _tell(request, action, results, "", undoable=_count_undoable(results, person) if action == ANSWER else 0)


def _ask(request: HttpRequest, tasks: Sequence[Task], person: Person) -> HttpResponse:
    first = tasks[0]
    context = {
        "rows": make_rows(tasks, person),
        "first": first,
        "form": AnswerForm(first),
        "buttons": make_buttons(first),
        "hint": "Needed to reject." if first.kind == "approve" else "",
    }
    return render_page(request, "cases/bulk_answer.html", context)


def _read_answer(request: HttpRequest, tasks: Sequence[Task]) -> dict[str, Any]:
    """The same answer for all; the fields are those of the first, whose form all have."""
    form = AnswerForm(tasks[0], request.POST) if tasks else None
    return {
        "outcome": request.POST.get("outcome", ""),
        "data": form.data if form is not None else None,
        "comment": form.comment if form is not None else None,
        "undoable": True,
    }


def _tell(
    request: HttpRequest,
    action: str,
    results: Sequence[BulkResult],
    problem: str,
    *,
    status: int = 200,
    undoable: int = 0,
) -> HttpResponse:
    refused = [result for result in results if not result.is_done]
    context = {
        "done": [result for result in results if result.is_done],
        "refused": refused,
        "word": DONE_WORDS.get(action, "done"),
        "problem": problem,
        "undoable": undoable,
        "back": "workload" if request.POST.get("back") == "workload" else "",
    }
    return render_page(request, "cases/bulk_done.html", context, status=status)


def _count_undoable(results: Sequence[BulkResult], person: Person) -> int:
    done = {result.task_id for result in results if result.is_done}
    return sum(line.task.pk in done for line in list_undoable(person, now=timezone.now()))


def _list_tasks(task_ids: Sequence[uuid.UUID], person: Person) -> list[Task]:
    rows = Task.objects.visible_to(person).filter(pk__in=task_ids).select_related("case", "assignee")
    return list(rows.prefetch_related("candidates__person", "candidates__team").order_by("created_at", "id"))


def _read_ids(request: HttpRequest) -> list[uuid.UUID]:
    found = []
    for text in request.POST.getlist("task"):
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found


def _read_day(text: str) -> datetime | None:
    """The morning of a day in the reader's zone; None for none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return datetime.combine(day, time(8), tzinfo=timezone.get_current_timezone())

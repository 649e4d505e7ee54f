"""Why the reader sees a task or case, who follows it, and following it: a fragment beside it, a page without htmx."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from cases.errors import CaseError, CaseNotFound, TaskNotFound
from cases.models import Case, Task
from cases.operations import unwatch_case, unwatch_task, watch_case, watch_task
from cases.operations.confidentiality import set_confidential
from cases.operations.reading import read_case
from cases.operations.watching import can_change
from cases.queries import get_task_for
from cases.visibility import explain_case, explain_task
from cases.visibility.rules import Reason
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader, signed_in
from integrator.people.models import Person


@signed_in
@require_safe
def explain_this_task(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """The rules by which the reader sees the task, and who follows it."""
    person = get_reader(request)
    try:
        task = get_task_for(person, task_id)
    except TaskNotFound as error:
        raise Http404 from error
    watchers = list(task.watchers.select_related("person", "added_by"))
    context = {
        "title": task.title,
        "back": reverse("task", args=[task_id]),
        "reasons": _leave_out_echoes(explain_task(person, task)),
        "watchers": watchers,
        "is_watching": any(row.person_id == person.pk for row in watchers),
        "watch_address": reverse("task_watch", args=[task_id]),
        "may_add": task.status in ("open", "claimed"),
    }
    return render_page(request, "cases/seeing.html", context, fragment="seeing")


@signed_in
@require_safe
def explain_this_case(request: HttpRequest, number: str) -> HttpResponse:
    """The rules by which the reader sees the case, who follows it, and whether it is confidential."""
    person = get_reader(request)
    try:
        case = read_case(number=number.replace("\x00", ""), person=person)
    except CaseNotFound as error:
        raise Http404 from error
    may_change, watchers = can_change(case, person), list(case.watchers.select_related("person", "added_by"))
    context = {
        "title": case.title,
        "back": reverse("case", args=[case.number]),
        "reasons": _leave_out_echoes(explain_case(person, case)),
        "watchers": watchers,
        "is_watching": any(row.person_id == person.pk for row in watchers),
        "watch_address": reverse("case_watch", args=[case.number]),
        "may_add": may_change,
        "confidential": case.confidential,
        "confidential_address": reverse("case_confidential", args=[case.number]) if may_change else "",
    }
    return render_page(request, "cases/seeing.html", context, fragment="seeing")


@signed_in
@require_POST
def watch_this_task(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Follows the task or stops, for the reader or somebody they name."""
    person, who = get_reader(request), request.POST.get("who", "")
    follows = request.POST.get("watching") == "1"

    def do() -> str:
        if follows:
            watch_task(task_id=task_id, person=person, who=who, now=timezone.now())
        else:
            unwatch_task(task_id=task_id, person=person, who=who)
        is_seen = Task.objects.visible_to(person).filter(pk=task_id).exists()
        return reverse("task", args=[task_id]) if is_seen else reverse("inbox")

    return _do(request, do, _say_watching(who, follows=follows))


@signed_in
@require_POST
def watch_this_case(request: HttpRequest, number: str) -> HttpResponse:
    """The same for a case."""
    person, who, number = get_reader(request), request.POST.get("who", ""), number.replace("\x00", "")
    follows = request.POST.get("watching") == "1"

    def do() -> str:
        if follows:
            watch_case(number=number, person=person, who=who, now=timezone.now())
        else:
            unwatch_case(number=number, person=person, who=who)
        return _find_case_page(person, number)

    return _do(request, do, _say_watching(who, follows=follows))


@signed_in
@require_POST
def make_confidential(request: HttpRequest, number: str) -> HttpResponse:
    """Keeps the case to those it concerns, or opens it to its team again."""
    wanted, person = request.POST.get("confidential") == "1", get_reader(request)
    number = number.replace("\x00", "")

    def do() -> str:
        set_confidential(number=number, confidential=wanted, person=person)
        return _find_case_page(person, number)

    return _do(request, do, "Only those whom it concerns see it now." if wanted else "Its team sees it again.")


def _leave_out_echoes(reasons: Sequence[Reason]) -> list[Reason]:
    """Without those that another says with a date: lead of Legal, lead of Legal since 3 May 2026."""
    return [one for one in reasons if not any(other.words.startswith(f"{one.words} since") for other in reasons)]


def _find_case_page(person: Person, number: str) -> str:
    """The page of the case, or the list for somebody who does not see it any more."""
    is_seen = Case.objects.openable_by(person).filter(number=number).exists()
    return reverse("case", args=[number]) if is_seen else reverse("cases")


def _say_watching(who: str, *, follows: bool) -> str:
    if who:
        return f"{who} can read it now." if follows else f"{who} does not follow it any more."
    return "You follow it now." if follows else "You do not follow it any more."


def _do(request: HttpRequest, call: Callable[[], str], said: str) -> HttpResponse:
    """Calls, which gives the page to go on with; a refusal is told beside what was asked."""
    try:
        path = call()
    except (TaskNotFound, CaseNotFound) as error:
        raise Http404 from error
    except CaseError as error:
        messages.error(request, error.message)
        return redirect(request.path.rsplit("/", 2)[0] + "/why/")
    messages.success(request, said)
    return redirect(path)

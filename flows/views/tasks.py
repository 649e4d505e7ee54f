"""The inbox and the page of one task. Decisions go through the same operation as the API's."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.errors import AnswerInvalid, TaskError, TaskNotFound, TaskRefused, TaskTaken
from cases.models import Priority, Task
from cases.operations import TaskDecision, attach_to_task, claim_task, complete_task, release_task, save_draft
from cases.operations.counting import get_undo_s
from cases.operations.reading import read_task
from cases.queries import get_task_for
from cases.queries.task_life import list_blind
from cases.queries.task_state import read_task_state
from cases.views.task_life import read_typed
from flows.queries.pages.task import build_task_page
from flows.views.answer_form import AnswerForm
from flows.views.inbox import Inbox
from integrator.api.problems import find_status
from integrator.events.actors import Actor
from integrator.files.errors import FilesError
from integrator.files.operations import Bringer, keep_upload
from integrator.files.queries import describe_files, list_files_of
from integrator.files.upload_handler import read_one_upload, read_uploads, takes_files
from integrator.pages.rendering import let_frames_in, render_page
from integrator.people.access import get_reader, signed_in
from integrator.people.models import Person

ANSWER_SAID = {"approved": "You approved “{}”.", "rejected": "You rejected “{}”."}
STATUS_BY_ERROR: tuple[tuple[type[TaskError], int], ...] = ((TaskRefused, 403), (AnswerInvalid, 400), (TaskTaken, 409))


@signed_in
@require_safe
def show_inbox(request: HttpRequest) -> HttpResponse:
    """The list; with ``?fresh_after=`` the line that says how much is new, with ``?task=`` a preview beside it."""
    person, now = get_reader(request), timezone.now()
    inbox = Inbox(request, person, now=now)
    if inbox.line.is_asked:
        return inbox.line.answer()
    preview = _find_preview(request, person, now=now)
    context = {"inbox": inbox, "fresh": inbox.fresh, "preview": preview, "now": now}
    return render_page(request, "cases/inbox.html", context, fragment=("drawer", "inbox-list"))


@takes_files
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def show_task(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """The page of a task that is this person's to see, and its decision."""
    person, now = get_reader(request), timezone.now()
    if request.method == "POST":
        return _decide(request, _get_task(person, task_id), person, now=now)
    try:
        task = read_task(task_id=task_id, person=person)
    except TaskNotFound as error:
        raise Http404 from error
    return _answer_page(request, task, person, AnswerForm(task), now=now)


@signed_in
@require_safe
def show_task_news(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """For htmx: 204 while the page still tells the truth, else the line that says what changed. Types nothing over."""
    person, now = get_reader(request), timezone.now()
    page = build_task_page(_get_task(person, task_id), person, now=now, zone=timezone.get_current_timezone())
    if request.GET.get("said", "") == page.digest:
        return HttpResponse(status=204)
    seen = request.GET.get("seen", "")[:500]
    context = {"task": page.task, "seen": seen, "said": page.digest, "news": page.tell_since(seen)}
    return render_page(request, "cases/task_news.html", context)


@signed_in
@require_POST
def claim(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Makes the task the person's own."""
    return _hold(request, task_id, claim_task, "The task is yours. Nobody else can answer it until you release it.")


@signed_in
@require_POST
def release(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Gives the task back to all who were asked."""
    return _hold(request, task_id, release_task, "The task is released. Everybody who was asked can answer it again.")


def _hold(request: HttpRequest, task_id: uuid.UUID, operation: Callable[..., Task], said: str) -> HttpResponse:
    try:
        operation(task_id=task_id, person=get_reader(request), now=timezone.now())
    except TaskNotFound as error:
        raise Http404 from error
    except TaskError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said)
    return redirect("task", task_id=task_id)


def _decide(request: HttpRequest, task: Task, person: Person, *, now: datetime) -> HttpResponse:
    try:
        form = AnswerForm(task, request.POST, brought=_keep_brought(request, person, now))
    except FilesError as error:
        form = AnswerForm(task, request.POST)
        form.errors = [error.message]
        return _answer_page(request, task, person, form, now=now, status=find_status(error.code))
    if form.add_row():
        return _answer_page(request, task, person, form, now=now)
    try:
        if get_undo_s(task):
            save_draft(task_id=task.pk, person=person, typed=read_typed(request.POST), now=now)
        decision = complete_task(
            task_id=task.pk,
            person=person,
            outcome=form.outcome,
            data=form.data,
            comment=form.comment,
            idempotency_key=form.idempotency_key,
            undoable=True,
            now=now,
        )
    except TaskNotFound as error:
        raise Http404 from error
    except TaskError as error:
        form.take_error(error)
        status = next(status for sort, status in STATUS_BY_ERROR if isinstance(error, sort))
        return _answer_page(request, _get_task(person, task.pk), person, form, now=now, status=status)
    if decision.task.settles_at is not None:
        return redirect("inbox")  # which says so, and offers to undo it for as long as that can be
    messages.success(request, _say_decision(decision))
    return redirect("inbox")


def _keep_brought(request: HttpRequest, person: Person, now: datetime) -> dict[str, str]:
    """Keep the files of an answer, nobody's but the person's until it counts: ids by field."""
    by = Bringer(actor=Actor.person(person))
    return {file.field: str(keep_upload(file.upload, by=by, now=now).pk) for file in read_uploads(request)}


@takes_files
@signed_in
@require_POST
def attach(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Keeps a file with the task and its case."""
    person = get_reader(request)
    try:
        get_task_for(person, task_id)
        upload = read_one_upload(request, "file").upload
        file = attach_to_task(task_id=task_id, person=person, upload=upload, now=timezone.now())
    except TaskNotFound as error:
        raise Http404 from error
    except (TaskError, FilesError) as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"“{file.name}” is attached.")
    return redirect("task", task_id=task_id)


def _say_decision(decision: TaskDecision) -> str:
    task = decision.task
    if decision.proposed:
        return f"Your answer to “{task.title}” went to {task.assignee}, who confirms it."
    if task.kind == "information":
        return "Your answer was sent. Thank you."
    words = ANSWER_SAID.get(task.outcome) if task.kind == "approve" else None
    said = words.format(task.title) if words else f"You answered “{task.outcome.replace('_', ' ')}” to “{task.title}”."
    if task.approval_id is None:
        return said
    return f"{said} The answer is final." if decision.approval_outcome else f"{said} Others still have to answer."


def _answer_page(
    request: HttpRequest, task: Task, person: Person, form: AnswerForm, *, now: datetime, status: int = 200
) -> HttpResponse:
    page = build_task_page(task, person, now=now, zone=timezone.get_current_timezone())
    form.look_for_bar(person)
    state = read_task_state(task, person, now=now)
    form.restore(state.draft, state.proposal)
    context = {
        "page": page,
        "task": task,
        "form": form,
        "state": state,
        "undo": state.undo,
        "undo_s": get_undo_s(task),
        "priorities": Priority.choices,
        "unseen": list_blind(task, request.GET.get("unseen", "")),
        "files": describe_files(list_files_of("task", task.pk)),
        "may_embed": True,
    }
    return let_frames_in(render_page(request, "cases/task.html", context, status=status))


def _find_preview(request: HttpRequest, person: Person, *, now: datetime) -> Any:
    """The task that ``?task=`` names, None when it names none of this person's."""
    try:
        task = read_task(task_id=uuid.UUID(request.GET.get("task", "")), person=person)
    except (ValueError, TaskNotFound):
        return None
    return build_task_page(task, person, now=now, zone=timezone.get_current_timezone())


def _get_task(person: Person, task_id: uuid.UUID) -> Task:
    try:
        return get_task_for(person, task_id)
    except TaskNotFound as error:
        raise Http404 from error

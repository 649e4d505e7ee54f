"""What people press on the page of a task besides its answers. Each goes through the same operation as the API's."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST

from cases.errors import CaseError, TaskNotFound
from cases.operations import (
    Question,
    Said,
    ask_to_reopen,
    comment_task,
    delegate_task,
    give_back_task,
    invite_guest,
    reassign_task,
    request_information,
    revoke_guest,
    save_draft,
    set_follow_up,
    set_priority,
    undo_decision,
    withdraw_information,
)
from cases.queries import get_task_for
from integrator.people.access import get_reader, signed_in

NOT_TYPED = ("csrfmiddlewaretoken", "key", "outcome", "question", "who", "due")
View = Callable[..., HttpResponse]


def read_typed(posted: QueryDict) -> dict[str, str]:
    """What somebody typed into the fields of an answer, by the name of the field."""
    return {name: str(text) for name, text in posted.items() if name not in NOT_TYPED}


def _act(request: HttpRequest, task_id: uuid.UUID, act: Callable[[], str]) -> HttpResponse:
    """Do it and say so on the task's page; say there too what was refused. A stranger's task is none."""
    try:
        said = act()
    except TaskNotFound as error:
        raise Http404 from error
    except CaseError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said)
    return redirect("task", task_id=task_id)


@signed_in
@require_POST
def undo(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Takes the person's own answer back while it does not count yet."""

    def act() -> str:
        undo_decision(task_id=task_id, person=get_reader(request), now=timezone.now())
        return "Your answer is undone. The task is as it was, and what you typed is kept."

    return _act(request, task_id, act)


@signed_in
@require_POST
def hand_on(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Delegates, or with ``for_good`` hands over."""
    to, for_good = request.POST.get("to", "").strip(), request.POST.get("do") == "for_good"

    def act() -> str:
        operation = reassign_task if for_good else delegate_task
        task = operation(task_id=task_id, person=get_reader(request), to=to, now=timezone.now())
        if for_good:
            return f"The task is {task.assignee}’s now."
        return f"{task.assignee} prepares the answer. It comes back to you to confirm."

    return _act(request, task_id, act)


@signed_in
@require_POST
def give_back(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Ends a delegation without an answer."""

    def act() -> str:
        task = give_back_task(task_id=task_id, person=get_reader(request), now=timezone.now())
        return f"The task is with {task.assignee} again."

    try:
        get_task_for(get_reader(request), task_id)
    except TaskNotFound as error:
        raise Http404 from error
    answer = _act(request, task_id, act)
    return answer if _is_visible(request, task_id) else redirect("inbox")


@signed_in
@require_POST
def comment(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Adds a comment; the page then offers to let those follow who were called on and cannot see it."""
    blind: list[str] = []

    def act() -> str:
        text = request.POST.get("text", "")
        said = comment_task(task_id=task_id, person=get_reader(request), text=text, now=timezone.now())
        blind.extend(one.username for one in said.blind)
        return say_said(said)

    answer = _act(request, task_id, act)
    if not blind:
        return answer
    return redirect(f"{reverse('task', args=[task_id])}?{urlencode({'unseen': ' '.join(blind)})}#comments")


def say_said(said: Said) -> str:
    """What became of a comment: who is told, and who cannot see it."""
    told = f"{_join(said.told)} {'is' if len(said.told) == 1 else 'are'} told. " if said.told else ""
    blind = f"{_join(said.blind)} cannot see this. Whoever may let others follow it can add them." if said.blind else ""
    return f"Your comment is kept. {told}{blind}".strip()


@signed_in
@require_POST
def draft(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Keeps what was typed so far: JSON for the page's script, the page itself for the button."""
    person, now = get_reader(request), timezone.now()
    wants_json = request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    try:
        kept = save_draft(task_id=task_id, person=person, typed=read_typed(request.POST), now=now)
    except TaskNotFound as error:
        raise Http404 from error
    except CaseError as error:
        if wants_json:
            return JsonResponse({"saved": False, "text": error.message}, status=409)
        messages.error(request, error.message)
        return redirect("task", task_id=task_id)
    text = f"Saved {timezone.localtime(now):%H:%M}" if kept else ""
    if wants_json:
        return JsonResponse({"saved": kept is not None, "text": text})
    messages.success(request, "Your draft is kept. You find it here again, on any device.")
    return redirect("task", task_id=task_id)


@signed_in
@require_POST
def mark(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Changes the priority or the follow-up date, whichever was sent."""

    def act() -> str:
        person, now = get_reader(request), timezone.now()
        if "priority" in request.POST:
            task = set_priority(task_id=task_id, person=person, priority=request.POST["priority"], now=now)
            return f"The priority is {task.get_priority_display().lower()} now."
        at = read_moment(request.POST.get("at", ""))
        set_follow_up(task_id=task_id, person=person, at=at, now=now)
        return "The follow-up is noted." if at else "There is no follow-up any more."

    return _act(request, task_id, act)


@signed_in
@require_POST
def ask(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Asks for information; what was typed as an answer is kept as a draft."""
    person, now = get_reader(request), timezone.now()

    def act() -> str:
        question = Question(
            text=request.POST.get("question", ""),
            who=request.POST.get("who", ""),
            due_at=read_moment(request.POST.get("due", "")),
        )
        row = request_information(task_id=task_id, person=person, question=question, now=now)
        save_draft(task_id=task_id, person=person, typed=read_typed(request.POST), now=now)
        return f"{row.person or row.guest} is asked. The task’s clock stands still until the answer is here."

    return _act(request, task_id, act)


@signed_in
@require_POST
def withdraw_question(request: HttpRequest, task_id: uuid.UUID, request_id: uuid.UUID) -> HttpResponse:
    """Withdraws a question."""

    def act() -> str:
        withdraw_information(task_id=task_id, request_id=request_id, person=get_reader(request), now=timezone.now())
        return "The question is withdrawn."

    return _act(request, task_id, act)


@signed_in
@require_POST
def reopen(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Asks the lead to open an answered task again."""

    def act() -> str:
        reason = request.POST.get("reason", "")
        ask_to_reopen(task_id=task_id, person=get_reader(request), reason=reason, now=timezone.now())
        return "The lead is asked. What was decided stays decided until they say otherwise."

    return _act(request, task_id, act)


@signed_in
@require_POST
def invite(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Invites somebody without an account."""

    def act() -> str:
        email = request.POST.get("email", "")
        row = invite_guest(task_id=task_id, person=get_reader(request), email=email, now=timezone.now())
        until = timezone.localtime(row.expires_at)
        return f"{row.email} gets a link by mail. It works once, until {until.day} {until:%B, %H:%M}."

    return _act(request, task_id, act)


@signed_in
@require_POST
def revoke(request: HttpRequest, task_id: uuid.UUID, pass_id: uuid.UUID) -> HttpResponse:
    """Makes a guest's link useless."""

    def act() -> str:
        row = revoke_guest(task_id=task_id, pass_id=pass_id, person=get_reader(request), now=timezone.now())
        return f"The link of {row.email} opens nothing any more."

    return _act(request, task_id, act)


def read_moment(text: str) -> datetime | None:
    """A day and time as a page sends them, in the reader's zone; None for none. Raises CaseError for anything else."""
    if not text.strip():
        return None
    try:
        found = parse_datetime(text.strip())
    except ValueError:
        found = None
    if found is None:
        raise CaseError("task.due_invalid", "This is no date and time. Choose a day and a time.")
    return timezone.make_aware(found) if timezone.is_naive(found) else found


def _is_visible(request: HttpRequest, task_id: uuid.UUID) -> bool:
    try:
        get_task_for(get_reader(request), task_id)
    except TaskNotFound:
        return False
    return True


def _join(people: Any) -> str:
    names = [str(one) for one in people]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

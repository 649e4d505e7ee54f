"""The page of one approval: its levels, who is asked, and what may be done with the whole of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from cases.approval_levels import say_amount
from cases.errors import ApprovalNotFound, CaseError
from cases.models import Approval, Task
from cases.operations import add_approver, change_amount, withdraw_approval
from cases.operations.exporting import can_export_evidence
from cases.operations.reading import read_approval
from cases.queries.co_askers import CoAsker, describe_entries, join_about
from integrator.events.queries import timeline_of
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader, signed_in
from integrator.people.models import Person
from integrator.people.rights import Action, can


@signed_in
@require_safe
def show_approval(request: HttpRequest, approval_id: uuid.UUID) -> HttpResponse:
    """One approval, for everybody who sees its case or a task of it."""
    person = get_reader(request)
    try:
        approval = read_approval(approval_id=approval_id, person=person)
    except ApprovalNotFound as error:
        raise Http404 from error
    entries = describe_entries(approval)
    leads = _is_lead(person, approval)
    asks = approval.requested_by_id == person.pk
    is_open = approval.state == "open"
    mine = Task.objects.decidable_by(person).filter(approval=approval).first() if is_open else None
    changes = approval.case is not None and can(person, Action.CASE_CHANGE, approval.case.team_id)
    context = {
        "approval": approval,
        "title": approval.template["title"],
        "levels": [
            (words, [_as_row(one) for one in rows]) for words, rows in groupby(entries, key=lambda one: one.level)
        ],
        "amount": say_amount(approval.amount, approval.currency) if approval.amount else "",
        "editors": list(approval.editors.select_related("person")),
        "mine": mine,
        "seen": mine or Task.objects.visible_to(person).filter(approval=approval).first(),
        "may_add": is_open and (leads or mine is not None),
        "may_withdraw": is_open and (leads or asks),
        "may_change": is_open and bool(approval.amount) and (leads or asks or changes),
        "may_export": can_export_evidence(person, approval),
        "happened": timeline_of("approval", str(approval.pk)),
    }
    return render_page(request, "cases/approval.html", context)


@signed_in
@require_POST
def change(request: HttpRequest, approval_id: uuid.UUID) -> HttpResponse:
    """Another amount."""
    person, amount = get_reader(request), request.POST.get("amount", "").strip().replace(" ", "")
    return _act(
        request,
        approval_id,
        lambda: change_amount(approval_id=approval_id, person=person, amount=amount or None, now=timezone.now()),
        "The amount is changed. Whoever it needs is asked.",
    )


@signed_in
@require_POST
def add(request: HttpRequest, approval_id: uuid.UUID) -> HttpResponse:
    """One more approver."""
    person, given = get_reader(request), request.POST
    return _act(
        request,
        approval_id,
        lambda: add_approver(
            approval_id=approval_id,
            person=person,
            who=given.get("who", "").strip(),
            place=given.get("place", ""),
            reason=given.get("reason", ""),
            now=timezone.now(),
        ),
        "They are asked as well.",
    )


@signed_in
@require_POST
def withdraw(request: HttpRequest, approval_id: uuid.UUID) -> HttpResponse:
    """Takes it back."""
    person, reason = get_reader(request), request.POST.get("comment", "")
    return _act(
        request,
        approval_id,
        lambda: withdraw_approval(approval_id=approval_id, person=person, reason=reason, now=timezone.now()),
        "The approval is withdrawn. Those who were asked are told why.",
    )


def _act(request: HttpRequest, approval_id: uuid.UUID, operation: Callable[[], Any], said: str) -> HttpResponse:
    try:
        operation()
    except ApprovalNotFound as error:
        raise Http404 from error
    except CaseError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said)
    return redirect("approval", approval_id=approval_id)


def _as_row(entry: CoAsker) -> dict[str, Any]:
    """As ``components/asked.html`` takes it."""
    state = (entry.outcome or "answered") if entry.state == "answered" else entry.state
    about = entry.sentence.removesuffix(", not answered")
    if entry.state == "answered" and entry.by == entry.label and "standing in" not in about:
        about = "can still be undone" if entry.settles_at else ""
    return {
        "who": entry.label,
        "about": join_about("" if about == entry.label else about, entry, has_level=False),  # nobody is named twice
        "state": state,
        "state_label": "not answered" if entry.state == "open" else "",
        "said": entry.comment or "",
    }


def _is_lead(person: Person, approval: Approval) -> bool:
    led = Task.objects.reassignable_by(person).filter(approval=approval).exists()
    return led or can(person, Action.TASK_REASSIGN, approval.team_id)

"""Approvals as one person may see them: with their case, or by a task, request or team of their own."""

from __future__ import annotations

import uuid

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.errors import ApprovalNotFound
from cases.models import Approval, Case, Task
from integrator.people.models import Person
from integrator.people.rights import Action, EveryTeam, is_active_person, team_ids_where


def approvals_visible_to(person: Person) -> QuerySet[Approval]:
    """This will give the approvals of the cases this person sees, those with a task of theirs, and those they asked
    for; without a case those of the teams whose cases they may read."""
    rows = Approval.objects.order_by("created_at", "id")
    if not is_active_person(person):
        return rows.none()
    scope = team_ids_where(person, Action.CASE_READ)
    caseless = Q(case__isnull=True) if isinstance(scope, EveryTeam) else Q(case__isnull=True, team_id__in=scope)
    tasks = Task.objects.visible_to(person).filter(approval_id=OuterRef("pk"))
    cases = Case.objects.visible_to(person).filter(pk=OuterRef("case_id"))
    return rows.filter(Q(requested_by=person) | caseless | Exists(cases) | Exists(tasks))


def get_approval_to_export(person: Person, approval_id: uuid.UUID) -> Approval:
    """The same as ``get_approval_for``, and for those who oversee all teams those of confidential cases too.

    Whoever hands it out keeps that it was read (``operations.reading``). Raises ApprovalNotFound.
    """
    rows = Approval.objects.filter(pk=approval_id).select_related("case", "team", "requested_by")
    approval = rows.filter(case__in=Case.objects.openable_by(person)).first()
    return approval if approval is not None else get_approval_for(person, approval_id)


def get_approval_for(person: Person, approval_id: uuid.UUID) -> Approval:
    """This will give the approval with its case, team and requester. Raises ApprovalNotFound."""
    rows = approvals_visible_to(person).select_related("case", "team", "requested_by")
    approval = rows.filter(pk=approval_id).first()
    if approval is None:
        raise ApprovalNotFound
    return approval


def list_answers(approval: Approval) -> list[Task]:
    """This will give all tasks of the approval by position, with their people."""
    rows = approval.tasks.select_related("decided_by", "assignee").prefetch_related(
        "candidates__person", "candidates__team"
    )
    return list(rows.order_by("position"))

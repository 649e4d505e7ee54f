"""Opens cases, approvals and tasks for reading. Who reads a confidential case is kept in its history, and what auditors
read in the log. Changes nothing else.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q

from cases.errors import CaseNotFound
from cases.models import Approval, Case, Task
from cases.operations.inside import assert_in_transaction
from cases.queries.approvals import get_approval_for
from cases.queries.tasks import get_task_for
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.events.queries import record_audit_read
from integrator.people.models import Person
from integrator.people.rights import get_grants
from integrator.people.roles import Role


def read_case(*, number: str, person: Person) -> Case:
    """This will give the case with its type, team and owner; reading a confidential one is the event ``case.read``.

    By an auditor it is ``audit.read`` too. For those who oversee all teams it opens confidential cases too, which no
    list shows them. Raises CaseNotFound.
    """
    rows = Case.objects.openable_by(person).filter(number=number)
    case = rows.select_related("type", "team", "owner").first()
    if case is None:
        raise CaseNotFound
    if case.confidential:
        with transaction.atomic(durable=True):
            note_reading_in(case, person)
    _note_auditor(person, [case.team_id], {"case": case.number})
    return case


def read_approval(*, approval_id: uuid.UUID, person: Person) -> Approval:
    """This will give the approval with its case, team and requester, and keep that it was read as for a case.

    Raises ApprovalNotFound.
    """
    approval = get_approval_for(person, approval_id)
    teams = [approval.team_id]
    if approval.case is not None:
        teams.append(approval.case.team_id)
        if approval.case.confidential:
            with transaction.atomic(durable=True):
                note_reading_in(approval.case, person)
    _note_auditor(person, teams, {"approval": str(approval.pk)})
    return approval


def read_task(*, task_id: uuid.UUID, person: Person) -> Task:
    """This will give the task as ``get_task_for`` does, and keep that a confidential case was read by it.

    Raises TaskNotFound.
    """
    task = get_task_for(person, task_id)
    if task.case is not None and task.case.confidential:
        with transaction.atomic(durable=True):
            note_reading_in(task.case, person, task=task)
    return task


def can_open(person: Person, case: Case) -> bool:
    """Whether the person may open the case: those who see it, and those who oversee all teams. A few queries."""
    return Case.objects.openable_by(person).filter(pk=case.pk).exists()


def note_reading_of_event(*, subject: tuple[str, str], correlation: str, person: Person) -> None:
    """This will keep in the histories of the confidential cases that an event tells of that the person opened it."""
    about = Q(number=correlation) | Q(correlations__correlation=correlation) if correlation else Q(pk__in=[])
    if subject[0] == "case":
        about |= Q(number=subject[1])
    cases = list(Case.objects.filter(about, confidential=True).distinct().order_by("id"))
    if cases:
        with transaction.atomic(durable=True):
            for case in cases:
                note_reading_in(case, person)


def note_reading_in(case: Case, person: Person, *, task: Task | None = None) -> None:
    """This will keep in the history of a confidential case that the person read it; of another one nothing.

    ``task``: they read no more of it than is on the page of this task.
    """
    assert_in_transaction()
    if not case.confidential:
        return
    record(
        "case.read",
        actor=Actor.person(person),
        subject=("case", case.number),
        data={"number": case.number, **({"task": task.title} if task is not None else {})},
        correlation=case.number,
        team_id=case.team_id,
    )


def _note_auditor(person: Person, team_ids: Iterable[int], filters: dict[str, str]) -> None:
    """What an auditor of everything, or of one of the teams, reads is itself an event."""
    grants = get_grants(person)
    if Role.AUDITOR in grants.everywhere.union(*(grants.by_team.get(team_id, frozenset()) for team_id in team_ids)):
        record_audit_read(person=person, filters=filters)

"""Keeps who changed a case, or what an open approval is about: they may not decide it; leads stand in for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from cases.models import Approval, ApprovalEditor, Case, CaseEditor, Task
from cases.operations.inside import assert_in_transaction
from cases.operations.standing_in import let_leads_stand_in_in
from cases.operations.taking_back import lock_open_approvals
from integrator.events.actors import Actor

MAX_WHAT = 200


def note_editor_in(approvals: Sequence[Approval], *, what: str, actor: Actor, now: datetime) -> None:
    """This will keep that the person who acts changed what these approvals are about; the first time counts.

    Where nobody else may answer an open task of them any more, the leads are asked beside. Nobody but a person edits.
    """
    assert_in_transaction()
    person_id = actor.person_id
    if not approvals or person_id is None:
        return
    rows = [ApprovalEditor(approval=one, person_id=person_id, what=what[:MAX_WHAT], since_at=now) for one in approvals]
    ApprovalEditor.objects.bulk_create(rows, ignore_conflicts=True)
    open_tasks = Task.objects.active().filter(approval__in=approvals).order_by("created_at", "position", "id")
    for task_id in list(open_tasks.values_list("id", flat=True)):
        let_leads_stand_in_in(task_id, actor=actor)


def note_case_editor_in(case: Case, *, what: str, actor: Actor, now: datetime) -> list[Approval]:
    """This will keep that the person who acts filled in what the case says; gives its open approvals, held.

    They may decide none of its approvals: neither these nor one that is asked later. The caller holds the case.
    """
    assert_in_transaction()
    if actor.person_id is not None:
        row = CaseEditor(case=case, person_id=actor.person_id, what=what[:MAX_WHAT], since_at=now)
        CaseEditor.objects.bulk_create([row], ignore_conflicts=True)
    approvals = lock_open_approvals(case_id=case.pk)
    note_editor_in(approvals, what=what, actor=actor, now=now)
    return approvals


def say_fields(names: Iterable[str]) -> str:
    """Fields of a case, for people: ``the case (amount, title)``."""
    return f"the case ({', '.join(sorted(name.removeprefix('data.') for name in names))})"

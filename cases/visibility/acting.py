"""Whether somebody may answer a task, as themselves or for somebody they cover. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from cases.errors import TaskRefused
from cases.visibility.rules import rows_of
from cases.visibility.standing import Hat, Standing, read_standing
from cases.visibility.task_rules import asked_as
from integrator.people.models import Person

if TYPE_CHECKING:
    from cases.models import Task

OWN_REQUEST = "task.own_request"
SECOND_ENTRY = "task.second_entry"
NOT_ASKED = "task.not_asked"
EDITED = "task.edited"


@dataclass(frozen=True, kw_only=True)
class Acting:
    """How somebody answers. ``covered`` is the person they act for, None when they act as themselves.

    ``stands_for`` names the one who was asked first, "" when that is the person: see ``TaskCandidate``.
    """

    covered: Person | None = None
    stands_for: str = ""


def refuse_barred(task: Task, person: Person) -> None:
    """Raises TaskRefused for one's own request, what one edited, and a second entry; others may be asked."""
    if task.approval_id is None:
        return
    if task.requested_by_id == person.pk:
        raise TaskRefused(OWN_REQUEST, "You asked for this yourself, so somebody else has to decide it.")
    edit = _find_edit(task, person)
    if edit is not None:
        raise TaskRefused(EDITED, f"You changed {edit}, so somebody else has to decide this.")
    other = _find_other_entry(task, person)
    if other is not None:
        message = f"You answered for {other.entry} already. For {task.entry} somebody else has to answer."
        raise TaskRefused(SECOND_ENTRY, message)


def choose_acting(task: Task, person: Person) -> Acting:
    """This will say how the person, who sees the task, would answer it: as themselves wherever they are asked.

    Raises TaskRefused for their own request, a second entry, and when neither they nor somebody they cover is asked.
    """
    refuse_barred(task, person)
    standing = read_standing(person)
    if standing is None:
        raise _not_asked()
    if _is_asked(standing.own, task):
        found: str | None = task.candidates.filter(person=person).values_list("stands_for", flat=True).first()
        return Acting(stands_for=found or "")
    return _choose_covered(task, standing)


def acts_for_holder(task: Task, person: Person) -> bool:
    """Whether somebody who is asked holds the task and the person acts for them: the claim keeps only others out."""
    standing = read_standing(person)
    hats = standing.covers if standing is not None else ()
    return any(hat.person.pk == task.assignee_id and _is_asked(hat, task) for hat in hats)


def choose_covered(task: Task, person: Person) -> Person | None:
    """For whom the person would answer, if not as themselves; None when they may not answer, or as themselves."""
    try:
        return choose_acting(task, person).covered
    except TaskRefused:
        return None


def _choose_covered(task: Task, standing: Standing) -> Acting:
    refusal = _not_asked()
    for hat in sorted(standing.covers, key=lambda hat: hat.person.pk != task.assignee_id):  # who holds it goes first
        if not _is_asked(hat, task):
            continue
        if task.approval_id is not None and task.requested_by_id == hat.person.pk:
            message = f"{hat.person} asked for this, so somebody else has to decide it, and you act for {hat.person}."
            refusal = TaskRefused(OWN_REQUEST, message)
        elif (edit := _find_edit(task, hat.person)) is not None:
            message = f"{hat.person} changed {edit}, and you act for {hat.person}: ask the lead."
            refusal = TaskRefused(EDITED, message)
        elif (other := _find_other_entry(task, hat.person)) is not None:
            message = (
                f"{hat.person} answered for {other.entry} already, and you act for {hat.person}: you count as one."
                f" For {task.entry} somebody else has to answer."
            )
            refusal = TaskRefused(SECOND_ENTRY, message)
        else:
            return Acting(covered=hat.person, stands_for=hat.person.username)
    raise refusal


def _is_asked(hat: Hat, task: Task) -> bool:
    condition = asked_as(hat)
    return condition is not None and bool(rows_of("Task").filter(condition, pk=task.pk).exists())


def _find_other_entry(task: Task, person: Person) -> Task | None:
    """Another entry of the approval that the person answered, or somebody for them."""
    if task.approval_id is None:
        return None
    answered = rows_of("Task").filter(Q(decided_by=person.pk) | Q(covered=person.pk), approval_id=task.approval_id)
    found: Task | None = answered.exclude(pk=task.pk).exclude(overtaken=True).first()
    return found


def _find_edit(task: Task, person: Person) -> str | None:
    """What the person changed of what the approval is about; None for nothing."""
    edits = rows_of("ApprovalEditor").filter(approval_id=task.approval_id, person=person.pk)
    found: str | None = edits.values_list("what", flat=True).first()
    return found


def _not_asked() -> TaskRefused:
    return TaskRefused(
        NOT_ASKED, "You may read this task, but it is not asked of you. Ask its team's lead to hand it over."
    )

"""Gives back what somebody holds who may not answer it any more: open again for all who are asked. Asks no rights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from cases.models import Task
from cases.operations.asking import draft_of
from cases.operations.claiming import tell_task, write_task
from cases.operations.delegates import end_delegation_in
from cases.operations.inside import assert_in_transaction
from cases.querysets import TaskQuerySet
from cases.visibility.rules import match_any
from cases.visibility.standing import read_standing
from cases.visibility.task_rules import ASKED
from integrator.events.actors import SYSTEM
from integrator.events.log import EventDraft, record_many
from integrator.people.models import Person


def find_unfit(holder: Person, at: datetime) -> TaskQuerySet:
    """Unanswered tasks that the holder has, or waits for a delegate's proposal to, and of which they are not asked."""
    held = find_held(holder)
    standing = read_standing(holder, at)
    still = match_any(ASKED, standing) if standing is not None else None
    return held if still is None else held.exclude(pk__in=Task.objects.filter(still).values("pk"))


def find_held(holder: Person) -> TaskQuerySet:
    """Unanswered tasks that are the holder's: taken, or delegated by them to somebody else."""
    return Task.objects.active().filter(Q(assignee=holder) | Q(delegated_by=holder))


def lock_free(ids: Iterable[UUID], holder: Person) -> list[Task]:
    """Those of the tasks that are still the holder's, locked; what somebody changes at this moment is left out.

    The caller may hold the lock of a person, for which a claim under way waits with its task locked.
    """
    rows = find_held(holder).filter(pk__in=list(ids)).order_by("pk")
    return list(rows.select_for_update(no_key=True, skip_locked=True))


def give_back_in(tasks: Sequence[Task], holder: Person, *, reason: str, covered: Person | None, now: datetime) -> None:
    """This will open tasks of the holder again, or return what was only delegated to them. The caller has the locks.

    Clocks and drafts stay. ``covered`` is for whom they held them, None for themselves. Records ``task.released`` or
    ``task.given_back`` with the reason for each.
    """
    assert_in_transaction()
    record_many([_give_back(task, holder, reason, covered, now) for task in tasks])


def _give_back(task: Task, holder: Person, reason: str, covered: Person | None, now: datetime) -> EventDraft:
    owner = task.delegated_by
    if owner is not None and owner.pk != holder.pk and owner.is_active:
        write_task(task, assignee=owner, delegated_by=None, claimed_at=now)
        end_delegation_in(task, None, now=now)
        data = {**tell_task(task), "to": owner.username, "reason": reason}
        return draft_of(task, "task.given_back", actor=SYSTEM, data=data)
    delegate = task.assignee if owner is not None and task.assignee_id != holder.pk else None
    opened = {"status": "open", "assignee": None, "claimed_at": None, "released_at": now}
    write_task(task, **opened, delegated_by=None, proposal=None)
    if owner is not None:
        end_delegation_in(task, delegate, now=now)
    data = {**tell_task(task), "for": str(covered) if covered else None, "reason": reason}
    return draft_of(task, "task.released", actor=SYSTEM, data=data)

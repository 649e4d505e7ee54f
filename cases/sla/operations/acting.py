"""What a rung of the ladder does beside telling: hands work over, raises its priority. Says what came of it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from cases.errors import CaseError
from cases.models import Case, Priority, SlaClock, Task, TaskCandidate
from cases.operations.asking import draft_of
from cases.operations.cases import update_case_in
from cases.operations.deciding import refuse_those_who_may_not
from integrator.events.actors import SYSTEM
from integrator.events.log import record, record_many
from integrator.people.models import Person

PRIORITIES = tuple(Priority.values)
WHY = "its time is up, and its SLA policy says so"


def raise_priority_in(clock: SlaClock, *, now: datetime) -> str:
    """This will raise the priority of the task or case by one, unless it is the highest already."""
    if clock.priority == PRIORITIES[-1]:
        return f"its priority is {clock.priority} already"
    higher = PRIORITIES[PRIORITIES.index(clock.priority) + 1]
    if clock.task is not None:
        task = clock.task
        Task.objects.filter(pk=task.pk).update(priority=higher, revision=F("revision") + 1)
        draft = draft_of(task, "task.changed", actor=SYSTEM, data={"title": task.title, "fields": ["priority"]})
        record(
            draft.name,
            actor=SYSTEM,
            subject=draft.subject,
            data=draft.data,
            changes={"priority": (task.priority, higher)},
            correlation=draft.correlation,
            team_id=draft.team_id,
        )
    elif clock.case is not None:
        update_case_in(number=clock.case.number, changes={"priority": higher}, actor=SYSTEM, now=now)
    return f"its priority is {higher} now"


def hand_over_in(clock: SlaClock, people: list[Person], *, now: datetime) -> str:
    """This will give the task, or the case, to the first of the people who may have it."""
    for person in people:
        if clock.task is not None and not _hand_task_in(clock.task, person, now):
            continue
        if clock.case is not None:
            _hand_case_in(clock.case, person)
        return f"{person} has it now"
    return "nobody could be found who may have it"


def _hand_task_in(task: Task, person: Person, now: datetime) -> bool:
    if task.assignee_id == person.pk:
        return True
    try:
        refuse_those_who_may_not(task, person)
    except CaseError:
        return False
    stands_for = task.entry_ref if task.kind == "approve" else ""
    TaskCandidate.objects.get_or_create(task=task, person=person, defaults={"stands_for": stands_for})
    values = {"status": "claimed", "assignee": person, "claimed_at": now, "revision": F("revision") + 1}
    Task.objects.active().filter(pk=task.pk).update(**values)
    data = {"origin": task.origin, "title": task.title, "to": person.username, "reason": WHY}
    record_many([draft_of(task, "task.reassigned", actor=SYSTEM, data=data)])
    return True


def _hand_case_in(case: Case, person: Person) -> None:
    old = case.owner
    if old == person:
        return
    Case.objects.filter(pk=case.pk).update(owner=person, revision=F("revision") + 1)
    record(
        "case.changed",
        actor=SYSTEM,
        subject=("case", case.number),
        data={"number": case.number, "fields": ["owner"], "reason": WHY},
        changes={"owner": (old.username if old else None, person.username)},
        correlation=case.number,
        team_id=case.team_id,
    )

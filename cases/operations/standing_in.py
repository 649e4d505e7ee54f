"""Lets leads stand in where an entry of an approval can be answered by nobody else. Tells them nothing itself."""

from __future__ import annotations

import uuid

from cases.models import ApprovalEditor, Task, TaskCandidate
from cases.operations.asking import draft_of
from cases.operations.inside import assert_in_transaction
from cases.people_refs import list_deciders, list_leads, list_team_ids_of
from integrator.events.actors import Actor
from integrator.events.log import record_many
from integrator.people.models import Person


def let_leads_stand_in_in(task_id: uuid.UUID, *, actor: Actor) -> list[Person]:
    """This will make leads candidates of an unanswered approval task that nobody else may answer; gives who was added.

    Asked in this order: the leads of the entry's own teams, those of the flow's team. Somebody who requested it,
    edited it or answered another entry does not count as able, nor may they stand in: with nobody left the
    list is empty.
    """
    assert_in_transaction()
    task = Task.objects.active().select_for_update(no_key=True).filter(pk=task_id, kind="approve").first()
    if task is None:
        return []
    barred = list_barred_ids(task)
    candidates = list(task.candidates.all())
    named = [row.person_id for row in candidates if row.person_id is not None]
    teams = [row.team_id for row in candidates if row.team_id is not None]
    able = set(Person.objects.filter(id__in=named, is_active=True).values_list("id", flat=True))
    able |= {person.pk for person in list_deciders(teams, "approve")}
    if able - barred:
        return []
    home = teams or list_team_ids_of(named)
    leads = [lead for lead in list_leads(home) if lead.pk not in barred]
    leads = leads or [lead for lead in list_leads([task.team_id]) if lead.pk not in barred]
    _add_in(task, leads, actor)
    return leads


def list_barred_ids(task: Task) -> set[int]:
    """Persons who may not answer this approval task: who requested it, edited it, or answered another entry.

    Of an answer for somebody covered, both. Two queries.
    """
    answered = Task.objects.filter(approval=task.approval, decided_by__isnull=False, overtaken=False)
    edited = ApprovalEditor.objects.filter(approval=task.approval).values_list("person_id", flat=True)
    barred = {task.requested_by_id, *edited}.union(*answered.values_list("decided_by_id", "covered_id"))
    return {person_id for person_id in barred if person_id is not None}


def _add_in(task: Task, leads: list[Person], actor: Actor) -> None:
    if not leads:
        return
    TaskCandidate.objects.bulk_create(
        [TaskCandidate(task=task, person=lead, stands_for=task.entry_ref) for lead in leads], ignore_conflicts=True
    )
    data = {
        "origin": task.origin,
        "title": task.title,
        "to": [lead.username for lead in leads],
        "reason": f"Nobody else who was asked for {task.entry} may answer.",
    }
    record_many([draft_of(task, "task.reassigned", actor=actor, data=data)])

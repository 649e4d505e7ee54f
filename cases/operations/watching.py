"""Lets people follow tasks and cases, by themselves or by those whose business it is. Watchers only read."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from cases.errors import CaseForbidden, CaseNotFound, TaskNotFound, TaskRefused
from cases.models import Case, CaseWatcher, Task, TaskWatcher
from cases.operations.asking import draft_of
from cases.people_refs import get_person_to_ask
from cases.visibility.acting import NOT_ASKED
from integrator.events.actors import Actor
from integrator.events.log import record, record_many
from integrator.people.models import Person
from integrator.people.rights import Action, can

ASK_TO_BE_PARTY = "This case is confidential. Make them a party of it first, or ask them in a task."


def watch_task(*, task_id: uuid.UUID, person: Person, now: datetime, who: str = "") -> Task:
    """This will let the person, or with ``who`` (user name or e-mail) somebody else, follow the task.

    Others are added by those it is asked of and by leads. Following already changes nothing. Raises TaskNotFound,
    TaskRefused, AskInvalid.
    """
    with transaction.atomic(durable=True):
        task = _get_task(task_id, person)
        watcher = _choose(person, who)
        if watcher.pk != person.pk:
            _refuse_to_add(task, person, watcher)
        _, is_new = TaskWatcher.objects.get_or_create(
            task=task, person=watcher, defaults={"added_by": person, "since_at": now}
        )
        if is_new:
            _tell_task(task, "task.watched", person, watcher)
    return task


def unwatch_task(*, task_id: uuid.UUID, person: Person, who: str = "") -> Task:
    """This will end that; others are taken out by those who may add them. Raises as above."""
    with transaction.atomic(durable=True):
        task = _get_task(task_id, person)
        watcher = _choose(person, who)
        if watcher.pk != person.pk:
            _refuse_to_add(task, person, watcher=None)
        if TaskWatcher.objects.filter(task=task, person=watcher).delete()[0]:
            _tell_task(task, "task.unwatched", person, watcher)
    return task


def watch_case(*, number: str, person: Person, now: datetime, who: str = "") -> Case:
    """This will let the person, or somebody else, follow the case; others are added by who may change it.

    Raises CaseNotFound, CaseForbidden, AskInvalid.
    """
    with transaction.atomic(durable=True):
        case = _get_case(number, person)
        watcher = _choose(person, who)
        if watcher.pk != person.pk:
            refuse_to_change(case, person)
            if case.confidential and not Case.objects.visible_to(watcher).filter(pk=case.pk).exists():
                raise CaseForbidden(ASK_TO_BE_PARTY)
        _, is_new = CaseWatcher.objects.get_or_create(
            case=case, person=watcher, defaults={"added_by": person, "since_at": now}
        )
        if is_new:
            _tell_case(case, "case.watched", person, watcher)
    return case


def unwatch_case(*, number: str, person: Person, who: str = "") -> Case:
    """This will end that. Raises as above."""
    with transaction.atomic(durable=True):
        case = _get_case(number, person)
        watcher = _choose(person, who)
        if watcher.pk != person.pk:
            refuse_to_change(case, person)
        if CaseWatcher.objects.filter(case=case, person=watcher).delete()[0]:
            _tell_case(case, "case.unwatched", person, watcher)
    return case


def can_change(case: Case, person: Person) -> bool:
    """Whether the person, who sees the case, may say who else does: its owner, or with the right to change it."""
    return case.owner_id == person.pk or can(person, Action.CASE_CHANGE, case.team_id)


def refuse_to_change(case: Case, person: Person) -> None:
    """Raises CaseForbidden for who may not."""
    if not can_change(case, person):
        raise CaseForbidden("Only the owner of the case and those who may change it can do this.")


def _get_task(task_id: uuid.UUID, person: Person) -> Task:
    task = Task.objects.visible_to(person).filter(pk=task_id).select_related("case").first()
    if task is None:
        task = Task.objects.reassignable_by(person).filter(pk=task_id).select_related("case").first()
    if task is None:
        raise TaskNotFound
    return task


def _get_case(number: str, person: Person) -> Case:
    case = Case.objects.visible_to(person).filter(number=number).first()
    if case is None:
        raise CaseNotFound
    return case


def _choose(person: Person, who: str) -> Person:
    return get_person_to_ask(who.strip()) if who.strip() else person


def _refuse_to_add(task: Task, person: Person, watcher: Person | None) -> None:
    rows = Task.objects.filter(pk=task.pk)
    if not (rows.asked_of(person).exists() or rows.reassignable_by(person).exists()):
        message = "Only those who are asked, and leads of the team, can say who else follows this task."
        raise TaskRefused(NOT_ASKED, message)
    is_confidential = task.case is not None and task.case.confidential
    if is_confidential and watcher is not None and not rows.visible_to(watcher).exists():
        raise TaskRefused("task.confidential", ASK_TO_BE_PARTY)


def _tell_task(task: Task, name: str, person: Person, watcher: Person) -> None:
    data = {"title": task.title, "who": watcher.username}
    record_many([draft_of(task, name, actor=Actor.person(person), data=data)])


def _tell_case(case: Case, name: str, person: Person, watcher: Person) -> None:
    record(
        name,
        actor=Actor.person(person),
        subject=("case", case.number),
        data={"number": case.number, "who": watcher.username},
        correlation=case.number,
        team_id=case.team_id,
    )

"""Who was asked, guests and delegates among them, and what was asked back: the rows of it. Reads only.

Rights were checked before; what is sensitive is masked as every reader sees it.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q

from cases.chains import level_of
from cases.models import Approval, Case, InformationRequest, Task
from cases.shapes import as_time, name_decider
from cases.veils import mask_answer, veil_task
from integrator.people.models import Person


def list_asked(subject: Approval | Task | Case) -> list[Task]:
    """This will give the tasks of an approval (those overtaken too), of a task and its approval, or of a case."""
    if isinstance(subject, Case):
        wanted = Q(case=subject)
    else:
        approval_id = subject.pk if isinstance(subject, Approval) else subject.approval_id
        wanted = Q(approval=approval_id) if approval_id is not None else Q()
        wanted |= Q(pk=subject.pk) if isinstance(subject, Task) else Q()
    rows = Task.objects.filter(wanted).exclude(kind="information").prefetch_related("guest_passes__invited_by")
    people = ("decided_by", "covered", "assignee", "delegated_by", "approval")
    return list(rows.select_related(*people).order_by("created_at", "position", "id"))


def list_questions(tasks: Iterable[Task]) -> list[InformationRequest]:
    """This will give what was asked back about these tasks, oldest first."""
    rows = InformationRequest.objects.filter(task__in=[task.pk for task in tasks])
    people = ("task", "asking__decided_by", "asking__covered", "asked_by", "person")
    return list(rows.select_related(*people).order_by("asked_at", "id"))


def list_beside(tasks: Sequence[Task], questions: Iterable[InformationRequest]) -> set[uuid.UUID]:
    """The tasks that came of these: of who was asked back, and of who was to open an answer again."""
    again = Task.objects.filter(reopens__in=[task.pk for task in tasks]).values_list("pk", flat=True)
    return {*(question.asking_id for question in questions), *again}


def tell_asked(tasks: Iterable[Task]) -> list[dict[str, Any]]:
    """Who was asked and how it stands. ``by`` answered ``for``; ``counts`` is false once it was asked anew."""
    return [veil_task(task).mask(_tell_task(task)) for task in tasks]


def tell_questions(
    questions: Iterable[InformationRequest], events: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """What was asked back and answered; ``events`` are those of a pack that it rests on."""
    about: dict[str, list[int]] = defaultdict(list)
    for event in events:
        about[event["subject_id"]].append(event["id"])
    return [
        (veil_task(row.task) | veil_task(row.asking)).mask(_tell_question(row, about[str(row.asking_id)]))
        for row in questions
    ]


def _tell_task(task: Task) -> dict[str, Any]:
    return {
        "task": str(task.pk),
        "kind": task.kind,
        "title": task.title,
        "entry": task.entry or None,
        "approver": task.entry_ref or None,
        "level": (level_of(task.approval, task.position) or None) if task.approval is not None else None,
        "counts": not task.overtaken,
        "state": task.status,
        "with": _name(task.assignee),
        "delegated_by": _name(task.delegated_by),
        "outcome": task.outcome or None,
        "by": name_decider(task),
        "for": _name(task.covered),
        "stands_for": task.decided_for or None,
        "at": as_time(task.decided_at),
        "can_be_undone_until": as_time(task.settles_at),
        "withdrawn": task.withdrawn_reason or None,
        "guests": [
            {
                "email": row.email,
                "invited_by": _name(row.invited_by),
                "invited_at": as_time(row.created_at),
                "expires_at": as_time(row.expires_at),
                "used_at": as_time(row.used_at),
                "revoked_at": as_time(row.revoked_at),
            }
            for row in task.guest_passes.all()
        ],
    }


def _tell_question(row: InformationRequest, events: list[int]) -> dict[str, Any]:
    is_answered = row.state == "answered"
    return {
        "about": str(row.task_id),
        "task": str(row.asking_id),
        "question": row.question,
        "asked_by": _name(row.asked_by),
        "asked": f"guest:{row.guest}" if row.guest else _name(row.person),
        "asked_at": as_time(row.asked_at),
        "due_at": as_time(row.due_at),
        "state": row.state,
        "answer": {"comment": row.asking.comment, "data": mask_answer(row.asking)} if is_answered else None,
        "by": name_decider(row.asking),
        "for": _name(row.asking.covered),
        "ended_at": as_time(row.ended_at),
        "withdrawn": row.withdrawn_reason or None,
        "events": events,
    }


def _name(person: Person | None) -> str | None:
    return person.username if person is not None else None

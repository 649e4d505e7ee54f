"""Which events and files belong to an approval, a task or a case. Reads only; rights were checked before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from cases.evidence.asking import list_asked, list_beside, list_questions
from cases.models import Approval, Case, InformationRequest, Task
from integrator.events.models import Event
from integrator.files.errors import FilesError
from integrator.files.facts import find_file_ids
from integrator.files.queries import get_files
from integrator.files.storage import get_store

Subject = Approval | Task | Case
MAX_EVENTS = 5_000


def name_subject(subject: Subject) -> tuple[str, str]:
    """Its type and id as the event log has them."""
    if isinstance(subject, Case):
        return "case", subject.number
    return ("approval" if isinstance(subject, Approval) else "task"), str(subject.pk)


def case_of(subject: Subject) -> Case | None:
    """The case that it is, or is about; None without one."""
    return subject if isinstance(subject, Case) else subject.case


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Who was asked, what was asked back, and the ids of all tasks that belong to it, as the event log has them."""

    tasks: Sequence[Task]
    questions: Sequence[InformationRequest]
    ids: Sequence[str]


def gather_asked(subject: Subject) -> Asked:
    """This will read who was asked about an approval, a task or a case."""
    tasks = list_asked(subject)
    questions = list_questions(tasks)
    ids = {task.pk for task in tasks} | list_beside(tasks, questions)
    return Asked(tasks=tasks, questions=questions, ids=sorted(map(str, ids)))


def list_events_of(subject: Subject, asked: Asked, *, with_case: bool = True) -> QuerySet[Event]:
    """This will give the events: of an approval its own, its tasks' and its case's; of a case all of its timeline.

    What was asked back is among them. At most the newest 5,000. Without ``with_case`` those of the case itself are left
    out of an approval's.
    """
    wanted = _of_case(subject, asked) if isinstance(subject, Case) else _of_asking(subject, asked, with_case=with_case)
    newest = Event.objects.filter(wanted).order_by("-id").values("id")[:MAX_EVENTS]
    return Event.objects.filter(id__in=[row["id"] for row in newest])


def _of_case(case: Case, asked: Asked) -> Q:
    linked = case.correlations.values_list("correlation", flat=True)
    wanted = Q(correlation__in=[case.number, *linked]) | Q(subject_type="case", subject_id=case.number)
    approvals = sorted({str(task.approval_id) for task in asked.tasks if task.approval_id is not None})
    return (
        wanted | Q(subject_type="task", subject_id__in=asked.ids) | Q(subject_type="approval", subject_id__in=approvals)
    )


def _of_asking(subject: Approval | Task, asked: Asked, *, with_case: bool) -> Q:
    approval_id = subject.pk if isinstance(subject, Approval) else subject.approval_id
    wanted = Q(subject_type="task", subject_id__in=asked.ids)
    if approval_id is not None:
        wanted |= Q(subject_type="approval", subject_id=str(approval_id))
    if with_case and subject.case is not None:
        wanted |= Q(subject_type="case", subject_id=subject.case.number)
    return wanted


def stream_files(decisions: Iterable[Mapping[str, Any]]) -> Iterator[tuple[dict[str, Any], Iterator[bytes] | None]]:
    """This will give each file that was shown, once by content: its facts and its bytes; None where they are gone."""
    ids = [file_id for row in decisions for file_id in find_file_ids(row["data"])]
    done: set[str] = set()
    for file in get_files(list(dict.fromkeys(ids))).values():
        content = file.content
        if content.sha256 in done:
            continue
        done.add(content.sha256)
        facts = {"name": file.name, "type": content.type, "bytes": content.bytes, "sha256": content.sha256}
        yield facts, _open(content)


def _open(content: Any) -> Iterator[bytes] | None:
    try:
        return get_store().stream(content.stored_as)
    except FilesError:
        return None

"""Gives evidence packs out: for whom, and with an event for each."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from cases.errors import ApprovalRefused, CaseNotFound
from cases.evidence import Subject, build_pack
from cases.evidence.gathering import case_of, name_subject
from cases.evidence.samples import build_event_pack, find_subject
from cases.models import Approval, Case, Task
from cases.operations.reading import can_open, note_reading_in
from cases.queries import get_task_for
from cases.queries.approvals import get_approval_to_export
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.events.models import Event
from integrator.people.models import Person
from integrator.people.rights import Action, can


@dataclass(frozen=True, kw_only=True)
class EvidencePack:
    """A pack to download."""

    name: str
    content: bytes


def export_approval_evidence(*, approval_id: uuid.UUID, person: Person, now: datetime) -> EvidencePack:
    """This will give the pack of an approval. Raises ApprovalNotFound, ApprovalRefused."""
    return _export(get_approval_to_export(person, approval_id), person, now)


def export_task_evidence(*, task_id: uuid.UUID, person: Person, now: datetime) -> EvidencePack:
    """This will give the pack of a task; of one that is part of an approval that of the whole.

    Raises TaskNotFound, ApprovalRefused.
    """
    task = get_task_for(person, task_id)
    return _export(task.approval or task, person, now)


def export_case_evidence(*, number: str, person: Person, now: datetime) -> EvidencePack:
    """This will give the pack of a case, with every decision in it. Raises CaseNotFound, ApprovalRefused.

    For those who oversee all teams that of a confidential one too; that it was read stays in its history.
    """
    case = Case.objects.openable_by(person).filter(number=number).select_related("type", "team", "owner").first()
    if case is None:
        raise CaseNotFound
    return _export(case, person, now)


def export_event_evidence(*, event: Event, person: Person, now: datetime) -> EvidencePack:
    """This will give the pack of what an event is about, for somebody who may export the event.

    What belongs to a confidential case only for those who may open it. Raises CaseNotFound.
    """
    subject = find_subject(event)
    if subject is not None:
        case = case_of(subject)
        if case is not None and case.confidential and not can_open(person, case):
            raise CaseNotFound
        return _make(subject, person, now, name="evidence-" + "-".join(name_subject(subject)))
    with transaction.atomic():
        _record_in(person, "event", str(event.id), None)
    content = build_event_pack(event, made_by=str(person), now=now)
    return EvidencePack(name=f"evidence-event-{event.id}.zip", content=content)


def can_export_evidence(person: Person, subject: Subject) -> bool:
    """Whether the person may have the pack: by their right in its team, or as who asked for it or answered."""
    if can(person, Action.EVIDENCE_EXPORT, subject.team_id):
        return True
    if isinstance(subject, Case):
        return False
    if subject.requested_by_id == person.pk:
        return True
    if isinstance(subject, Task):
        return subject.decided_by_id == person.pk
    return Task.objects.filter(approval=subject, decided_by=person).exists()


def _export(subject: Subject, person: Person, now: datetime) -> EvidencePack:
    if not can_export_evidence(person, subject):
        message = "Evidence packs are for auditors, leads, and those who asked or decided. Ask the team's lead for it."
        raise ApprovalRefused("approval.forbidden", message)
    return _make(subject, person, now, name=f"evidence-{_short(subject)}")


def _make(subject: Subject, person: Person, now: datetime, *, name: str) -> EvidencePack:
    """The pack, with the event that it was made; of a case that the person may not open only what was asked."""
    case = case_of(subject)
    opens = case is None or can_open(person, case)
    kind, ident = name_subject(subject)
    with transaction.atomic():
        _record_in(person, kind, ident, subject.team_id)
        if case is not None:
            note_reading_in(case, person)
    content = build_pack(subject, made_by=str(person), now=now, with_case=opens)
    return EvidencePack(name=f"{name}.zip", content=content)


def _record_in(person: Person, kind: str, ident: str, team_id: int | None) -> None:
    record(
        "export.made",
        actor=Actor.person(person),
        subject=(kind, ident),
        data={"what": "evidence pack", "format": "zip", "filters": {kind: ident}},
        team_id=team_id,
    )


def _short(subject: Approval | Task | Case) -> str:
    case = subject if isinstance(subject, Case) else subject.case
    ident = "" if isinstance(subject, Case) else f"-{str(subject.pk)[-8:]}"
    return f"{case.number if case else subject.__class__.__name__.lower()}{ident}"

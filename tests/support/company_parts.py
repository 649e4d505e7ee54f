"""What hangs on the company's case and task beside them, one of each, so that every address of the API has its ids."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from cases.models import (
    AuditSample,
    Case,
    CaseLink,
    CaseNote,
    CaseParty,
    CaseType,
    Contribution,
    GuestPass,
    InformationRequest,
    SavedView,
    SlaPolicy,
    Task,
)
from integrator.events.models import Event
from integrator.lib.ids import new_token, new_uuid
from integrator.people.models import BusinessCalendar, Person, Substitution, Team
from tests.support.cases import NOW
from tests.support.connections import make_place
from tests.support.forms import make_form
from tests.support.tables import make_live_table

LIMITS = """\
format: 1
table: limits
name: Limits
team: marketing
inputs: [{name: amount, label: Amount, type: number}]
outputs: [{name: team, label: Team, type: text}]
rows: [{when: {amount: "> 1"}, then: {team: legal}}]
"""
MONTH = timedelta(days=30)


def make_beside(case: Case, task: Task, team: Team, people: dict[str, Person]) -> dict[str, Any]:
    """The parts of addresses by name: of ``case`` (of ``team``) and of ``task``, which lee was asked.

    ``note`` is operator's, ``link`` leads to another case of the team, ``contribution`` is asked of the team by HTTP,
    ``question`` was put by lee to lia, ``guest`` was invited by lead, ``substitution`` lets analyst act for operator,
    ``username`` is operator's, with ``membership`` in the team, ``sample`` of the log, with ``event`` in it, was drawn
    by auditor.
    """
    CaseType.objects.create(key="dispute", name="Dispute", team=team, is_offered=True, created_at=NOW)
    SlaPolicy.objects.create(
        key="office", name="Office", subject="task", budget="PT8H", team=team, criteria="office", changed_at=NOW
    )
    BusinessCalendar.objects.create(key="office", name="Office", week={"0": [[540, 1020]]}, changed_at=NOW)
    other = Case.objects.create(number="C-2020-000001", type=case.type, title="Another", team=team, opened_at=NOW)
    link = CaseLink.objects.create(from_case=case, to_case=other, kind="relates", since_at=NOW)
    note = CaseNote.objects.create(case=case, author=people["operator"], text="Call them.", written_at=NOW)
    party = CaseParty.objects.create(case=case, contact="Kim, kim@example.com", role="requester", since_at=NOW)
    Contribution.objects.create(case=case, key="stock", title="Stock", source="http", team=team, asked_at=NOW)
    make_place("bearer", base_url="https://test.erp.example", secret="s3cret", name="test")
    return {
        "team": team.slug,
        "connection": "erp",
        "environment": "test",
        "table": make_live_table(LIMITS).key,
        "approval": task.approval_id,
        "case_type": "dispute",
        "policy": "office",
        "calendar": "office",
        "slug": team.slug,
        "username": "operator",
        "membership": people["operator"].memberships.get().pk,
        "form": make_form().key,
        "other": other.number,
        "link": link.pk,
        "note": note.pk,
        "party": party.pk,
        "contribution": "stock",
        "question": _ask(task, people).pk,
        "guest": _invite(task, people).pk,
        "view": SavedView.objects.create(person=people["operator"], page="cases", name="Mine", created_at=NOW).pk,
        "substitution": _name_substitute(people).pk,
        **_draw_sample(people),
    }


def _draw_sample(people: dict[str, Person]) -> dict[str, Any]:
    event = Event.objects.filter(name="task.created").order_by("id")[0]
    sample = AuditSample.objects.create(
        id=new_uuid(), seed="a", size=1, head_id=event.pk, population=1, event_ids=[event.pk],
        drawn_by=people["auditor"], drawn_at=NOW,
    )  # fmt: skip
    return {"event": event.pk, "sample": sample.pk}


def _ask(task: Task, people: dict[str, Person]) -> InformationRequest:
    asking = Task.objects.create(
        id=new_uuid(), kind="information", title="Which?", case=task.case, team=task.team, outcomes=["answered"],
        correlation=task.correlation, created_at=NOW,
    )  # fmt: skip
    asking.candidates.create(person=people["lia"])
    return InformationRequest.objects.create(
        id=new_uuid(), task=task, asking=asking, asked_by=people["lee"], person=people["lia"], question="Which?",
        asked_at=NOW,
    )  # fmt: skip


def _invite(task: Task, people: dict[str, Person]) -> GuestPass:
    return GuestPass.objects.create(
        id=new_uuid(), task=task, email="kim@example.com", nonce=new_token(256), revision=task.revision,
        invited_by=people["lead"], created_at=NOW, expires_at=timezone.now() + MONTH,
    )  # fmt: skip


def _name_substitute(people: dict[str, Person]) -> Substitution:
    now = timezone.now()
    return Substitution.objects.create(
        id=new_uuid(), person=people["operator"], substitute=people["analyst"], starts_at=now, ends_at=now + MONTH,
        created_by=people["operator"], created_at=now,
    )  # fmt: skip

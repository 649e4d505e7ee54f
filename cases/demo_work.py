"""Work that waits for the demo's people, in the demo's cases: for ``seed_demo --work``. Repeatable, asks once only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from cases.approval_levels import Level
from cases.approval_rules import parse_rule
from cases.chains import write_level
from cases.demo import TYPES
from cases.models import Case, Task
from cases.operations.approvals import ApprovalRequest, ask_approval_in
from cases.operations.asking import TaskRequest, ask_task_in
from cases.operations.marking import set_follow_up
from cases.operations.talking import comment_task
from cases.people_refs import ApprovalEntry, Asking, resolve_approvers, resolve_people
from integrator.events.actors import SYSTEM
from integrator.lib.ids import new_uuid
from integrator.people.models import Person

CREDIT = "Credit 12,480 € for 14 damaged pallets?"
CREDIT_LEVELS: tuple[tuple[int, tuple[Any, ...], str], ...] = (  # above, who, rule
    (0, ("fin",), "all"),
    (5000, ("team:legal", {"who": "bo", "veto": True}), "all"),
    (10000, ("lia",), "all"),
)
CAUSE = {
    "type": "object",
    "required": ["cause"],
    "properties": {
        "cause": {"type": "string", "title": "Cause", "enum": ["wrong price list", "typing error", "agreed by phone"]},
        "explanation": {"type": "string", "title": "What happened", "maxLength": 1000},
    },
}


@dataclass(frozen=True, kw_only=True)
class Work:
    """A piece of work: in which case (the number of theirs), who asks whom, due ``due`` after now (negative: late)."""

    case: str
    title: str
    to: tuple[str, ...]
    asker: str
    due: timedelta | None = None
    outcomes: tuple[str, ...] = ("done",)
    priority: str = "normal"
    show: tuple[dict[str, Any], ...] = ()
    form: dict[str, Any] | None = None


WORK = (
    Work(case="4802", title="Say why invoice 4802 has another price", to=("fin",), asker="ops", due=timedelta(hours=3),
         priority="high", form=CAUSE,
         show=({"label": "Invoice", "value": "4802", "as": "text"},
               {"label": "Amount", "value": {"amount": "2310.50", "currency": "EUR"}, "as": "money"},
               {"label": "What is wrong", "value": "12 € a piece instead of 10 €", "as": "text"})),
    Work(case="4805", title="Find the goods receipt of invoice 4805", to=("team:operations",), asker="fin",
         due=timedelta(days=2), outcomes=("found", "not there")),
    Work(case="DSP-7702", title="Are we liable for damage by Nordline?", to=("team:legal",), asker="ops",
         due=timedelta(hours=-5), outcomes=("liable", "not liable"),
         show=({"label": "Customer", "value": "Südkraft", "as": "text"},
               {"label": "Damaged on", "value": "2026-10-14", "as": "date"})),
    Work(case="DSP-7734", title="Read the answer to Nordwind before it goes out", to=("lee",), asker="ops",
         due=timedelta(days=5)),
    Work(case="DSP-7734", title="Choose a picture of the damage for the carrier", to=("team:brand",), asker="ops"),
)  # fmt: skip


def seed_work(now: datetime) -> None:
    """This will ask for the demo's work and its one approval, where the demo's cases are and nobody asked before."""
    cases = {case.business_key: case for case in Case.objects.filter(type__key__in=TYPES).select_related("team")}
    people = {person.username: person for person in Person.objects.filter(username__in=("ops", "fin", "lee"))}
    needed = {work.case for work in WORK}
    if needed - set(cases) or len(people) < 3 or Task.objects.filter(title=CREDIT).exists():
        return
    with transaction.atomic():
        tasks = {work.title: _ask(work, cases[work.case], people[work.asker], now) for work in WORK}
        _ask_approval(cases["DSP-7734"], people["ops"], now)
    _talk(tasks[WORK[2].title], tasks[WORK[3].title], people, now)


def _ask(work: Work, case: Case, asker: Person, now: datetime) -> Task:
    request = TaskRequest(
        task_id=new_uuid(),
        origin="",
        title=work.title,
        to=resolve_people(list(work.to)),
        team_id=case.team_id,
        outcomes=work.outcomes,
        show=work.show,
        form=work.form,
        due_at=None if work.due is None else now + work.due,
        case_number=case.number,
        correlation=case.number,
        requested_by_id=asker.pk,
        priority=work.priority,
    )
    return ask_task_in(request, actor=SYSTEM, now=now - timedelta(hours=9))


def _ask_approval(case: Case, asker: Person, now: datetime) -> None:
    """Who is asked follows from the amount: finance, then legal and brand, then the lead."""
    asking = Asking(team_id=case.team_id, requested_by=asker)
    found = [_find_level(at, row, asking) for at, row in enumerate(CREDIT_LEVELS, start=1)]
    request = ApprovalRequest(
        approval_id=new_uuid(),
        origin="",
        title=CREDIT,
        entries=tuple(entry for _, entries in found for entry in entries),
        chain=tuple(row for row, _ in found),
        amount=Decimal(12480),
        currency="EUR",
        amount_field="amount",
        team_id=case.team_id,
        show=[
            {"label": "Customer", "value": "Nordwind Trading", "as": "text"},
            {"label": "Carrier", "value": "Nordline", "as": "text"},
        ],
        due_at=now + timedelta(days=1),
        case_number=case.number,
        correlation=case.number,
        requested_by_id=asker.pk,
        priority="high",
    )
    ask_approval_in(request, actor=SYSTEM, now=now - timedelta(hours=2))


def _find_level(
    at: int, row: tuple[int, Sequence[Any], str], asking: Asking
) -> tuple[dict[str, Any], tuple[ApprovalEntry, ...]]:
    above, who, rule = row
    level = Level(key=str(at), rule=parse_rule(rule), order="parallel", above=Decimal(above))
    entries = resolve_approvers(list(who), asking)
    return write_level(level, rule), tuple(replace(entry, level=level.key) for entry in entries)


def _talk(liable: Task, answer: Task, people: dict[str, Person], now: datetime) -> None:
    """A question beside the work, and one task whose day to look again has come."""
    comment_task(task_id=liable.pk, person=people["lee"], text="The frame contract says no, I think. @lia?", now=now)
    set_follow_up(task_id=answer.pk, person=people["lee"], at=now - timedelta(minutes=1), now=now)

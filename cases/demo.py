"""The demo's types of cases, and a few cases of them. Repeatable: a second time changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cases.case_types import CaseTypeData
from cases.checklists import read_asked
from cases.models import Case, CaseType
from cases.operations.beside import add_party, link_cases, write_note
from cases.operations.cases import NewCase, open_case, update_case
from cases.operations.contributing import contribute
from cases.operations.numbers import reserve_case_number
from cases.operations.types import add_case_type
from integrator.events.actors import SYSTEM
from integrator.people.models import Person, Team

DISPUTE, INVOICE = "customer-dispute", "invoice-exception"
CARRIERS = ["Fast Freight", "Nordline", "Road & Rail"]
TYPES = {
    DISPUTE: CaseTypeData(
        name="Customer dispute",
        team="operations",
        statuses=["received", "under review", "decided", "overdue", "closed"],
        final_statuses=["closed"],
        milestones=["Received", "Under review", "Decided", "Customer answered"],
        fields={
            "type": "object",
            "required": ["customer", "amount"],
            "properties": {
                "customer": {"type": "string", "title": "Customer", "minLength": 1},
                "amount": {"type": "number", "title": "Amount", "minimum": 0},
                "carrier": {"type": "string", "title": "Carrier", "enum": CARRIERS},
                "iban": {"type": "string", "title": "IBAN", "x-sensitive": True},
            },
        },
        party_roles=["customer", "carrier"],
        priority_rules=[{"field": "amount", "is": "above", "value": 10000, "priority": "high"}],
        number_prefix="DSP",
        retention_days=3650,
        is_offered=True,
    ),
    INVOICE: CaseTypeData(
        name="Invoice exception",
        team="operations",
        statuses=["open", "with finance", "mended", "given up"],
        final_statuses=["mended", "given up"],
        milestones=["Reported", "Checked", "Mended"],
        fields={
            "type": "object",
            "required": ["invoice", "amount"],
            "properties": {
                "invoice": {"type": "string", "title": "Invoice", "minLength": 1},
                "amount": {"type": "number", "title": "Amount"},
                "reason": {"type": "string", "title": "What is wrong", "maxLength": 1000},
            },
        },
        number_prefix="INV",
        regulated=True,
        is_offered=True,
    ),
}
CASES: tuple[tuple[str, str, str, str, dict[str, Any]], ...] = (  # type, their number, title, status, data
    (DISPUTE, "DSP-7702", "Dispute over invoice 4598: damaged in October", "received",
     {"customer": "Südkraft", "amount": 930, "carrier": "Nordline"}),
    (DISPUTE, "DSP-7734", "Dispute over invoice 4711: 14 damaged pallets", "under review",
     {"customer": "Nordwind Trading", "amount": 12480, "carrier": "Nordline"}),
    (INVOICE, "4802", "Invoice 4802: the order does not say this price", "with finance",
     {"invoice": "4802", "amount": 2310.5, "reason": "12 € a piece instead of 10 €"}),
    (INVOICE, "4805", "Invoice 4805: no goods receipt", "open", {"invoice": "4805", "amount": 780}),
)  # fmt: skip
CHECKLIST = {
    "finance": {"from": "http:finance", "question": "What can be credited?"},
    "customer_service": "http:support",
    "legal": {"from": "http:legal", "question": "Are we liable for packaging by the carrier?"},
}


def seed_cases(now: datetime) -> None:
    """This will add what is missing of the demo's case types, and cases where none of a type is there yet."""
    admin = Person.objects.filter(username="admin").first()
    operations = Team.objects.filter(slug="operations").first()
    if admin is None or operations is None:
        return
    for key, data in TYPES.items():
        if not CaseType.objects.filter(key=key).exists():
            add_case_type(key=key, data=data, person=admin, now=now)
    if Case.objects.filter(type__key__in=TYPES).exists():
        return
    numbers = [_open(row, operations, now - timedelta(days=4 - place)) for place, row in enumerate(CASES)]
    _work_on(numbers[1], numbers[0], now)


def _open(row: tuple[str, str, str, str, dict[str, Any]], team: Team, now: datetime) -> str:
    key, business_key, title, status, data = row
    new = NewCase(
        number=reserve_case_number(now, key),
        type_key=key,
        title=title,
        team_id=team.pk,
        priority=None,
        status=status,
        milestone=str(TYPES[key].milestones[0]),
        data=data,
        business_key=business_key,
        contributions=read_asked(CHECKLIST) if business_key == "DSP-7734" else (),
    )
    return open_case(new, actor=SYSTEM, now=now).number


def _work_on(number: str, other: str, now: datetime) -> None:
    """What people did with the dispute so far."""
    people = {person.username: person for person in Person.objects.filter(username__in=("ops", "fin"))}
    if len(people) < 2:
        return
    ops, fin = people["ops"], people["fin"]
    update_case(number=number, changes={"owner": "ops", "milestone": "Under review"}, actor=SYSTEM, now=now)
    for person, key, words in (
        (fin, "finance", "Credit note of 4,160.00 € would be booked; the invoice stays open for the rest."),
        (ops, "customer_service", "Photos and the driver’s note match the claim."),
    ):
        contribute(number=number, key=key, person=person, comment=words, now=now)
    link_cases(number=number, other=other, kind="relates", person=ops, now=now)
    add_party(number=number, who="Nordwind Trading, service@nordwind.example", role="customer", person=ops, now=now)
    write_note(
        number=number, person=ops, text="They accept a partial credit before Tuesday.", is_for_team=True, now=now
    )

"""A small office for tests of human work: teams, people with roles, and short ways to ask them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from cases.approval_levels import Level, read_amount
from cases.approval_rules import parse_rule
from cases.chains import write_level
from cases.models import Approval, Case, Task
from cases.operations import (
    ApprovalRequest,
    NewCase,
    TaskRequest,
    ask_approval_in,
    ask_task_in,
    ensure_case_types_in,
    open_case,
    reserve_case_number,
)
from cases.people_refs import Asking, resolve_approvers, resolve_people
from integrator.events.actors import SYSTEM
from integrator.events.models import Event, EventPayload
from integrator.events.payloads import decode_payload
from integrator.lib.ids import new_uuid
from integrator.people.models import Membership, Person, Substitution, Team

NOW = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)
ROLES = {
    "lee": ("legal", "approver"),
    "lia": ("legal", "lead"),
    "vi": ("legal", "viewer"),
    "bo": ("brand", "approver"),
    "bea": ("brand", "lead"),
    "ana": ("marketing", "analyst"),
    "mo": ("marketing", "lead"),
    "sam": ("hr", "operator"),
    "aud": (None, "auditor"),
    "adm": (None, "admin"),
}


@dataclass(frozen=True, kw_only=True)
class Office:
    """People and teams by user name and short name. ``person.lee`` leads nothing; ``lia`` leads legal, and so on."""

    people: dict[str, Person] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Person:
        try:
            return self.people[name]
        except KeyError as error:
            raise AttributeError(name) from error

    def team(self, slug: str) -> Team:
        return self.teams[slug]


def make_office() -> Office:
    """Teams legal, brand, marketing, hr, ``empty`` and the people of ``ROLES``; legal names lia as its lead."""
    office = Office()
    for slug in ("legal", "brand", "marketing", "hr", "empty"):
        office.teams[slug] = Team.objects.create(slug=slug, name=slug.capitalize())
    for name, (slug, role) in ROLES.items():
        person = Person.objects.create(username=name, name=name.capitalize(), email=f"{name}@example.org")
        Membership.objects.create(person=person, team=office.teams[slug] if slug else None, role=role)
        office.people[name] = person
    Team.objects.filter(slug="legal").update(lead=office.people["lia"])
    return office


def add_role(office: Office, name: str, slug: str, role: str) -> None:
    """Give a person one more role."""
    Membership.objects.create(person=office.people[name], team=office.teams[slug], role=role)


def cover(person: Person, substitute: Person, *, days: int = 5, **fields: object) -> Substitution:
    """``substitute`` acts for ``person`` since yesterday."""
    now = timezone.now()
    values = {"starts_at": now - timedelta(days=1), "ends_at": now + timedelta(days=days), "created_at": now, **fields}
    return Substitution.objects.create(id=new_uuid(), person=person, substitute=substitute, **values)


def make_case(office: Office, **fields: Any) -> Case:
    """An open case of marketing."""
    with transaction.atomic():
        ensure_case_types_in(["content-approval"], actor=SYSTEM, now=NOW)
    values: dict[str, Any] = {
        "number": reserve_case_number(NOW),
        "type_key": "content-approval",
        "title": "Approve: banner",
        "team_id": office.team("marketing").pk,
    }
    return open_case(NewCase(**{**values, **fields}), actor=SYSTEM, now=NOW)


def ask_work(office: Office, to: Any = "team:hr", *, now: datetime | None = None, **fields: Any) -> Task:
    """A piece of work asked of ``to``; what ends by the clock of the machine is asked by it too (``now``, else NOW)."""
    wait_id = new_uuid()
    request = TaskRequest(
        task_id=wait_id,
        origin=str(wait_id),
        to=resolve_people(to),
        **{"title": "Mend it", "team_id": office.team("marketing").pk, **fields},
    )
    with transaction.atomic():
        return ask_task_in(request, actor=SYSTEM, now=now or NOW)


def ask_approval(
    office: Office, approvers: Any, *, requested_by: Person | None = None, now: datetime | None = None, **fields: Any
) -> Approval:
    """An approval asked of ``approvers``."""
    approval_id = new_uuid()
    asking = Asking(team_id=office.team("marketing").pk, requested_by=requested_by)
    request = ApprovalRequest(
        approval_id=approval_id,
        origin=str(approval_id),
        entries=resolve_approvers(approvers, asking),
        requested_by_id=requested_by.pk if requested_by else None,
        **{"title": "Banner", "team_id": office.team("marketing").pk, "correlation": str(uuid.uuid4()), **fields},
    )
    with transaction.atomic():
        return ask_approval_in(request, actor=SYSTEM, now=now or NOW)


def ask_chain(
    office: Office,
    levels: Sequence[tuple[str, Any]],
    *,
    amount: Any,
    requested_by: Person | None = None,
    rule: str = "all",
    **fields: Any,
) -> Approval:
    """An approval by amount: levels of (above, approvers), in EUR."""
    approval_id = new_uuid()
    asking = Asking(team_id=office.team("marketing").pk, requested_by=requested_by)
    chain = [
        Level(key=str(number), rule=parse_rule(rule), above=Decimal(above))
        for number, (above, _) in enumerate(levels, start=1)
    ]
    entries = [
        replace(entry, level=level.key)
        for level, (_, approvers) in zip(chain, levels, strict=True)
        for entry in resolve_approvers(approvers, asking)
    ]
    request = ApprovalRequest(
        approval_id=approval_id,
        origin=str(approval_id),
        entries=tuple(entries),
        requested_by_id=requested_by.pk if requested_by else None,
        chain=tuple(write_level(level, rule) for level in chain),
        amount=read_amount(amount, "EUR"),
        currency="EUR",
        **{"title": "Laptop", "team_id": office.team("marketing").pk, "correlation": str(uuid.uuid4()), **fields},
    )
    with transaction.atomic():
        return ask_approval_in(request, actor=SYSTEM, now=NOW)


def task_of(approval: Approval, position: int) -> Task:
    """The task of one entry."""
    return Task.objects.get(approval=approval, position=position)


def events_of(name: str) -> list[dict[str, Any]]:
    """The data of every event of this name, oldest first, with ``_changes`` and ``_correlation``."""
    found = []
    for event in Event.objects.filter(name=name).order_by("id"):
        data, changes = decode_payload(EventPayload.objects.get(event=event).payload)
        found.append({**data, "_changes": changes, "_correlation": event.correlation, "_actor": event.actor})
    return found

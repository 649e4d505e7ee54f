"""Takes a changed amount to the approvals that go by it: from the case's data, or from somebody who says so."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from cases.approval_levels import read_amount, write_amount
from cases.errors import ApprovalRefused, AskInvalid
from cases.models import Approval, Case
from cases.operations.editing import note_case_editor_in, note_editor_in, say_fields
from cases.operations.inside import assert_in_transaction
from cases.operations.restarting import restart_in
from cases.operations.taking_back import end_in, lock_approval_for, lock_open_approvals, refuse_ended
from integrator.events.actors import Actor
from integrator.people.models import Person
from integrator.people.rights import Action, can

Differences = Mapping[str, tuple[Any, Any]]


def follow_case_in(case: Case, differences: Differences, *, actor: Actor, now: datetime) -> None:
    """This will hold the open approvals of a case against what changed in it.

    Whoever changed its data or title may not decide them. An approval whose amount follows a field of the data starts
    again from the level that the new amount needs. Raises AskInvalid for an amount that a person cannot mean; one that
    a flow sets takes the approval back, since nobody could say who has to agree to it.
    """
    assert_in_transaction()
    edited = [name for name in differences if name.startswith("data.") or name == "title"]
    if not edited:
        return
    for approval in note_case_editor_in(case, what=say_fields(edited), actor=actor, now=now):
        if approval.amount_field and f"data.{approval.amount_field}" in differences:
            _follow_field(approval, differences[f"data.{approval.amount_field}"][1], actor=actor, now=now)


def change_amount_in(
    *, case_number: str, amount: Any, currency: str = "", actor: Actor, now: datetime
) -> list[Approval]:
    """This will hold every open approval by amount of a case against another amount, and give those that started again.

    ``amount`` is a number or its text. Raises AskInvalid.
    """
    assert_in_transaction()
    found = [one for one in lock_open_approvals(case__number=case_number) if one.amount]
    given = {"amount": amount, "currency": currency} if currency else amount
    note_editor_in(found, what="the amount", actor=actor, now=now)
    amounts = [read_amount(given, one.currency) for one in found]
    return [one for one, new in zip(found, amounts, strict=True) if restart_in(one, amount=new, actor=actor, now=now)]


def change_amount(*, approval_id: uuid.UUID, person: Person, amount: Any, now: datetime) -> Approval:
    """This will give an open approval another amount; it starts again from the level that this needs.

    For who asked for it, who may change the case or the team's cases, and leads. Whoever does it may not decide it any
    more. Where the amount follows a field of the case's data, that field gets it. Raises ApprovalNotFound,
    ApprovalRefused, AskInvalid, ApprovalEnded.
    """
    from cases.operations.cases import update_case_in  # cycle: a changed case comes back to these approvals

    actor = Actor.person(person)
    with transaction.atomic(durable=True):
        _lock_case_of(approval_id)
        approval, is_lead = lock_approval_for(person, approval_id)
        owner = approval.case.team_id if approval.case else approval.team_id
        if not (is_lead or approval.requested_by_id == person.pk or can(person, Action.CASE_CHANGE, owner)):
            message = "Only who asked for it, a lead, or somebody who may change the case can change the amount."
            raise ApprovalRefused("approval.forbidden", message)
        if not approval.amount:
            raise AskInvalid(
                "task.amount_invalid", "This approval does not go by an amount, so there is none to change."
            )
        new = read_amount(amount, approval.currency)
        refuse_ended(approval)
        if approval.case is not None and approval.amount_field:
            data = {approval.amount_field: _as_field(approval.case.data.get(approval.amount_field), new)}
            update_case_in(number=approval.case.number, changes={"data": data}, actor=actor, now=now)
        else:
            note_editor_in([approval], what="the amount", actor=actor, now=now)
            restart_in(approval, amount=new, actor=actor, now=now)
    approval.refresh_from_db()
    return approval


def _lock_case_of(approval_id: uuid.UUID) -> None:
    """The case before its approvals, in the order of everybody who changes a case."""
    Case.objects.select_for_update(no_key=True, of=("self",)).filter(approvals=approval_id).order_by("id").first()


def _follow_field(approval: Approval, value: Any, *, actor: Actor, now: datetime) -> None:
    try:
        amount = read_amount(value, approval.currency)
    except AskInvalid as error:
        if actor.person_id is not None:
            raise
        end_in(approval, reason=f"Its amount was changed to what is none. {error.message}", actor=actor, now=now)
        return
    restart_in(approval, amount=amount, actor=actor, now=now)


def _as_field(before: Any, amount: Decimal) -> Any:
    """The amount in the shape that the field had: with its currency, as text, else as a number if that is exact."""
    text = write_amount(amount)
    if isinstance(before, Mapping):
        return {**before, "amount": _as_field(before.get("amount"), amount)}
    if isinstance(before, str):
        return text
    if amount == amount.to_integral_value():
        return int(amount)
    return float(amount) if Decimal(repr(float(amount))) == amount else text

"""Asks for approvals and carries them on after each answer. When one is decided says ``cases.approval_rules``."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from cases.approval_levels import find_open_level, write_amount
from cases.approval_rules import Order, parse_rule
from cases.chains import level_of, plan_progress, read_amount_of, read_chain, read_placed
from cases.models import Approval, ApprovalEditor, Case, CaseEditor, Task
from cases.operations.asking import get_case_id, insert_tasks_in
from cases.operations.counting import count_in
from cases.operations.inside import assert_in_transaction
from cases.operations.standing_in import let_leads_stand_in_in
from cases.operations.withdrawing import withdraw_tasks_in
from cases.people_refs import ApprovalEntry, Candidate
from cases.shapes import as_time, name_decider, say_decider
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.lib.ids import new_uuid

APPROVAL_OUTCOMES = ("approved", "rejected")


@dataclass(frozen=True, kw_only=True)
class ApprovalRequest:
    """An approval to ask for; ``entries`` were resolved before. ``rule`` is plain JSON, as ``parse_rule`` reads it.

    ``chain`` are rows of ``cases.chains`` by which the amount chooses, ``amount`` the one they go by; entries name
    their level. ``amount_field`` is the field of the case's data that the amount follows, empty for none. The rest is
    as in ``TaskRequest``.
    """

    approval_id: uuid.UUID
    origin: str
    title: str
    entries: tuple[ApprovalEntry, ...]
    team_id: int
    rule: Any = "all"
    order: Order = "parallel"
    show: Sequence[Any] = ()
    form: Any = None
    due_at: datetime | None = None
    case_number: str | None = None
    correlation: str = ""
    requested_by_id: int | None = None
    priority: str = "normal"
    undo_s: int | None = None
    chain: tuple[Mapping[str, Any], ...] = ()
    amount: Decimal | None = None
    currency: str = ""
    amount_field: str = ""


def ask_approval_in(request: ApprovalRequest, *, actor: Actor, now: datetime) -> Approval:
    """This will make the approval and its first tasks: all of them, or in serial order one.

    Raises RuleError for a rule that is none, CaseNotFound when its case does not exist.
    """
    assert_in_transaction()
    parse_rule(request.rule)
    approval = Approval.objects.create(
        id=request.approval_id,
        origin=request.origin,
        rule=request.rule,
        order=request.order,
        entries=[asdict(entry) for entry in request.entries],
        template={
            "title": request.title,
            "show": show_amount(request.show, request.amount, request.currency),
            "form": request.form,
            "priority": request.priority,
            "undo_s": request.undo_s,
        },
        case_id=get_case_id(request.case_number),
        team_id=request.team_id,
        requested_by_id=request.requested_by_id,
        correlation=request.correlation,
        due_at=request.due_at,
        created_at=now,
        chain=list(request.chain),
        amount="" if request.amount is None else write_amount(request.amount),
        currency=request.currency,
        amount_field=request.amount_field,
    )
    _take_editors_in(approval)
    ask_entries_in(approval, plan_progress(approval, []).ask, actor=actor, now=now)
    return approval


def _take_editors_in(approval: Approval) -> None:
    """Whoever filled in what its case says may not decide it. The case is held, so that no editor slips through."""
    case_id = approval.case_id
    if case_id is None:
        return
    Case.objects.select_for_update(no_key=True).get(pk=case_id)
    editors = CaseEditor.objects.filter(case=case_id).exclude(person=approval.requested_by_id)
    ApprovalEditor.objects.bulk_create(
        ApprovalEditor(approval=approval, person_id=one.person_id, what=one.what, since_at=one.since_at)
        for one in editors
    )


def show_amount(show: Sequence[Any], amount: Decimal | None, currency: str) -> list[Any]:
    """The rows with the amount that chose the levels, unless one shows it already; all as they are without any."""
    rows = list(show)
    if amount is None or any(shows_amount(row, amount) for row in rows):
        return rows
    return [*rows, {"label": "Amount", "value": say_money(amount, currency), "as": "money"}]


def shows_amount(row: Mapping[str, Any], amount: Decimal) -> bool:
    """Whether a row shows this very amount as money."""
    value = row.get("value")
    if isinstance(value, Mapping):
        value = value.get("amount")
    if row.get("as") != "money" or isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    try:
        return Decimal(str(value)) == amount
    except InvalidOperation:  # no number, so it is not this one
        return False


def say_money(amount: Decimal, currency: str) -> Any:
    """The amount as a row of ``show`` holds it."""
    return {"amount": write_amount(amount), "currency": currency}


def carry_on_in(approval: Approval, decided: Task, *, actor: Actor, now: datetime) -> str:
    """This will act on the newest answer: decide and withdraw the rest, or ask the next; gives the outcome or ``""``.

    The caller holds the approval's row lock, so that two last answers at once are counted one after the other.
    """
    assert_in_transaction()
    tasks = list(approval.tasks.select_related("decided_by", "covered").order_by("position"))
    progress = plan_progress(approval, tasks)
    if progress.outcome is None:
        _end_level_in(approval, decided, tasks, actor=actor, now=now)
        ask_entries_in(approval, progress.ask, actor=actor, now=now)
        return ""
    count_in([task for task in tasks if task.settles_at is not None], now=now)  # they were given: they stay on record
    approval.state, approval.outcome, approval.decided_at = "decided", progress.outcome, now
    approval.save(update_fields=["state", "outcome", "decided_at"])
    reason = f"It is {progress.outcome} already: {say_decider(decided)} {decided.outcome} for {decided.entry}."
    undecided = [task for task in tasks if task.status in ("open", "claimed")]
    withdraw_tasks_in(undecided, reason=reason, actor=actor, now=now)
    record(
        "approval.decided",
        actor=actor,
        subject=("approval", approval.pk),
        data=summarise_approval(approval, tasks),
        correlation=approval.correlation,
        team_id=approval.team_id,
    )
    return progress.outcome


def _end_level_in(approval: Approval, decided: Task, tasks: Sequence[Task], *, actor: Actor, now: datetime) -> None:
    """Withdraw what is still open of a level that agreed, before the next one is asked."""
    here = find_open_level(read_chain(approval), read_amount_of(approval), read_placed(approval, tasks))
    key = level_of(approval, decided.position)
    if here is None or here.key == key:
        return
    rest = [task for task in tasks if task.status in ("open", "claimed") and level_of(approval, task.position) == key]
    reason = f"Enough agreed here already: {say_decider(decided)} {decided.outcome} for {decided.entry}."
    withdraw_tasks_in(rest, reason=reason, actor=actor, now=now)


def summarise_approval(approval: Approval, tasks: Sequence[Task]) -> dict[str, Any]:
    """What the asker learns, answers that count in the order given: ``{origin, outcome, comments, decisions}``.

    Of an approval by amount also ``amount`` (text) and ``currency``.
    """
    counting = (task for task in tasks if task.decided_at and not task.overtaken)
    answered = sorted(counting, key=lambda task: (task.decided_at, task.position))
    decisions = [describe_decision(task) for task in answered]
    comments = [
        {"by": row["by"], "comment": row["comment"], "at": row["at"]} for row in decisions if row["comment"] is not None
    ]
    told = {"origin": approval.origin, "outcome": approval.outcome, "comments": comments, "decisions": decisions}
    return {**told, "amount": approval.amount, "currency": approval.currency} if approval.amount else told


def describe_decision(task: Task) -> dict[str, Any]:
    """One answer: ``{approver, by, for, outcome, comment, at}``; ``for`` only where somebody stood in."""
    return {
        "approver": task.entry_ref,
        "by": name_decider(task),
        "for": task.decided_for or None,
        "outcome": task.outcome,
        "comment": task.comment,
        "at": as_time(task.decided_at),
    }


def ask_entries_in(approval: Approval, positions: Sequence[int], *, actor: Actor, now: datetime) -> None:
    """This will make the tasks of these entries; where all who were named edited what it is about, leads are asked."""
    asked = [_make_task(approval, position, approval.entries[position], now) for position in positions]
    insert_tasks_in(asked, actor=actor)
    if asked and approval.editors.exists():
        for task, _ in asked:
            let_leads_stand_in_in(task.pk, actor=actor)


def _make_task(
    approval: Approval, position: int, entry: Mapping[str, Any], now: datetime
) -> tuple[Task, list[Candidate]]:
    template = approval.template
    task = Task(
        id=new_uuid(),
        kind="approve",
        origin=approval.origin,
        title=template["title"],
        show=template["show"],
        form=template["form"],
        priority=template["priority"],
        undo_s=template.get("undo_s"),
        outcomes=list(APPROVAL_OUTCOMES),
        approval=approval,
        position=position,
        veto=entry["veto"],
        entry=entry["label"],
        entry_ref=entry["ref"],
        case_id=approval.case_id,
        team_id=approval.team_id,
        requested_by_id=approval.requested_by_id,
        correlation=approval.correlation,
        due_at=approval.due_at,
        created_at=now,
    )
    return task, [Candidate(**candidate) for candidate in entry["candidates"]]

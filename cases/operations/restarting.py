"""Asks an approval again from the level that a changed amount needs. What counts no more: ``approval_levels``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from cases.approval_levels import plan_restart, say_amount, write_amount
from cases.chains import level_of, plan_progress, read_amount_of, read_chain, read_placed
from cases.models import Approval, Task
from cases.operations.approvals import ask_entries_in, say_money, show_amount, shows_amount
from cases.operations.counting import count_in
from cases.operations.inside import assert_in_transaction
from cases.operations.withdrawing import withdraw_tasks_in
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.lib.veil import make_veil, veiled


def restart_in(approval: Approval, *, amount: Decimal, actor: Actor, now: datetime) -> bool:
    """This will hold an open approval against another amount; false when it is the same one.

    The caller holds the approval's lock. Answers that count no more stay in its history; tasks that are open are
    withdrawn and say why; the same people are asked anew, with the new amount before them.
    """
    assert_in_transaction()
    old = read_amount_of(approval)
    if old is None or old == amount:
        return False
    tasks = list(approval.tasks.select_related("decided_by", "covered").order_by("position"))
    again = plan_restart(read_chain(approval), amount, read_placed(approval, tasks))
    words = f"{say_amount(old, approval.currency)} to {say_amount(amount, approval.currency)}"
    with veiled(make_veil([text for task in tasks for text in task.sensitive])):
        approval.template = _with_amount(approval, old, amount)
        approval.amount = write_amount(amount)
        reason = f"The amount changed from {words}, so it is asked again where this amount needs it."
        overtake_in(approval, again, tasks, reason=reason, actor=actor, now=now)
        _record(approval, old=old, again=again, actor=actor)
        ask_on_in(approval, actor=actor, now=now)
    return True


def overtake_in(
    approval: Approval, positions: Iterable[int], tasks: Sequence[Task], *, reason: str, actor: Actor, now: datetime
) -> None:
    """This will let these entries count no more, put copies of them behind the others, and save the approval."""
    wanted = sorted(set(positions))
    entries = [
        {**entry, "overtaken": True} if position in wanted else entry for position, entry in enumerate(approval.entries)
    ]
    approval.entries = [*entries, *(dict(approval.entries[position]) for position in wanted)]
    approval.save(update_fields=["entries", "chain", "template", "amount"])
    touched = [task for task in tasks if task.position in wanted]
    count_in([task for task in touched if task.settles_at is not None], now=now)  # they were given: they stay on record
    Task.objects.filter(pk__in=[task.pk for task in touched]).update(overtaken=True)
    withdraw_tasks_in(
        [task for task in touched if task.status in ("open", "claimed")], reason=reason, actor=actor, now=now
    )


def ask_on_in(approval: Approval, *, actor: Actor, now: datetime) -> None:
    """This will ask whom the approval needs now."""
    tasks = list(approval.tasks.order_by("position"))
    ask_entries_in(approval, plan_progress(approval, tasks).ask, actor=actor, now=now)


def _with_amount(approval: Approval, old: Decimal, new: Decimal) -> dict[str, Any]:
    """The template with the new amount wherever it showed the old one as money."""
    template: Mapping[str, Any] = approval.template
    money = say_money(new, approval.currency)
    show = [{**row, "value": money} if shows_amount(row, old) else row for row in template["show"]]
    return {**template, "show": show_amount(show, new, approval.currency)}


def _record(approval: Approval, *, old: Decimal, again: Sequence[int], actor: Actor) -> None:
    record(
        "approval.restarted",
        actor=actor,
        subject=("approval", approval.pk),
        data={
            "origin": approval.origin,
            "title": approval.template["title"],
            "old": say_amount(old, approval.currency),
            "new": say_amount(approval.amount, approval.currency),
            "currency": approval.currency,
            "levels": sorted({level_of(approval, position) for position in again}),
        },
        changes={"amount": (write_amount(old), approval.amount)},
        correlation=approval.correlation,
        team_id=approval.team_id,
    )

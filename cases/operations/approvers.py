"""Asks one more person in the middle of an approval: before those who are asked now, or after them."""

from __future__ import annotations

import uuid
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from cases.approval_levels import Level, find_open_level
from cases.approval_rules import Rule
from cases.chains import level_of, read_amount_of, read_chain, read_placed, write_chain, write_level
from cases.errors import ApprovalRefused, AskInvalid
from cases.models import Approval, Task
from cases.operations.restarting import ask_on_in, overtake_in
from cases.operations.taking_back import lock_approval_for, read_reason, refuse_ended
from cases.people_refs import ApprovalEntry, Asking, parse_ref, resolve_approvers
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.lib.veil import make_veil, veiled
from integrator.people.models import Person

PLACES = ("before", "after")
MAX_EXTRA = 20


def add_approver(
    *, approval_id: uuid.UUID, person: Person, who: Any, place: Any, reason: Any, now: datetime
) -> Approval:
    """This will ask ``who`` (a person or ``team:x``) as well: before those asked now, who wait meanwhile, or after.

    The added one has to agree whatever the rule says of the others; a rejection decides. For those who may answer an
    open task of it and for leads. Raises ApprovalNotFound, ApprovalRefused, AskInvalid, ReasonMissing, ApprovalEnded.
    """
    actor = Actor.person(person)
    with transaction.atomic(durable=True):
        approval, is_lead = lock_approval_for(person, approval_id)
        if not is_lead and not Task.objects.decidable_by(person).filter(approval=approval).exists():
            message = "Only somebody who is asked now or a lead of the team can ask one more."
            raise ApprovalRefused("approval.forbidden", message)
        entry = _find_entry(approval, who, place)
        words = read_reason(reason, "Say why they are asked as well.")
        refuse_ended(approval)
        tasks = list(approval.tasks.order_by("position"))
        with veiled(make_veil([text for task in tasks for text in task.sensitive])):
            _insert_in(approval, entry, tasks, place=place, reason=f"{person} asked {entry.label} first: {words}",
                       actor=actor, now=now)  # fmt: skip
            _record(approval, entry, place, words, actor)
            ask_on_in(approval, actor=actor, now=now)
    return approval


def _find_entry(approval: Approval, who: Any, place: Any) -> ApprovalEntry:
    if place not in PLACES:
        raise AskInvalid("task.levels_invalid", "Say whether they are asked before or after the others.")
    if parse_ref(who).sort == "each":
        raise AskInvalid("task.unknown_person", "Name one person or one team to ask as well.")
    entry = resolve_approvers(who, Asking(team_id=approval.team_id, requested_by=approval.requested_by))[0]
    barred = {approval.requested_by_id, *approval.editors.values_list("person_id", flat=True)}
    if entry.ref == getattr(approval.requested_by, "username", None) or _asks_only(entry, barred):
        message = f"{entry.label} asked for this or changed it, so somebody else has to be asked."
        raise AskInvalid("task.unknown_person", message, {"who": entry.ref})
    named = {one["ref"] for one in approval.entries if not one.get("overtaken")}
    if entry.ref in named and not entry.ref.startswith("team:"):
        raise AskInvalid("task.unknown_person", f"{entry.label} is asked already.", {"who": entry.ref})
    return entry


def _asks_only(entry: ApprovalEntry, barred: set[int | None]) -> bool:
    return all(one.team_id is None and one.person_id in barred for one in entry.candidates)


def _insert_in(  # noqa: PLR0913
    approval: Approval, entry: ApprovalEntry, tasks: list[Task], *, place: str, reason: str, actor: Actor, now: datetime
) -> None:
    """The chain with one more level, and, where it comes first, the open entries of the level in hand behind it."""
    chain, levels = write_chain(approval), read_chain(approval)
    extra = sum(bool(row["extra"]) for row in chain)
    if extra >= MAX_EXTRA:
        raise AskInvalid("task.levels_invalid", f"{MAX_EXTRA} were added already. Withdraw the approval and ask anew.")
    placed = read_placed(approval, tasks)
    here = find_open_level(levels, read_amount_of(approval), placed) or levels[-1]
    key = f"x{extra + 1}"
    row = write_level(Level(key=key, rule=Rule(kind="all"), is_extra=True), "all")
    at = [one["key"] for one in chain].index(here.key) + (place == "after")
    approval.chain = [*chain[:at], row, *chain[at:]]
    approval.entries = [*approval.entries, asdict(replace(entry, level=key))]
    done = {task.position for task in tasks if task.status == "done"}
    waiting = [
        position
        for position, one in enumerate(placed)
        if place == "before" and one.level == here.key and not one.overtaken and position not in done
    ]
    overtake_in(approval, waiting, tasks, reason=reason, actor=actor, now=now)


def _record(approval: Approval, entry: ApprovalEntry, place: str, reason: str, actor: Actor) -> None:
    record(
        "approval.approver_added",
        actor=actor,
        subject=("approval", approval.pk),
        data={
            "origin": approval.origin,
            "title": approval.template["title"],
            "who": entry.label,
            "ref": entry.ref,
            "place": place,
            "level": level_of(approval, len(approval.entries) - 1),
            "reason": reason,
        },
        correlation=approval.correlation,
        team_id=approval.team_id,
    )

"""Who else is asked beside a task, and what they answered, in words for the task page and API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from cases.approval_levels import Level, describe_bound, list_needed
from cases.approval_rules import describe_rule
from cases.chains import level_of, read_amount_of, read_chain
from cases.models import Approval, Task
from cases.people_refs import list_deciders
from cases.shapes import say_decider
from integrator.people.models import Person


@dataclass(frozen=True, kw_only=True)
class CoAsker:
    """One entry of the approval. ``sentence`` says how it stands: ``any one of Lee and Lia, not answered``.

    ``state``: ``open``, ``answered``, ``withdrawn``, or ``next`` (asked once those before have answered). ``level``
    says what its level is for in a chain of several (``over 10,000.00 EUR``), empty for one level; ``is_peer``: it is
    in the same level as the task that one looks at.
    ``settles_at``: until then the answer can be undone; None: it counts, or there is none.
    """

    label: str
    state: Literal["open", "answered", "withdrawn", "next"]
    sentence: str
    is_this: bool
    veto: bool
    outcome: str | None = None
    by: str | None = None
    comment: str | None = None
    at: datetime | None = None
    settles_at: datetime | None = None
    level: str = ""
    is_peer: bool = True


def join_about(about: str, entry: CoAsker, *, has_level: bool = True) -> str:
    """What is said beside a name: ``any one of Lee and Lia · may veto · over 5,000.00 EUR``."""
    parts = [about, "may veto" if entry.veto else "", entry.level if has_level else ""]
    return " · ".join(part for part in parts if part)


def describe_task_rule(task: Task) -> str:
    """The rule of the task's approval in words; empty for other tasks."""
    if task.approval is None:
        return ""
    approval, key = task.approval, level_of(task.approval, task.position)
    levels = list_needed(read_chain(approval), read_amount_of(approval))
    level = next((one for one in read_chain(approval) if one.key == key), levels[0])
    count = sum(level_of(approval, at) == key and not row.get("overtaken") for at, row in enumerate(approval.entries))
    words = describe_rule(level.rule, count)
    if level.order == "serial" and count > 1:
        words = f"{words} They are asked one after the other."
    if len(levels) == 1:
        return words
    number = next((at for at, one in enumerate(levels, start=1) if one.key == key), 0)
    place = f"Level {number} of {len(levels)}" if number else "A level that is needed no more"
    return f"{place} ({describe_bound(level, approval.currency)}). {words}"


def describe_co_askers(task: Task) -> list[CoAsker]:
    """This will give every entry of the task's approval that counts, in order, its own too; none for others.

    Of a chain those of the levels that the amount needs.

    Two queries, and two more per team that has not answered.
    """
    return [] if task.approval is None else describe_entries(task.approval, seen_from=task)


def describe_entries(approval: Approval, *, seen_from: Task | None = None) -> list[CoAsker]:
    """The same for an approval as a whole, or as seen from one task of it. Queries as above."""
    tasks = {row.position: row for row in approval.tasks.select_related("decided_by", "assignee", "covered")}
    levels = list_needed(read_chain(approval), read_amount_of(approval))
    here = -1 if seen_from is None else seen_from.position
    own = None if seen_from is None else level_of(approval, here)
    return [
        replace(
            _describe(approval, approval.entries[position], tasks.get(position), is_this=position == here),
            level=describe_bound(level, approval.currency) if len(levels) > 1 else "",
            is_peer=own is None or level.key == own,
        )
        for level in levels
        for position in _list_positions(approval, level)
    ]


def _list_positions(approval: Approval, level: Level) -> list[int]:
    rows = enumerate(approval.entries)
    return [at for at, row in rows if level_of(approval, at) == level.key and not row.get("overtaken")]


def _describe(approval: Approval, entry: Mapping[str, Any], task: Task | None, *, is_this: bool) -> CoAsker:
    label, veto = entry["label"], entry["veto"]
    if task is None:
        state: Literal["next", "withdrawn"] = "next" if approval.state == "open" else "withdrawn"
        sentence = "is asked after the others" if state == "next" else "was not asked any more"
        return CoAsker(label=label, state=state, sentence=sentence, is_this=is_this, veto=veto)
    if task.status == "done":
        standing_in = f", standing in for {task.covered or label}" if task.decided_for else ""
        undoable = ", can still be undone" if task.settles_at else ""
        return CoAsker(
            label=label,
            state="answered",
            sentence=f"{say_decider(task)} {task.outcome}{standing_in}{undoable}",
            is_this=is_this,
            veto=veto,
            outcome=task.outcome,
            by=say_decider(task),
            comment=task.comment,
            at=task.decided_at,
            settles_at=task.settles_at,
        )
    if task.status == "withdrawn":
        words = "no longer needed"
        return CoAsker(label=label, state="withdrawn", sentence=words, is_this=is_this, veto=veto, at=task.withdrawn_at)
    sentence = f"{_who(entry, task, approval)}, not answered"
    return CoAsker(label=label, state="open", sentence=sentence, is_this=is_this, veto=veto)


def _who(entry: Mapping[str, Any], task: Task, approval: Approval) -> str:
    if task.assignee is not None:
        return f"claimed by {task.assignee}"
    rows = list(task.candidates.all())
    people = list(Person.objects.filter(id__in=[row.person_id for row in rows if row.person_id], is_active=True))
    people += list_deciders([row.team_id for row in rows if row.team_id], "approve")
    guests = {f"Guest {one['guest']}" for one in entry["candidates"] if one.get("guest")}
    names = sorted(guests | {str(person) for person in people if person.pk != approval.requested_by_id})
    if not names:
        return f"nobody in {entry['label']}"
    return names[0] if len(names) == 1 else f"any one of {', '.join(names[:-1])} and {names[-1]}"

"""The case's page: milestones, who contributes what, one history, the runs that drive it. Writes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from typing import Any

from cases.models import Case, CaseNote, CaseParty, Task, TaskComment
from cases.operations.beside import may_write_for_team
from cases.operations.changing import may_change
from cases.queries import list_case_tasks
from cases.queries.beside import LinkRow, list_links, list_notes, list_parties
from cases.queries.checklist_page import Checklist, Milestone, build_checklist, build_milestones
from cases.queries.finding import list_decidable_ids
from cases.queries.revealing import can_reveal_case
from cases.queries.task_life import list_case_comments
from cases.shapes import say_decider
from cases.veils import list_case_fields, mask_case_data
from cases.visibility.auditing import only_audits
from flows.definition.words import count_of
from flows.models import Run
from flows.queries import list_runs
from flows.queries.pages.case_history import HistoryPage, build_history
from flows.queries.pages.inbox import name_asked, say_asked
from integrator.pages.words import say_clock
from integrator.people.models import Person

RUNS_SHOWN = 20
NOTES_SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class Contribution:
    """One task of the case. ``state`` is a state word; ``is_mine``: the reader may answer it now.

    ``approval_id`` leads to the approval that it begins, None elsewhere.
    """

    task_id: uuid.UUID
    approval_id: uuid.UUID | None
    who: str
    state: str
    text: str
    quote: str
    fine: str
    at: datetime | None
    is_mine: bool


@dataclass(frozen=True, kw_only=True)
class CasePage:
    """Everything that the page shows of one case.

    ``data`` are the case's, masked; ``hidden`` are paths of what this person may reveal.
    """

    case: Case
    data: Any
    hidden: tuple[str, ...]
    sentence: str
    milestones: tuple[Milestone, ...]
    checklist: Checklist
    contributions: tuple[Contribution, ...]
    history: HistoryPage
    comments: tuple[TaskComment, ...]
    runs: tuple[Run, ...]
    may_change: bool
    may_comment: bool
    may_team_read: bool
    links: tuple[LinkRow, ...]
    notes: tuple[CaseNote, ...]
    parties: tuple[CaseParty, ...]


def build_case_page(
    case: Case, person: Person, *, now: datetime, zone: tzinfo, topic: str = "", before: int = 0
) -> CasePage:
    """This will put the page together for somebody who may see the case. Twenty-four queries at most."""
    tasks = list(list_case_tasks(case))
    mine = list_decidable_ids(person, case)
    say_at = partial(say_clock, now=now, zone=zone)
    checklist = build_checklist(case, person, decidable=mine, say_at=say_at)
    others = [task for task in tasks if task.pk not in checklist.task_ids]
    return CasePage(
        case=case,
        data=_label(mask_case_data(case), case.type.fields),
        hidden=tuple(list_case_fields(case)) if can_reveal_case(person, case) else (),
        sentence=checklist.note if checklist.rows and case.closed_at is None else _say_sentence(case, tasks),
        milestones=tuple(build_milestones(case, note=checklist.note)),
        checklist=checklist,
        contributions=tuple(_contribution(task, person, mine, title=case.title, say_at=say_at) for task in others),
        history=build_history(case, topic=topic, before=before),
        comments=tuple(list_case_comments(case)),
        runs=tuple(list_runs(person, case=case.number)[:RUNS_SHOWN]),
        may_change=may_change(person, case),
        may_comment=not only_audits(person, case),
        may_team_read=may_write_for_team(person, case),
        links=tuple(list_links(person, case)),
        notes=tuple(list_notes(person, case)[:NOTES_SHOWN]),
        parties=tuple(list_parties(case)),
    )


def _label(data: Any, schema: Any) -> Any:
    """The data by the labels that the case's type gives its fields, as on the form they were filled in by."""
    fields = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(data, dict) or not isinstance(fields, dict):
        return data
    labels = {key: str(rule.get("title") or key) for key, rule in fields.items() if isinstance(rule, dict)}
    labelled = {labels.get(key, key): value for key, value in data.items()}
    return labelled if len(labelled) == len(data) else data


def _say_sentence(case: Case, tasks: Sequence[Task]) -> str:
    if case.closed_at is not None:
        return ""
    waiting = sum(task.status in ("open", "claimed") for task in tasks)
    if not tasks:
        return "Nobody is asked for anything."
    if not waiting:
        return "Everybody who was asked has answered."
    return f"{count_of(waiting, 'answer')} still to come."


def _contribution(
    task: Task, person: Person, mine: set[uuid.UUID], *, title: str, say_at: Callable[[datetime], str]
) -> Contribution:
    is_waiting = task.status in ("open", "claimed")
    due = f"due {say_at(task.due_at)}" if is_waiting and task.due_at else ""
    return Contribution(
        task_id=task.pk,
        approval_id=task.approval_id if task.position == 0 else None,
        who=task.entry or name_asked(task) or ("Approval" if task.kind == "approve" else "Work"),
        state=_state_of(task),
        text=_say_answer(task, person),
        quote=task.comment or "",
        fine=" · ".join(part for part in (task.title if task.title != title else "", due) if part),
        at=task.decided_at or task.withdrawn_at,
        is_mine=task.pk in mine,
    )


def _state_of(task: Task) -> str:
    if task.status == "done":
        return "rejected" if task.kind == "approve" and task.outcome == "rejected" else "completed"
    return "waiting" if task.status in ("open", "claimed") else "withdrawn"


def _say_answer(task: Task, person: Person) -> str:
    if task.status == "done":
        said = task.outcome if task.kind == "approve" else f"answered “{task.outcome.replace('_', ' ')}”"
        standing_in = f", standing in for {task.entry or task.covered or task.decided_for}" if task.decided_for else ""
        return f"{say_decider(task)} {said}{standing_in}"
    if task.status == "withdrawn":
        return f"No longer needed. {task.withdrawn_reason}".strip()
    asked = say_asked(task, person)
    return f"{asked[:1].upper()}{asked[1:]}" if task.assignee else f"Waiting {asked}"

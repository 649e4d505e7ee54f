"""Sets clocks going for new tasks and cases: by the policy that fits, or by the due date that the step gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from cases.inside import assert_in_transaction
from cases.models import Case, ClockState, SlaClock, Task, TaskCandidate
from cases.sla.arithmetic import count_time, read_budget, size_of
from cases.sla.book import Book
from cases.sla.operations.keeping import insert_clocks_in, make_entry, set_moments, show_due_in, to_seconds
from cases.sla.policies import Choice, Facts, Policy
from integrator.events.actors import SYSTEM
from integrator.lib.ids import new_uuid
from integrator.lib.working_time import NoWorkingTime, WorkingCalendar
from integrator.people.models import Team


@dataclass(frozen=True, kw_only=True)
class Measure:
    """How long something has, in seconds of working or of elapsed time, and in words why."""

    budget_s: int
    is_working_time: bool
    why: str


def start_task_clock_in(task_id: UUID) -> SlaClock | None:
    """This will set the clock of a new task going, from when it was made; None where nothing says how long it has.

    A due date that the step gave counts as it is; the policy that fits then says only what happens on the way.
    """
    assert_in_transaction()
    book = Book()
    task = Task.objects.select_related("case__type", "team").get(pk=task_id)
    team = _find_asked_team(task)
    case_type = task.case.type if task.case is not None else None
    clock = SlaClock(
        id=new_uuid(),
        task=task,
        team=team,
        case_type=case_type,
        task_kind=task.kind,
        priority=task.priority,
        promised_at=task.due_at,
        is_promised=task.due_at is not None,
        **_begin(task.created_at),
    )
    return _start_in(clock, book, facts_of(clock), fresh_due=task.due_at is None)


def start_case_clock_in(case: Case) -> SlaClock | None:
    """This will set the clock of a new case going; None where no policy fits."""
    assert_in_transaction()
    clock = SlaClock(
        id=new_uuid(),
        case=case,
        team=case.team,
        case_type=case.type,
        priority=case.priority,
        **_begin(case.opened_at),
    )
    return _start_in(clock, Book(), facts_of(clock), fresh_due=False)


def facts_of(clock: SlaClock) -> Facts:
    """What the clock's policy is chosen by. Reads its case type and team unless they came with it."""
    return Facts(
        subject="task" if clock.task_id else "case",
        case_type=clock.case_type.key if clock.case_type else "",
        task_kind=clock.task_kind,
        priority=clock.priority,
        team=clock.team.slug,
    )


def measure(clock: SlaClock, policy: Policy | None, calendar: WorkingCalendar, choice: Choice) -> Measure | None:
    """How long the clock has from its start: until what was promised, or what the policy gives; None for neither."""
    try:
        if clock.promised_at is not None:
            counted = count_time(calendar, clock.started_at, clock.promised_at)
            elapsed = count_time(None, clock.started_at, clock.promised_at)
            why = "The step says when it is due." + (f" {choice.why}" if policy is not None else "")
            return Measure(budget_s=to_seconds(counted or elapsed), is_working_time=bool(counted), why=why)
        if policy is None:
            return None
        size = size_of(read_budget(policy.budget, is_working=policy.is_working_time), calendar, clock.started_at)
        return Measure(budget_s=to_seconds(size), is_working_time=policy.is_working_time, why=choice.why)
    except NoWorkingTime as error:
        whole = timedelta(days=1) if policy is None else _read_elapsed(policy.budget)
        return Measure(budget_s=to_seconds(whole), is_working_time=False, why=f"{error} Until then all time counts.")


def _begin(at: datetime) -> dict[str, object]:
    return {"started_at": at, "running_since": at, "state": ClockState.RUNNING.value, "budget_s": 0}


def _start_in(clock: SlaClock, book: Book, facts: Facts, *, fresh_due: bool) -> SlaClock | None:
    choice = book.choose(facts)
    measured = measure(clock, choice.policy, book.calendar_of(clock.team_id), choice)
    if measured is None:
        return None
    clock.policy_id = choice.policy.id if choice.policy is not None else None
    clock.budget_s, clock.is_working_time = measured.budget_s, measured.is_working_time
    set_moments(clock, book)
    entry = make_entry(clock, "started", book, at=clock.started_at, actor=SYSTEM, why=measured.why)
    insert_clocks_in([clock], [entry])
    if fresh_due:
        show_due_in([clock])
    return clock


def _find_asked_team(task: Task) -> Team:
    """The one team that is asked, else the team of the flow: whose calendar counts, and whose lead is told."""
    candidates = TaskCandidate.objects.filter(task=task).select_related("team")
    teams = {row.team_id: row.team for row in candidates if row.team is not None}
    return next(iter(teams.values())) if len(teams) == 1 else task.team


def _read_elapsed(text: str) -> timedelta:
    budget = read_budget(text, is_working=True)
    return timedelta(days=budget.days) + budget.rest

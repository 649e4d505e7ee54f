"""Hears what happens to tasks and cases, in their own transactions, and lets their clocks follow."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q

from cases.models import Case, SlaClock, SlaPolicy, Task
from cases.sla.book import Book
from cases.sla.operations.changing import reconsider_clock_in
from cases.sla.operations.ending import end_clock_in, reopen_clock_in
from cases.sla.operations.locking import lock_clocks_in
from cases.sla.operations.pausing import INFORMATION, hold_clocks_in, name_hold, release_clocks_in
from cases.sla.operations.recounting import ask_recount_in
from cases.sla.operations.starting import start_case_clock_in, start_task_clock_in
from integrator.events.subscribers import RecordedEvent
from integrator.people.calendars import DEFAULT_KEY
from integrator.people.models import BusinessCalendar, Team

STATUS = "status"


def on_task_created(event: RecordedEvent) -> None:
    """A new task gets a clock, where a policy or its step says how long it has. One query where nothing does."""
    if event.data.get("due_at") or SlaPolicy.objects.filter(subject="task").exists():
        start_task_clock_in(UUID(event.subject_id))


def on_task_ended(event: RecordedEvent) -> None:
    """Its clock ends with the answer, whenever that comes to count, or with the withdrawal."""
    task = Task.objects.filter(pk=UUID(event.subject_id)).only("decided_at", "withdrawn_at", "case_id").first()
    at = event.at if task is None else task.decided_at or task.withdrawn_at or event.at
    is_done = event.name == "task.decided"
    why = "" if is_done else str(event.data.get("reason") or "")
    end_clock_in(task_id=UUID(event.subject_id), at=at, actor=event.actor, is_done=is_done, why=why)
    if task is not None and task.case_id is not None:
        names = {name_hold(INFORMATION, task)}
        release_clocks_in(lock_clocks_in(case_id=task.case_id), names, reason="", actor=event.actor, now=event.at)


def on_task_undone(event: RecordedEvent) -> None:
    """The answer is taken back: the clock goes on as if there had been none."""
    reopen_clock_in(task_id=UUID(event.subject_id), now=event.at, actor=event.actor, why="The answer was undone.")


def on_task_changed(event: RecordedEvent) -> None:
    """Another priority may mean another policy."""
    if "priority" not in event.changes and "priority" not in _list_fields(event):
        return
    clock = _lock(task_id=UUID(event.subject_id))
    if clock is not None and clock.task is not None:
        why = f"the priority is {clock.task.priority} now"
        reconsider_clock_in(clock, why=why, actor=event.actor, now=event.at)


def on_case_opened(event: RecordedEvent) -> None:
    """A new case gets a clock where a policy fits."""
    if SlaPolicy.objects.filter(subject="case").exists():
        case = Case.objects.select_related("type", "team").get(number=event.subject_id)
        if start_case_clock_in(case) is not None:
            _follow_status(case, event)


def on_case_changed(event: RecordedEvent) -> None:
    """Another priority or team may mean another policy; another status may stop its clocks or let them go on."""
    changed = set(event.changes) & {"priority", "team", STATUS}
    if not changed:
        return
    case = Case.objects.select_related("type", "team").filter(number=event.subject_id).first()
    if case is None:
        return
    if changed & {"priority", "team"}:
        clock = _lock(case_id=case.pk)
        if clock is not None:
            clock.case = case
            what = " and ".join(sorted(changed - {STATUS}))
            reconsider_clock_in(clock, why=f"the {what} of the case changed", actor=event.actor, now=event.at)
    if STATUS in changed:
        _follow_status(case, event)


def on_case_closed(event: RecordedEvent) -> None:
    """Its clock ends."""
    case = Case.objects.filter(number=event.subject_id).only("closed_at").first()
    if case is not None:
        end_clock_in(case_id=case.pk, at=case.closed_at or event.at, actor=event.actor, is_done=True)


def on_calendar_changed(event: RecordedEvent) -> None:
    """The open clocks that go by the calendar are counted anew, in the background."""
    row = BusinessCalendar.objects.filter(pk=int(event.subject_id)).first()
    teams = Team.objects.filter(calendar_id=int(event.subject_id))
    if row is not None and row.key == DEFAULT_KEY:
        teams = teams | Team.objects.filter(calendar__isnull=True)
    why = f"the calendar {row or event.data.get('calendar')} changed"
    ids = list(teams.values_list("id", flat=True))
    ask_recount_in(why=why, actor=event.actor, now=event.at, teams=ids, calendar=row)


def on_team_changed(event: RecordedEvent) -> None:
    """A team that works by another calendar has its open clocks counted anew."""
    if "calendar" in event.changes:
        why = f"the team {event.data.get('slug')} works by another calendar"
        ask_recount_in(why=why, actor=event.actor, now=event.at, teams=[int(event.subject_id)])


def _follow_status(case: Case, event: RecordedEvent) -> None:
    """The clocks of the case and of its tasks stand while their policy names its status."""
    status, book = f"{STATUS}:{case.status}", Book()
    about = Q(case=case) | Q(task__case=case)
    ids = SlaClock.objects.filter(about, ended_at__isnull=True).values_list("id", flat=True)
    clocks = lock_clocks_in(id__in=list(ids))
    told: dict[str, Any] = {"reason": f"the case is “{case.status}”", "actor": event.actor, "now": event.at}
    over = {name for clock in clocks for name in clock.holds if name.startswith(f"{STATUS}:") and name != status}
    release_clocks_in(clocks, over, **told)
    hold_clocks_in([clock for clock in clocks if status in book.terms_of(clock).pause_reasons], status, **told)


def _lock(**which: Any) -> SlaClock | None:
    rows = SlaClock.objects.filter(ended_at__isnull=True, **which).select_related("task", "case_type", "team")
    return rows.select_for_update(of=("self",), no_key=True).first()


def _list_fields(event: RecordedEvent) -> list[str]:
    fields = event.data.get("fields")
    return [str(each) for each in fields] if isinstance(fields, list) else []

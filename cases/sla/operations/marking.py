"""Fires the marks of clocks: reminders, warning, end, ladder. Each once, and none for what was done in time.

A timer says only "look at this clock"; what happens is decided under the locks of its task or case and of itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from cases.models import ClockState, SlaClock, SlaEntry
from cases.shapes import as_time
from cases.sla.book import Book, subject_of
from cases.sla.marks import DueMark, list_due, skip_late
from cases.sla.operations.acting import hand_over_in, raise_priority_in
from cases.sla.operations.alerting import Alerts
from cases.sla.operations.keeping import HANDLER, keep_clocks_in, make_entry, open_state, set_moments
from cases.sla.operations.locking import lock_free_in
from cases.sla.operations.telling import draft_event
from cases.sla.people import Audience
from cases.sla.words import say_rung
from integrator.events.actors import SYSTEM
from integrator.events.log import EventDraft, record_many
from integrator.timers.firing import FiredTimer, TimerHandler
from integrator.timers.models import Timer

AGAIN_S = 1.0  # a clock that somebody changes at this moment is looked at again so much later
AT_ONCE = 1_000
EVENTS = {"remind": "task.reminded", "warn": "sla.warned", "breach": "sla.breached", "climb": "sla.escalated"}
LINES = {"remind": "reminded", "warn": "warned", "breach": "breached", "climb": "escalated"}


@dataclass(kw_only=True)
class Firing:
    """What one batch of timers brings about, gathered first and written together."""

    now: datetime
    book: Book
    audience: Audience
    changed: list[SlaClock] = field(default_factory=list)
    entries: list[SlaEntry] = field(default_factory=list)
    events: list[EventDraft] = field(default_factory=list)
    acts: list[tuple[SlaClock, DueMark]] = field(default_factory=list)
    alerts: Alerts = field(default_factory=Alerts)


def _fire(timers: Sequence[FiredTimer], now: datetime) -> None:
    ids = {timer.subject for timer in timers}
    clocks = lock_free_in(ids)
    _look_again_in(ids - set(clocks), now)
    firing = Firing(now=now, book=Book(), audience=Audience(clocks.values()))
    for clock in clocks.values():
        if _is_wanted(clock):
            _reach(clock, firing)
    if not firing.changed:
        return
    keep_clocks_in(firing.changed, firing.entries, due_changed=False)
    record_many(firing.events)
    for clock, due in firing.acts:
        _act_in(clock, due, firing)
    firing.alerts.ask_in()


fire_marks = TimerHandler(take=_fire, then=lambda: None, at_once=AT_ONCE)


def _look_again_in(missing: set[UUID], now: datetime) -> None:
    """Those that somebody else holds; what was ended meanwhile needs no look."""
    open_ids = SlaClock.objects.filter(pk__in=missing, ended_at__isnull=True).values_list("pk", flat=True)
    again_at = now + timedelta(seconds=AGAIN_S)
    Timer.objects.bulk_create(Timer(handler=HANDLER, subject=clock_id, due_at=again_at) for clock_id in open_ids)


def _is_wanted(clock: SlaClock) -> bool:
    """Whether the work is still to be done: an answer that can be undone counts as one until it is."""
    if clock.task is not None:
        return clock.task.status in ("open", "claimed")
    return clock.case is not None and clock.case.closed_at is None


def _reach(clock: SlaClock, firing: Firing) -> None:
    """This will note every mark of the clock that is due; without one its timer was out of date and is set anew."""
    subject, terms = subject_of(clock), firing.book.terms_of(clock)
    due = list_due(terms, firing.book.dial_of(clock), clock.marks, firing.now, subject=subject)
    clock.marks = [*clock.marks, *(name for name in skip_late(terms, due, subject=subject) if name not in clock.marks)]
    for each in due:
        if each.mark.what == "warn":
            clock.warned_at = firing.now
        elif each.mark.what == "breach":
            clock.breached_at = firing.now
            clock.state = open_state(clock) if clock.running_since is None else ClockState.BREACHED.value
    set_moments(clock, firing.book)
    firing.changed.append(clock)
    for each in due:
        _note(clock, each, firing)


def _note(clock: SlaClock, due: DueMark, firing: Firing) -> None:
    mark, policy = due.mark, firing.book.policy_of(clock)
    data: dict[str, object] = {
        "percent": mark.percent,
        "policy": policy.key if policy is not None else None,
        "at": as_time(due.at),
    }
    words = f"{mark.percent} % of the time"
    if mark.what == "remind":
        people = firing.audience.find("assignee", clock)
        data["people"] = [person.username for person in people]
        firing.alerts.add("task-reminder", clock, people, mark.percent)
    if mark.rung is not None:
        words = say_rung(mark.rung)
        people = firing.audience.find(mark.rung.to, clock) if mark.rung.to else []
        data |= {"words": words, "do": mark.rung.do, "to": mark.rung.to}
        data["people"] = [person.username for person in people]
        if mark.rung.do == "tell":
            firing.alerts.add(_sort_of(mark.percent), clock, people, mark.percent)
        else:
            firing.acts.append((clock, due))
    line = make_entry(clock, LINES[mark.what], firing.book, at=firing.now, actor=SYSTEM, why=words)
    firing.entries.append(line)
    firing.events.append(draft_event(clock, EVENTS[mark.what], actor=SYSTEM, data=data))


def _sort_of(percent: int) -> str:
    if percent < 100:
        return "sla-warning"
    return "sla-breach" if percent == 100 else "sla-escalation"


def _act_in(clock: SlaClock, due: DueMark, firing: Firing) -> None:
    """This will hand over or raise, once the clock is stored: both are changes that its clock hears of."""
    rung = due.mark.rung
    if rung is None:
        return
    if rung.do == "reassign":
        people = firing.audience.find(rung.to, clock)
        words = hand_over_in(clock, people, now=firing.now)
        firing.alerts.add(_sort_of(rung.percent), clock, people[:1], rung.percent)
    else:
        words = raise_priority_in(clock, now=firing.now)
    line = make_entry(clock, "escalated", firing.book, at=firing.now, actor=SYSTEM, why=words)
    SlaEntry.objects.bulk_create([line])

"""Clocks as pages and API show them: what the ring draws, the words beside it, the ledger."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from cases.models import Case, SlaClock, SlaEntry, Task
from cases.sla.arithmetic import left_at, used_at
from cases.sla.book import Book
from cases.sla.words import say_late, say_left, say_paused
from integrator.events.actors import Actor
from integrator.people.models import Person


@dataclass(frozen=True, kw_only=True)
class ClockView:
    """A clock at one moment. ``look`` is that of the ring: "" soon late paused done stopped.

    ``fraction`` is the share of the budget that is left, 0.0 to 1.0; lengths are in seconds, ``left_s`` is negative
    when more was used; ``due_at`` is None while the clock stands. ``words`` says it all in a few words.
    """

    id: UUID
    state: str
    look: str
    words: str
    fraction: float
    due_at: datetime | None
    started_at: datetime
    budget_s: int
    used_s: int
    left_s: int
    is_working_time: bool
    paused_because: tuple[str, ...]
    policy: str
    policy_name: str

    @property
    def share(self) -> int:
        """The share that is left, in whole per cent."""
        return round(self.fraction * 100)

    @property
    def dashes(self) -> str:
        """The ring's ``stroke-dasharray``: all of it where there is nothing left to empty."""
        return "100 100" if self.look in {"late", "done", "stopped"} else f"{self.share} 100"

    @property
    def label(self) -> str:
        """The ring in words."""
        return self.words if self.look in {"late", "done", "stopped", "paused"} else f"{self.words}, {self.share} %"


SOON = 0.25  # below this share the ring warns, where the policy gives no warning of its own


def describe_clock(clock: SlaClock, now: datetime, *, book: Book | None = None) -> ClockView:
    """This will tell what the clock shows at ``now``. ``book`` spares queries where several are told.

    Without it one for the default calendar, unless its team has its own, and one for policies, where it goes by one.
    """
    if book is None:
        book = Book()
        book.learn(clock.team)
    dial, policy = book.dial_of(clock), book.policy_of(clock)
    used, left = used_at(dial, clock.ended_at or now), left_at(dial, clock.ended_at or now)
    if clock.due_at is not None and clock.running_since is not None and clock.due_at <= now:
        left = min(left, timedelta())
    fraction = max(0.0, min(1.0, left / dial.budget)) if dial.budget else 0.0
    look = _find_look(clock, now, fraction, None if policy is None else policy.terms.warn_percent)
    return ClockView(
        id=clock.pk,
        state=clock.state,
        look=look,
        words=_say(clock, now, look, left),
        fraction=fraction,
        due_at=clock.due_at,
        started_at=clock.started_at,
        budget_s=clock.budget_s,
        used_s=round(used.total_seconds()),
        left_s=round(left.total_seconds()),
        is_working_time=clock.is_working_time,
        paused_because=tuple(dict.fromkeys(clock.holds.values())),
        policy="" if policy is None else policy.key,
        policy_name="" if policy is None else policy.name,
    )


def get_task_clock(task: Task) -> SlaClock | None:
    """The clock of a task that the reader may see; None without one. No query where the task was read with it."""
    if "clock" in task._state.fields_cache:
        known: SlaClock | None = task._state.fields_cache["clock"]
        return known
    return SlaClock.objects.select_related("team__calendar").filter(task=task).first()


def get_case_clock(case: Case) -> SlaClock | None:
    """The clock of a case that the reader may see; None without one."""
    return SlaClock.objects.select_related("team__calendar").filter(case=case).first()


def find_clocks(
    now: datetime, *, tasks: Collection[uuid.UUID] = (), cases: Collection[int] = ()
) -> Mapping[uuid.UUID | int, ClockView]:
    """This will tell the clocks of the tasks and cases of a list, by their ids, for readers who may see those.

    A query, and a few for policies and calendars, however many there are.
    """
    book, found = Book(), dict[uuid.UUID | int, ClockView]()
    known = SlaClock.objects.select_related("team__calendar")
    rows = [*known.filter(task_id__in=tasks)] if tasks else []
    rows += [*known.filter(case_id__in=cases)] if cases else []
    for clock in rows:
        book.learn(clock.team)
        key = clock.task_id if clock.task_id is not None else clock.case_id
        if key is not None:
            found[key] = describe_clock(clock, now, book=book)
    return found


@dataclass(frozen=True, kw_only=True)
class LedgerLine:
    """A line of the ledger in words; ``by`` is empty where nobody in particular did it."""

    at: datetime
    what: str
    label: str
    why: str
    by: str
    budget_s: int
    used_s: int
    due_at: datetime | None


def list_ledger(clock: SlaClock) -> list[LedgerLine]:
    """This will tell every line of the clock's ledger, oldest first. Two queries."""
    rows = list(SlaEntry.objects.filter(clock=clock).order_by("id"))
    ids = {actor.person_id for row in rows if (actor := Actor.parse(row.actor)).person_id is not None}
    names = {person.pk: str(person) for person in Person.objects.filter(pk__in=ids)}
    return [
        LedgerLine(
            at=row.at,
            what=row.what,
            label=row.get_what_display(),
            why=row.why,
            by=names.get(Actor.parse(row.actor).person_id or 0, ""),
            budget_s=row.budget_s,
            used_s=row.used_s,
            due_at=row.due_at,
        )
        for row in rows
    ]


def _find_look(clock: SlaClock, now: datetime, fraction: float, warn_percent: int | None) -> str:
    if clock.ended_at is not None:
        return "late" if clock.state == "breached" else "done" if clock.state == "met" else "stopped"
    if clock.running_since is None:
        return "paused"
    if clock.breached_at is not None or (clock.due_at is not None and clock.due_at <= now):
        return "late"
    soon = SOON if warn_percent is None else 1 - warn_percent / 100
    return "soon" if fraction <= soon else ""


def _say(clock: SlaClock, now: datetime, look: str, left: timedelta) -> str:
    if look == "done":
        return "done in time"
    if look == "stopped":
        return "not needed any more"
    if look == "paused":
        return say_paused(dict.fromkeys(clock.holds.values()))
    if look == "late":
        until = clock.ended_at or now
        late = max(until - (clock.due_at or until), timedelta(minutes=1))
        return f"done, {say_late(late)}" if clock.ended_at else say_late(late)
    if left < timedelta(minutes=1) and clock.due_at is not None:  # due outside of working hours
        return say_left(clock.due_at - now, is_working=False)
    return say_left(left, is_working=clock.is_working_time)


def get_why(clock: SlaClock) -> str:
    """Why the clock has the time that it has: a sentence. One query."""
    rows = SlaEntry.objects.filter(clock=clock, what="started").order_by("id")
    return rows.values_list("why", flat=True).first() or ""

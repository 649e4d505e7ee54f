"""How much time a clock has: what its policy gives, or what there is until a date that somebody promised."""

from __future__ import annotations

from datetime import timedelta

from cases.models import SlaClock
from cases.sla.arithmetic import count_spans, count_time, read_budget, size_of
from cases.sla.book import Book
from cases.sla.operations.keeping import to_seconds
from integrator.lib.working_time import NoWorkingTime


def size_budget(clock: SlaClock, book: Book) -> None:
    """The budget as its calendar counts it now, before ``set_moments``. A promise keeps its date, or what was left of
    it when the clock stood; without promise or policy all stays."""
    policy = book.policy_of(clock)
    if clock.promised_at is not None:
        _size_until_promise(clock, book)
    elif clock.is_promised:
        clock.budget_s = max(0, clock.budget_s + to_seconds(count_spans(book.dial_of(clock))) - clock.used_s)
    elif policy is not None:
        clock.is_working_time = policy.is_working_time
        budget = read_budget(policy.budget, is_working=policy.is_working_time)
        try:
            clock.budget_s = to_seconds(size_of(budget, book.calendar_of(clock.team_id), clock.started_at))
        except NoWorkingTime:
            clock.is_working_time = False
            clock.budget_s = to_seconds(timedelta(days=budget.days) + budget.rest)


def _size_until_promise(clock: SlaClock, book: Book) -> None:
    """What was used and what there is until the date; one that stands is sized when it goes on."""
    if clock.promised_at is None or clock.running_since is None:
        return
    dial = book.dial_of(clock)
    used = count_spans(dial)
    rest = count_time(dial.calendar, clock.running_since, clock.promised_at)
    if not rest and dial.calendar is not None and not clock.spans:
        clock.is_working_time, rest = False, count_time(None, clock.running_since, clock.promised_at)
    clock.budget_s = to_seconds(used + rest)

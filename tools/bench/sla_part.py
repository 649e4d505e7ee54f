"""SLA clocks: 100,000 open ones counted anew, 10,000 due within a minute, and how good the forecast is.

The forecast is scored by an honest split in time: it knows only what had ended before the one that it is asked about
was begun.
"""

from __future__ import annotations

import math
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, connections, transaction

from cases.models import SlaClock, SlaPolicy, SlaRecount, Task
from cases.sla.forecast import ENOUGH, Ended, forecast, score_brier
from cases.sla.operations.recounting import ask_recount_in, recount_some
from integrator.database.clock import get_database_now
from integrator.events.actors import SYSTEM
from integrator.events.models import Event
from integrator.lib.ids import new_uuid
from integrator.people.models import Team
from integrator.timers.firing import fire_due_timers
from integrator.timers.models import Timer
from tools.bench.cpu_time import CpuTime
from tools.bench.report import Note
from tools.bench.stand import Stand

OPEN = 100_000
DUE = 10_000
WITHIN_S = 60.0  # what is due is due evenly over so long
HISTORY = 4_000
BUDGET_S = 8 * 3600
ASKED_AT = (0, 25, 50, 75)  # per cent of the budget that is used when the forecast is asked


def measure_sla(stand: Stand) -> list[Note]:
    """Measure all three. The stand's workers stand still: one process does it all."""
    with stand.workers_halted():
        recount = Note(name=f"{OPEN:,} open clocks counted anew", text=_measure_recount())
        firing = Note(name=f"{DUE:,} clocks due within {WITHIN_S:.0f} s", text=_measure_firing())
        _clear()
    return [recount, firing, Note(name="forecast of breaches, Brier score", text=measure_forecast())]


def measure_forecast(*, seed: int = 7) -> str:
    """The score of the forecast against that of one constant guess, over made-up history. Lower is better.

    The constant is the best one that was known: how many were late of those that one would have asked about.
    """
    history = list(_make_history(random.Random(seed)))  # noqa: S311 - made-up figures
    split = len(history) * 2 // 3
    known, asked = history[:split], history[split:]
    asked_of = [each for _, each in known for percent in ASKED_AT if each.end_percent >= percent]
    constant = sum(each.is_late for each in asked_of) / len(asked_of)
    guesses: list[tuple[float, bool]] = []
    constants: list[tuple[float, bool]] = []
    dice = random.Random(seed + 1)  # noqa: S311
    for sort, each in asked:
        percent = dice.choice(ASKED_AT)
        if each.end_percent < percent:
            continue  # it was over by then: nobody would have asked
        told = forecast([other for other_sort, other in known if other_sort == sort], percent)
        if told is not None:
            guesses.append((told.chance, each.is_late))
            constants.append((constant, each.is_late))
    ours, theirs = score_brier(guesses), score_brier(constants)
    return f"{ours:.4f} against {theirs:.4f} of one constant guess ({len(guesses):,} asked, {ENOUGH} or more like ones)"


def _make_history(dice: random.Random) -> Iterator[tuple[int, Ended]]:
    """Work of four sorts that take more or less long, in the order of time; what is slow stays slow."""
    for _ in range(HISTORY):
        sort = dice.randrange(4)
        percent = round(100 * math.exp(dice.gauss((-1.2, -0.6, -0.2, 0.1)[sort], 0.6)))
        yield sort, Ended(end_percent=percent, is_late=percent > 100)


def _measure_recount() -> str:
    now = datetime.now(UTC)
    _lay_out(OPEN, since=lambda number: now - timedelta(seconds=number / 1_000))
    SlaPolicy.objects.filter(key="bench").update(budget="P3D")
    with transaction.atomic():
        ask_recount_in(why="the bench", actor=SYSTEM, now=get_database_now())
    begun, at_work = time.perf_counter(), CpuTime()
    while recount_some(now=get_database_now()):
        pass
    took = time.perf_counter() - begun
    job = SlaRecount.objects.latest("id")
    if (job.done, job.changed) != (OPEN, OPEN) or job.ended_at is None:
        sys.exit(f"bench: {OPEN:,} clocks were to be counted anew, {job.changed:,} of {job.done:,} were.")
    return f"{took:.1f} s, one process (aim under 60 s: {'reached' if took < 60 else 'missed'}); {at_work}"


def _measure_firing() -> str:
    """One process fires, once a second as the watcher does, what falls due bit by bit; the lag of each is measured."""
    fire_due_timers()  # a worker that runs has loaded all handlers long before
    laid_for = datetime.now(UTC)
    due = timedelta(seconds=BUDGET_S)
    _lay_out(DUE, since=lambda number: laid_for - due + timedelta(seconds=WITHIN_S * number / DUE))
    begin = _put_off(laid_for)
    stop, used = threading.Event(), list[str]()
    firing = threading.Thread(target=_fire, args=(stop, used))
    firing.start()
    while Event.objects.filter(name="sla.breached").count() < DUE and time.time() < begin.timestamp() + 3 * WITHIN_S:
        time.sleep(1)
    stop.set()
    firing.join()
    lags = sorted(_list_lags())
    if len(lags) != DUE:
        sys.exit(f"bench: {DUE:,} clocks were due and {len(lags):,} fired.")
    reached = "reached" if lags[-1] < 5 else "missed"
    late = f"{lags[len(lags) // 2]:.1f} s late in the median, {lags[-1]:.1f} s at most (aim 5 s: {reached})"
    return f"each once, {late}; {used[0]}"


def _put_off(laid_for: datetime) -> datetime:
    """Move all clocks and their timers to where the first is due in a moment; laying them out took its time."""
    begin = datetime.now(UTC) + timedelta(seconds=10)
    by: Any = begin - laid_for
    moved = ", ".join(f"{name} = {name} + %s" for name in ("started_at", "running_since", "due_at", "next_at"))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE cases_slaclock SET {moved}", [by] * 4)  # noqa: S608 - names of columns
        cursor.execute("UPDATE timers_timer SET due_at = due_at + %s WHERE handler = 'sla.mark'", [by])
    if datetime.now(UTC) > begin:
        sys.exit("bench: this machine is too busy to lay out clocks in time. Try again when it has less to do.")
    return begin


def _fire(stop: threading.Event, used: list[str]) -> None:
    at_work = CpuTime()
    while not stop.wait(1.0):
        while fire_due_timers():
            pass
    used.append(str(at_work))
    connections.close_all()


def _list_lags() -> list[float]:
    """Between the moment that was due and the event, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXTRACT(EPOCH FROM e.at - c.due_at) FROM events_event e"
            " JOIN cases_slaclock c ON c.task_id = e.subject_id::uuid WHERE e.name = 'sla.breached'"
        )
        return [float(row[0]) for row in cursor.fetchall()]


def _lay_out(count: int, *, since: Callable[[int], datetime]) -> None:
    """So many open tasks with a clock of elapsed time each, and their timers."""
    _clear()
    team = Team.objects.order_by("id")[0]
    now = datetime.now(UTC)
    policy, _ = SlaPolicy.objects.get_or_create(
        key="bench",
        defaults={
            "name": "Bench",
            "criteria": "bench",
            "subject": "task",
            "budget": "PT8H",
            "warn_percent": None,
            "reminders": [],
            "is_working_time": True,
            "changed_at": now,
        },
    )
    for first in range(0, count, 5_000):
        numbers = range(first, min(first + 5_000, count))
        tasks = [
            Task(id=new_uuid(), kind="assign", title=f"Work {number}", outcomes=["done"], team=team, created_at=now)
            for number in numbers
        ]
        Task.objects.bulk_create(tasks)
        clocks = [_make_clock(task, policy, team, since(number)) for task, number in zip(tasks, numbers, strict=True)]
        SlaClock.objects.bulk_create(clocks)
        Timer.objects.bulk_create(
            Timer(handler="sla.mark", subject=clock.pk, due_at=clock.next_at) for clock in clocks if clock.next_at
        )
    with connection.cursor() as cursor:
        for model in (Task, SlaClock, Timer):
            cursor.execute(f"VACUUM ANALYZE {model._meta.db_table}")


def _make_clock(task: Task, policy: SlaPolicy, team: Team, since: datetime) -> SlaClock:
    due_at = since + timedelta(seconds=BUDGET_S)
    return SlaClock(
        id=new_uuid(),
        task=task,
        team=team,
        task_kind="assign",
        priority="normal",
        policy=policy,
        is_working_time=False,
        budget_s=BUDGET_S,
        started_at=since,
        running_since=since,
        due_at=due_at,
        next_at=due_at,
    )


def _clear() -> None:
    Timer.objects.filter(handler="sla.mark").delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cases_slaentry")
        cursor.execute("DELETE FROM cases_slarecount")
        cursor.execute("DELETE FROM cases_slaclock")
        cursor.execute("DELETE FROM cases_task WHERE origin = ''")

"""Part (c): 100,000 timers due at once, fired by two processes, against two that only claim and delete the rows.

Ours claims, deletes and inserts the runs' signals in one transaction; fired means that the signal is committed.
"""

from __future__ import annotations

import sys
from statistics import median

from django.db import connection

from flows.models import Signal
from integrator.lib.ids import new_uuid
from integrator.timers.models import Timer
from tools.bench.crowd import get_elapsed_s, run_crowd
from tools.bench.report import Comparison, Note, measure_in_turns
from tools.bench.stand import WORKERS, Stand

TIMERS = 100_000


def measure_timers(stand: Stand, *, rounds: int) -> tuple[Comparison, list[Note]]:
    """Measure both sides in turns. The runs' ids are of no run, so that nothing else but the firing is timed."""
    with stand.workers_halted():
        ours, bare = measure_in_turns(lambda: _fire(stand, "fire"), lambda: _fire(stand, "loop"), rounds=rounds)
        at_once = [_fire(stand, "delete") for _ in range(rounds)]
    compared = Comparison(
        name=f"(c) {TIMERS:,} timers due at once, {WORKERS} processes",
        unit="timers",
        ours=ours,
        bare=bare,
        bare_name="SELECT … SKIP LOCKED and DELETE by id, as many a commit",
        aim=0.4,
    )
    return compared, [Note(name="the same claims as one DELETE, nothing read", text=f"{median(at_once):,.0f} timers/s")]


def _fire(stand: Stand, how: str) -> float:
    _lay_out_timers()
    done = run_crowd(*[["tools.bench.firing", how]] * WORKERS, env=stand.env)
    fired = sum(each["fired"] for each in done)
    if fired != TIMERS or (how == "fire" and Signal.objects.filter(kind="wait").count() != TIMERS):
        sys.exit(f"bench: {TIMERS:,} timers were due and {fired:,} fired.")
    return float(fired / get_elapsed_s(done))


def _lay_out_timers() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE timers_timer")
        cursor.execute("DELETE FROM flows_signal WHERE kind = 'wait'")
        with cursor.copy("COPY timers_timer (due_at, handler, subject, context) FROM STDIN") as copy:
            for _ in range(TIMERS):
                copy.write_row(("2026-01-01T00:00:00Z", "flows.wait", new_uuid(), new_uuid()))
        for table in (Timer._meta.db_table, Signal._meta.db_table):
            cursor.execute(f"VACUUM ANALYZE {table}")

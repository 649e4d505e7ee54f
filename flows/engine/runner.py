"""The runner: claim ready runs, compute their bursts, land them; alone where the batch would not."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from time import monotonic, thread_time

from django.conf import settings
from django.db import connection

from flows.engine.burst import Burst
from flows.engine.compiled import COMPILED, NO_FLOW
from flows.engine.connections import get_connection_facts
from flows.engine.context import Readers, RunContext
from flows.engine.costly import COSTLY
from flows.engine.faults import reach
from flows.engine.holding import MAX_STRIKES, hold_run, ignore_news, ignore_nothing, quarantine_run, release_run
from flows.engine.journal import Journal, get_journal
from flows.engine.live_tables import find_table
from flows.engine.returning import give_back, let_go
from flows.engine.rows import ClaimedRun, Landing
from flows.engine.stored import find_flow, read_case, read_file_part, read_items, read_output, read_results
from flows.engine.veiling import read_veil
from flows.veils import get_sensitive_paths
from integrator.database.clock import is_postgresql
from integrator.database.errors import is_passing
from integrator.lib.ending import ENDING
from integrator.lib.veil import NO_VEIL, get_veil, join_veils, veiled
from integrator.people.calendars import working_calendar_of

logger = logging.getLogger(__name__)
FINAL = frozenset({"completed", "failed", "cancelled"})
BATCH = 50
SQLITE_BATCH = 10  # a landing stays under 50 ms, so that intake is not starved
BATCH_VISITS = 2_000
SQLITE_BATCH_VISITS = 300
SQLITE_BURST_WRITES = 20  # of steps that write rows of ours, some milliseconds each
SAME_TIME = 2  # runners a process: one computes while the other waits for the database
READERS = Readers(
    read_output=read_output,
    read_case=read_case,
    read_connection=get_connection_facts,
    find_flow=find_flow,
    find_table=find_table,
    find_calendar=working_calendar_of,
    read_items=read_items,
    read_results=read_results,
    read_file_part=read_file_part,
    read_sensitive=get_sensitive_paths,
)


class _Turns:
    """At most ``SAME_TIME`` runners in a process. Whoever finds no place leaves word to look once more."""

    def __init__(self) -> None:
        self._places = threading.BoundedSemaphore(SAME_TIME)
        self._again = threading.Event()

    def advance(self) -> int:
        done = 0
        while True:
            if not self._places.acquire(blocking=False):
                self._again.set()
                if not self._places.acquire(blocking=False):
                    return done
            try:
                self._again.clear()
                done += _advance_until_idle()
            finally:
                self._places.release()
            if not self._again.is_set():
                return done


_TURNS = _Turns()


def advance_runs() -> int:
    """Take up ready runs until there are none; returns how many landings were made."""
    return _TURNS.advance()


def _advance_until_idle() -> int:
    done = 0
    while not ENDING.is_set():
        landed = advance_batch(struck=False) + advance_batch(struck=True) + _advance_costly()
        if not landed:
            break
        done += landed
    return done


def _advance_costly() -> int:
    """One run of a version that takes long to compute, unless another runner of this process is at one."""
    versions = COSTLY.list()
    if not versions or not COSTLY.turn.acquire(blocking=False):
        return 0
    try:
        return advance_batch(only=versions)
    finally:
        COSTLY.turn.release()


def advance_batch(*, struck: bool = False, only: Sequence[int] = (), journal: Journal | None = None) -> int:
    """Claim, compute and land one batch; returns how many runs were landed, 0 also when the database failed.

    With ``only`` (ids of versions) one run of these; without, those of costly versions are left for their own turn.
    """
    journal = journal or get_journal()
    give_back(journal)
    lease_s = float(settings.LEASE_S)
    limit = 1 if only else BATCH if is_postgresql() else SQLITE_BATCH
    avoid = () if only else COSTLY.list()
    claimed = journal.claim(limit=limit, lease_s=lease_s, struck=struck, avoid=avoid, only=only)
    if not claimed:
        return 0
    reach("claimed")
    try:
        landings = _compute_batch(claimed, until=monotonic() + lease_s / 3)
    except Exception as error:
        if not is_passing(error):
            raise
        logger.warning("the database failed while %d runs were computed: %s; they are let go", len(claimed), error)
        connection.close_if_unusable_or_obsolete()
        let_go(journal, claimed)
        return 0
    reach("computed")
    landed = _land(journal, claimed[: len(landings)], landings)
    let_go(journal, claimed[len(landings) :])
    reach("landed")
    return landed


def _compute_batch(claimed: Sequence[ClaimedRun], *, until: float) -> list[Landing]:
    """The landings of the first runs: a costly one ends the batch, so that nobody behind it waits for more of them."""
    landings: list[Landing] = []
    visits_left = BATCH_VISITS if is_postgresql() else SQLITE_BATCH_VISITS
    for run in claimed:
        began_s = thread_time()
        landing = compute_run(run, until=until, may_visit=visits_left > 0)
        visits_left -= len(landing.visits)
        landings.append(landing)
        if COSTLY.note(run.version_id, thread_time() - began_s):
            break
    return landings


def compute_run(run: ClaimedRun, *, until: float, may_visit: bool = True) -> Landing:
    """Compute one run. A fault of our own is an incident of this run alone, never of its batch.

    Raises only errors of the database that pass: the run is then to be let go.
    """
    if run.status in FINAL:
        return ignore_news(run)
    if not run.signals:
        return ignore_nothing(run)
    if run.strikes > MAX_STRIKES:
        return quarantine_run(run)
    veil = NO_VEIL
    try:
        context = RunContext(
            run,
            NO_FLOW if run.is_held else COMPILED.get(run.version_id),
            READERS,
        )
        burst = Burst(run, context.flow, context)
        if run.is_held:
            return release_run(burst)
        if not may_visit:
            burst.visits_left = 0
        if not is_postgresql():
            burst.most_writes = SQLITE_BURST_WRITES
        veil = read_veil(burst) if context.flow.sensitive else NO_VEIL
        with veiled(veil):
            return burst.compute(until=until)
    except Exception as error:
        if is_passing(error):
            raise
        with veiled(veil):
            logger.exception("run %s could not be computed", run.id)
            return hold_run(run, "run.engine_error", _sentence("The run could not be computed", error))


def _land(journal: Journal, claimed: Sequence[ClaimedRun], landings: Sequence[Landing]) -> int:
    """Land all at once, else each alone; returns how many were landed."""
    try:
        journal.land(landings)
        return len(landings)
    except Exception as error:  # whatever a local write raises, it is the fault of one run
        with veiled(join_veils(landing.veil for landing in landings)):
            logger.warning("a landing of %d runs was rolled back: %s; each is landed alone", len(landings), error)
    return sum(_land_alone(journal, run, landing) for run, landing in zip(claimed, landings, strict=True))


def _land_alone(journal: Journal, run: ClaimedRun, landing: Landing) -> bool:
    try:
        journal.land([landing])
    except Exception as error:
        if is_passing(error):
            return _postpone(journal, run, error)
        with veiled(landing.veil):
            logger.exception("run %s cannot be landed", run.id)
            return _hold_instead(journal, run, error)
    return True


def _hold_instead(journal: Journal, run: ClaimedRun, cause: Exception) -> bool:
    """An incident in place of the landing that failed. Where not even that can be stored, the lease runs out."""
    try:
        journal.land([hold_run(run, "run.landing_failed", _sentence("What the run did could not be stored", cause))])
    except Exception as error:
        if is_passing(error):
            return _postpone(journal, run, error)
        logger.exception("run %s cannot even be set apart", run.id)
        return False
    return True


def _postpone(journal: Journal, run: ClaimedRun, error: Exception) -> bool:
    logger.warning("run %s could not be landed for now: %s", run.id, error)
    connection.close_if_unusable_or_obsolete()
    let_go(journal, [run])
    return False


def _sentence(what: str, error: Exception) -> str:
    cause = getattr(error, "message", None) or f"{type(error).__name__}"
    cause = get_veil().mask_text(cause)
    return f"{what}: {cause}. Nothing was changed. Try again when the cause is mended, or give up."

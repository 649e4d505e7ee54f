"""Part (b): runs of a flow of ten pure steps, against Celery chains of ten no-op jobs on the same broker.

Both sides do a backlog: it is laid out while the workers stand still, and timed from when they go on to the last one.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection, transaction
from redis import Redis

from flows.engine import bells
from flows.models import FlowVersion, Run
from flows.operations.runs.starting import NewRun, create_run_in
from integrator.events.actors import SYSTEM
from tests.support.processes import ROOT, run_command
from tools.bench.report import Comparison, Note, measure_in_turns
from tools.bench.stand import WORKERS, Stand

STEPS = 10
RUNS = 3_000
CHAINS = 400
ENDS_WITHIN_S = 120.0
TRIGGER = {"body": {"amount": 40, "title": "Spring campaign"}, "headers": {}, "query": {}, "files": []}


def measure_flows(stand: Stand, *, rounds: int) -> tuple[Comparison, list[Note]]:
    """Measure both sides in turns, then the barest loop over claimed rows for orientation."""
    version = publish_pure_flow(stand)
    bells.RUNS.ring = _keep_still  # type: ignore[method-assign] # one bell at the start of each round instead
    with chain_workers(stand) as halted:
        _advance_backlog(stand, version, runs=200)
        _pass_chains(stand, halted, chains=50)
        ours, bare = measure_in_turns(
            lambda: _advance_backlog(stand, version, runs=RUNS),
            lambda: _pass_chains(stand, halted, chains=CHAINS),
            rounds=rounds,
        )
    compared = Comparison(
        name=f"(b) runs of {STEPS} pure steps, {WORKERS} workers",
        unit="runs",
        ours=ours,
        bare=bare,
        bare_name=f"Celery chains of {STEPS} no-op jobs, {WORKERS} processes",
        aim=8,
    )
    return compared, [measure_claim_loop()]


def publish_pure_flow(stand: Stand) -> FlowVersion:
    """Import a flow of seven ``set`` and three ``choose`` steps, each with expressions over the trigger and a step."""
    path = stand.folder / "pure.json"
    path.write_text(make_flow_file())
    run_command("import_flow", str(path), "--publish", env=stand.env)
    return FlowVersion.objects.select_related("flow").get(flow__key="bench-pure")


def make_flow_file() -> str:
    """The flow file of part (b)."""
    lines = ["format: 1", "flow: bench-pure", "name: Bench of pure steps", "team: marketing", "steps:"]
    for place in range(STEPS):
        following = f"s{place + 1}"
        if place % 4 == 3:
            when = '"= steps.s0.n >= 0 and trigger.body.amount > 1"'
            lines += [f"  s{place}:", "    kind: choose", f"    with: {{cases: [{{when: {when}, port: big}}]}}"]
            lines += [f"    on: {{big: {following}, default: {following}}}"]
            continue
        before = next((f"steps.s{each}.n" for each in range(place - 1, -1, -1) if each % 4 != 3), "trigger.body.amount")
        fields = f'title: "= trigger.body.title", n: "= {before} + 1"'
        lines += [f"  s{place}:", "    kind: set", f"    with: {{{fields}}}"]
        lines += [f"    next: {following}"] if place < STEPS - 1 else []
    return "\n".join(lines) + "\n"


def _advance_backlog(stand: Stand, version: FlowVersion, *, runs: int) -> float:
    with stand.workers_halted():
        for first in range(0, runs, 100):
            with transaction.atomic():
                for _ in range(first, min(first + 100, runs)):
                    create_run_in(NewRun(version=version, trigger=TRIGGER), actor=SYSTEM, now=datetime.now(UTC))
        began = time.perf_counter()
    for _ in range(WORKERS):
        bells._send_runs()
    unfinished = Run.objects.filter(version=version).exclude(status=Run.Status.COMPLETED)
    passed_s = _wait_until(lambda: not unfinished.exists(), began=began, every_s=0.02)
    return runs / passed_s


def _keep_still() -> None:
    """Ring nothing."""


@contextlib.contextmanager
def chain_workers(stand: Stand) -> Iterator[Callable[[], contextlib.AbstractContextManager[None]]]:
    """Two Celery worker processes with 16 threads, as ours have; gives a context in which they stand still."""
    command = [sys.executable, "-m", "celery", "-A", "tools.bench.chain", "worker", "-P", "threads", "-c", "16"]
    command += ["-Q", "bench-chain", "--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "WARNING"]
    with (Path(stand.folder) / "chain.log").open("wb") as log, contextlib.ExitStack() as stack:
        started = [
            stack.enter_context(
                subprocess.Popen(  # noqa: S603 - Celery's own command
                    [*command, "-n", f"chain{place}@localhost"], cwd=ROOT, env=stand.env, stdout=log, stderr=log
                )
            )
            for place in range(WORKERS)
        ]
        for process in started:
            stack.callback(process.kill)
        yield lambda: _halted(started)


@contextlib.contextmanager
def _halted(processes: list[subprocess.Popen[bytes]]) -> Iterator[None]:
    import signal  # lazy: beside its only use

    for process in processes:
        process.send_signal(signal.SIGSTOP)
    yield
    for process in processes:
        process.send_signal(signal.SIGCONT)


def _pass_chains(stand: Stand, halted: Callable[[], contextlib.AbstractContextManager[None]], *, chains: int) -> float:
    from tools.bench import chain  # lazy: it reads the broker's address from the environment of the stand

    redis = Redis.from_url(stand.env["REDIS_URL"])
    redis.set(chain.DONE, 0)
    with halted():
        for _ in range(chains):
            chain.send_chain()
        began = time.perf_counter()
    passed_s = _wait_until(lambda: int(redis.get(chain.DONE) or 0) >= chains, began=began, every_s=0.01)
    return chains / passed_s


def measure_claim_loop(*, rows: int = 50_000, batch: int = 50) -> Note:
    """The least that any engine on a database does: claim 50 rows a commit and mark them done. No steps."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_claim (id bigint PRIMARY KEY, done boolean NOT NULL DEFAULT false)")
        cursor.execute("INSERT INTO bench_claim SELECT generate_series(1, %s)", [rows])
        cursor.execute("CREATE INDEX ON bench_claim (id) WHERE NOT done")
        cursor.execute("ANALYZE bench_claim")
        began = time.perf_counter()
        while cursor.rowcount:
            cursor.execute(
                "UPDATE bench_claim SET done = true WHERE id IN (SELECT id FROM bench_claim WHERE NOT done ORDER BY id"
                " LIMIT %s FOR NO KEY UPDATE SKIP LOCKED)",
                [batch],
            )
        rate = rows / (time.perf_counter() - began)
        cursor.execute("DROP TABLE bench_claim")
    return Note(name="bare loop that claims 50 rows a commit, one process", text=f"{rate:,.0f} rows/s")


def _wait_until(is_so: Callable[[], bool], *, began: float, every_s: float) -> float:
    """Seconds from ``began`` until the callable answers true."""
    while not is_so():
        if time.perf_counter() - began > ENDS_WITHIN_S:
            sys.exit(f"bench: not done within {ENDS_WITHIN_S} s; look at the machine's load.")
        time.sleep(every_s)
    return time.perf_counter() - began

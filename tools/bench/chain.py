"""The baseline of part (b): a plain Celery app of no-op jobs, without Django and without results."""

from __future__ import annotations

import os

from celery import Celery, chain
from redis import Redis

QUEUE = "bench-chain"
DONE = "bench-chain-done"
JOBS = 10

app = Celery("bench", broker=os.environ.get("REDIS_URL", "memory://"))
app.conf.update(task_ignore_result=True, task_default_queue=QUEUE, worker_hijack_root_logger=False)
_redis = Redis.from_url(os.environ.get("REDIS_URL", "redis://"))


@app.task(name="bench.nothing")  # type: ignore[untyped-decorator] # Celery's
def nothing() -> None:
    """Do nothing."""


@app.task(name="bench.done")  # type: ignore[untyped-decorator] # Celery's
def done() -> None:
    """Do nothing but count: the end of a chain has to be seen somehow."""
    _redis.incr(DONE)


def send_chain() -> None:
    """Send one chain of ``JOBS`` jobs."""
    chain(*[nothing.si() for _ in range(JOBS - 1)], done.si()).apply_async()

"""The stand that figures are taken on: a scratch database, a scratch Redis and the product's real processes."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg

from tests.support.processes import (
    Running,
    find_free_port,
    make_environment,
    run_command,
    running,
    scratch_database,
    scratch_redis,
)
from tests.support.services import find_services

WORKERS = 2
PASSWORD = "bench-bench-1"


@dataclass(frozen=True, kw_only=True)
class Stand:
    """Where everything is: the environment of all processes, their folder, and the running ones by name."""

    env: dict[str, str]
    folder: Path
    workers: Sequence[Running]
    web: Running | None  # None: no part of this run needs it

    @property
    def database_url(self) -> str:
        """The scratch database."""
        return self.env["DATABASE_URL"]

    @contextlib.contextmanager
    def workers_halted(self) -> Iterator[None]:
        """The workers stand still (SIGSTOP) while work is laid out for them, and go on together."""
        for worker in self.workers:
            worker.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            for worker in self.workers:
                worker.process.send_signal(signal.SIGCONT)

    def read_memory_mib(self) -> dict[str, int]:
        """Resident memory of each process with its children, in MiB."""
        named = {f"worker {place + 1}": each for place, each in enumerate(self.workers)}
        if self.web is not None:
            named["web"] = self.web
        return {name: _resident_bytes(each.process.pid) // 1_048_576 for name, each in named.items()}


@contextlib.contextmanager
def stand_built(*, with_web: bool) -> Iterator[Stand]:
    """Make the stand, put this process's Django on its database, and take everything down at the end."""
    services = find_services()
    if not services.are_scaled_out:
        sys.exit("bench needs PostgreSQL and Redis: start both, or name them by TEST_DATABASE_URL and TEST_REDIS_URL.")
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="integrator-bench-")))
        env = make_environment(
            folder,
            DATABASE_URL=stack.enter_context(scratch_database(services)),
            REDIS_URL=stack.enter_context(scratch_redis(folder)),
            INTEGRATOR_LOG_LEVEL="WARNING",
        )
        run_command("migrate", "--verbosity", "0", "--skip-checks", env=env)
        run_command("seed_demo", "--password", PASSWORD, "--skip-checks", env=env)
        _set_up_django(env)
        yield Stand(
            env=env,
            folder=folder,
            web=start_web(stack, env, folder) if with_web else None,
            workers=[
                stack.enter_context(running("worker", "--skip-checks", env=env, log_dir=folder, says="is at work"))
                for _ in range(WORKERS)
            ],
        )


def start_web(stack: contextlib.ExitStack, env: dict[str, str], folder: Path) -> Running:
    """A web process of the scaled-out mode, 8 threads; its ``url`` is set."""
    from tests.support.processes import get_status, wait_for  # lazy: beside its only use

    port = find_free_port()
    web = stack.enter_context(running("web", "--port", str(port), env=env, log_dir=folder, says=""))
    web.url = f"http://127.0.0.1:{port}"
    wait_for(lambda: get_status(f"{web.url}/healthz"), within_s=60, what="the web process to answer")
    return web


def describe_machine(database_url: str) -> list[str]:
    """Cores, Python, and the server's settings that decide what a commit costs."""
    with psycopg.connect(database_url) as connection:
        shown = {
            name: connection.execute(f"SHOW {name}").fetchone()
            for name in ("server_version", "fsync", "synchronous_commit", "shared_buffers")
        }
    settings = ", ".join(f"{name} {row[0]}" for name, row in shown.items() if row)
    memory_gib = psutil.virtual_memory().total / 1_073_741_824
    return [
        f"machine: {os.cpu_count()} cores, {memory_gib:.0f} GiB, Python {sys.version.split()[0]}",
        f"PostgreSQL: {settings}",
        f"load before: {os.getloadavg()[0]:.1f}",
    ]


def _set_up_django(env: dict[str, str]) -> None:
    os.environ.update({name: env[name] for name in ("DATABASE_URL", "REDIS_URL", "INTEGRATOR_DATA")})
    os.environ["INTEGRATOR_LOG_LEVEL"] = "WARNING"
    os.environ["DJANGO_SETTINGS_MODULE"] = "integrator.settings"
    import django  # lazy: the settings read the environment that was just set

    django.setup()


def _resident_bytes(pid: int) -> int:
    process = psutil.Process(pid)
    return sum(int(each.memory_info().rss) for each in [process, *process.children(recursive=True)])

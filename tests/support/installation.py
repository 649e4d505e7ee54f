"""One real Integrator for tests: its folder, database and Redis, whichever of its processes run, and its HTTP side."""

from __future__ import annotations

import contextlib
import json as json_text
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import requests

from tests.support.migrated import copy_migrated, make_template
from tests.support.processes import (
    ROOT,
    STARTS_WITHIN_S,
    Running,
    find_free_port,
    get_status,
    make_environment,
    run_command,
    running,
    scratch_database,
    scratch_redis,
    wait_for,
)
from tests.support.services import find_services

PASSWORD = "demo-demo-1"
PEOPLE = ("ana", "lee", "lia", "bo", "fin", "ops", "aud", "admin")
LOOPBACK = "127.0.0.0/8"


@dataclass
class Installation:
    """A seeded Integrator. ``port`` stays the same however often its processes come and go.

    ``latest`` holds the process started last, by its command.
    """

    env: dict[str, str]
    log_dir: Path
    stack: ExitStack
    port: int = field(default_factory=find_free_port)
    tokens: dict[str, str] = field(default_factory=dict)
    latest: dict[str, Running] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where ``up`` or ``web`` listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_scaled_out(self) -> bool:
        """Whether it runs on PostgreSQL and Redis."""
        return "DATABASE_URL" in self.env

    # --- processes

    def start_up(self, **extra: str) -> Running:
        """The embedded mode's one process, ready."""
        return self._start("up", "--port", str(self.port), says="listens on", extra=extra)

    def start_web(self, **extra: str) -> Running:
        """The scaled-out mode's web server, ready; ended by SIGTERM, since it has processes of its own."""
        web = self._start("web", "--port", str(self.port), says="", extra=extra)
        self.stack.callback(end_quietly, web)
        return web

    def start_worker(self, **extra: str) -> Running:
        """One worker process at work."""
        return self._start("worker", says="is at work", extra=extra)

    def start_beat(self) -> Running:
        """One beat process."""
        return self._start("beat", says="is running", extra={})

    def start_all(self, *, workers: int = 2) -> None:
        """Every process of the mode."""
        if not self.is_scaled_out:
            self.start_up()
            return
        self.start_web()
        self.start_beat()
        for _ in range(workers):
            self.start_worker()

    def _start(self, *words: str, says: str, extra: Mapping[str, str]) -> Running:
        env = {**self.env, **extra}
        process = self.stack.enter_context(running(*words, env=env, log_dir=self.log_dir, says=says))
        self.latest[words[0]] = process
        if words[0] in {"up", "web"}:
            ready = f"{self.url}/readyz"
            wait_for(lambda: get_status(ready) == 200, within_s=STARTS_WITHIN_S, what=f"{words[0]} to be ready")
        return process

    # --- commands and calls

    def run(self, *words: str, stdin: str = "") -> str:
        """A command of ``manage.py``, to its end; what it printed."""
        return run_command(*words, env=self.env, stdin=stdin)

    def publish(self, text: str) -> None:
        """Import a flow file and publish it."""
        path = self.log_dir / f"flow-{abs(hash(text))}.yaml"
        path.write_text(text, encoding="utf-8")
        self.run("import_flow", str(path), "--publish")

    def set_secret(self, name: str, *, team: str, value: str) -> None:
        """Store a secret of a team."""
        self.run("set_secret", name, "--team", team, stdin=value)

    def call(
        self, person: str, method: str, path: str, json: Any = None, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        """Call the HTTP API as a person of the demo."""
        said = {"Authorization": f"Bearer {self.tokens[person]}", **(headers or {})}
        return requests.request(method, self.url + path, json=json, headers=said, timeout=30)

    def get(self, person: str, path: str) -> Any:
        """What GET answers that person; anything but 200 fails the test."""
        answer = self.call(person, "GET", path)
        assert answer.status_code == 200, f"GET {path} as {person}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    # --- the database, for what tests must count themselves or move in time

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a SELECT, read from outside the product."""
        if self.is_scaled_out:
            with psycopg.connect(self.env["DATABASE_URL"]) as connection:
                return list(connection.execute(sql.encode()).fetchall())
        with contextlib.closing(self._open_sqlite()) as lite:
            return list(lite.execute(sql).fetchall())

    def execute(self, sql: str) -> None:
        """Change rows from outside, as only tests may: to move due times instead of waiting for them."""
        if self.is_scaled_out:
            with psycopg.connect(self.env["DATABASE_URL"]) as connection:
                connection.execute(sql.encode())
            return
        with contextlib.closing(self._open_sqlite()) as lite, lite:
            lite.execute(sql)

    def make_effects_due(self) -> None:
        """Let planned effects be sent now, whatever their retry policy says."""
        self.execute("UPDATE flows_effect SET due_at = planned_at WHERE status = 'planned'")

    def _open_sqlite(self) -> sqlite3.Connection:
        return sqlite3.connect(Path(self.env["INTEGRATOR_DATA"]) / "db.sqlite3", timeout=30)


def end_quietly(process: Running) -> None:
    """End it in order where it still runs, as a crash would where it does not listen."""
    with contextlib.suppress(subprocess.TimeoutExpired, ProcessLookupError):
        if process.process.poll() is None:
            process.end(within_s=10)


@contextlib.contextmanager
def embedded(log_dir: Path, *, flows: Sequence[str] = (), **extra: str) -> Iterator[Installation]:
    """A seeded embedded Integrator with these flow files (texts) published; none of its processes runs yet."""
    env = make_environment(log_dir / "data", INTEGRATOR_OUTBOUND_ALLOW=LOOPBACK, **extra)
    copy_migrated(log_dir / "data")
    with ExitStack() as stack:
        yield prepare(Installation(env=env, log_dir=log_dir, stack=stack), flows)


@contextlib.contextmanager
def scaled_out(log_dir: Path, *, flows: Sequence[str] = (), **extra: str) -> Iterator[Installation]:
    """The same, scaled out, with database and Redis of its own; no process runs yet.

    ``DATABASE_URL`` and ``REDIS_URL`` in ``extra`` name other ones.
    """
    with ExitStack() as stack:
        if "DATABASE_URL" not in extra:
            services = find_services()
            extra["DATABASE_URL"] = stack.enter_context(scratch_database(services, template=make_template(services)))
        if "REDIS_URL" not in extra:
            extra["REDIS_URL"] = stack.enter_context(scratch_redis(log_dir))
        env = make_environment(log_dir / "data", INTEGRATOR_OUTBOUND_ALLOW=LOOPBACK, **extra)
        yield prepare(Installation(env=env, log_dir=log_dir, stack=stack), flows)


def prepare(installation: Installation, flows: Sequence[str]) -> Installation:
    """Bring the database up, put the demo's people and the flows in, and take a token of each person."""
    words = [sys.executable, "-m", "tests.support.prepare", "--password", PASSWORD]
    words += [word for person in PEOPLE for word in ("--person", person)]
    for number, text in enumerate(flows):
        path = installation.log_dir / f"prepared-{number}.yaml"
        path.write_text(text, encoding="utf-8")
        words += ["--flow", str(path)]
    done = subprocess.run(
        words, cwd=ROOT, env=installation.env, text=True, capture_output=True, timeout=240, check=False
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    installation.tokens.update(json_text.loads(done.stdout.splitlines()[-1]))
    return installation

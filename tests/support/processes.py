"""Starts real Integrator processes on folders, databases and Redis numbers of their own, and ends them by their id."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import requests

from tests.support.services import Services, can_reach_redis

ROOT = Path(__file__).resolve().parent.parent.parent
STARTS_WITHIN_S = 120.0  # only so that nothing hangs: a busy machine starts slowly
OTHERS_END_WITHIN_S = 120.0  # what other tests hold open in the same PostgreSQL; guards against hanging alone
OWN_PORTS = range(20_000, 32_768)  # Linux gives calls those from 32,768 on (ip_local_port_range)


@dataclass
class Running:
    """A started command: its process, what it wrote, and the address it said it listens on ("" if none)."""

    process: subprocess.Popen[bytes]
    log_path: Path
    url: str = ""
    env: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def output(self) -> str:
        """Everything it wrote so far."""
        return self.log_path.read_text(errors="replace")

    def end(self, *, within_s: float = 10.0, number: int = signal.SIGTERM) -> int:
        """Send the signal and wait; the exit code. Raises TimeoutExpired, after killing it, when it takes longer."""
        self.process.send_signal(number)
        try:
            return self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def kill(self) -> None:
        """End it as a crash would, if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def make_environment(data_dir: Path, **extra: str) -> dict[str, str]:
    """A clean environment for a command of its own data folder, where answers count at once; ``extra`` adds to it."""
    dropped = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "INTEGRATOR_TEST_DATA"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "INTEGRATOR_DATA": str(data_dir), "PYTHONUNBUFFERED": "1", "INTEGRATOR_UNDO_S": "0", **extra}


def run_command(*words: str, env: Mapping[str, str], stdin: str = "", timeout_s: float = 240) -> str:
    """Run ``manage.py`` with these words to its end; its output. Raises AssertionError with all it wrote on failure."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT, env=dict(env), input=stdin, text=True, capture_output=True, timeout=timeout_s, check=False,
    )  # fmt: skip
    assert done.returncode == 0, (
        f"manage.py {' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    )
    return done.stdout


@contextlib.contextmanager
def running(*words: str, env: Mapping[str, str], log_dir: Path, says: str) -> Iterator[Running]:
    """``manage.py`` with these words, from when its output contains ``says``; killed at the end if still there."""
    log_path = log_dir / f"{words[0]}-{secrets.token_hex(4)}.log"
    with log_path.open("wb") as log_file:
        process = subprocess.Popen(
            [sys.executable, "manage.py", *words],
            cwd=ROOT, env=dict(env), stdin=subprocess.DEVNULL, stdout=log_file, stderr=subprocess.STDOUT,
        )  # fmt: skip
    started = Running(process=process, log_path=log_path, env=env)
    try:
        wait_for(lambda: says in started.output or process.poll() is not None, within_s=STARTS_WITHIN_S, what=says)
        assert process.poll() is None, f"{words[0]} ended with {process.returncode}:\n{started.output}"
        for line in started.output.splitlines():
            if "listens on http" in line:
                started.url = line.partition("listens on ")[2].split("/ ")[0].rstrip("/")
        yield started
    finally:
        started.kill()


def wait_for(is_so: Callable[[], object], *, within_s: float, what: str) -> None:
    """Look every 50 ms until the callable answers true; AssertionError naming ``what`` when time is up."""
    until = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < until, f"Waited {within_s} s in vain for: {what}"
        time.sleep(0.05)  # looks again, hides nothing: the condition above decides


def get_status(url: str) -> int:
    """The status that GET answers, 0 while nobody answers."""
    try:
        return requests.get(url, timeout=5).status_code
    except requests.RequestException:
        return 0


@contextlib.contextmanager
def scratch_database(services: Services, *, template: str = "template1") -> Iterator[str]:
    """The address of a new PostgreSQL database like ``template``, dropped at the end whoever still uses it."""
    name = f"integrator_scratch_{secrets.token_hex(6)}"
    parts = urlsplit(services.database_url)
    with psycopg.connect(services.database_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield parts._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(services.database_url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextlib.contextmanager
def scratch_redis(directory: Path) -> Iterator[str]:
    """The address of a Redis of one's own, which may be emptied, stopped and started without harm to other tests."""
    port = find_free_port()
    process = start_redis(directory, port)
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.kill()
        process.wait()


def start_redis(directory: Path, port: int) -> subprocess.Popen[bytes]:
    """A ``redis-server`` without persistence that answers on this port of the loopback address."""
    words = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen([*words, "--dir", str(directory)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: _answers(port), within_s=STARTS_WITHIN_S, what="Redis to answer")
    return process


def find_free_port() -> int:
    """A port that was free a moment ago, and that the kernel gives to nobody's call.

    One of those it gives out itself could belong to some other connection by the time a server begins, or begins again.
    """
    for _ in range(1_000):
        port = OWN_PORTS.start + secrets.randbelow(len(OWN_PORTS))
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("none of the ports below those of the kernel is free")


def _answers(port: int) -> bool:
    return can_reach_redis(f"redis://127.0.0.1:{port}/0")

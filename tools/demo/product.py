"""The product as the demo runs it: ``manage.py up`` as a process of its own, and commands beside it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import requests

from integrator.modes.lock import AlreadyRunning, take_folder_lock
from tools.demo.telling import StageFailed

ROOT = Path(__file__).resolve().parent.parent.parent
READY_WITHIN_S = 180.0  # only so that nothing hangs: what ends before it is told at once
ENDS_WITHIN_S = 12.0
DROPPED = {"DATABASE_URL", "REDIS_URL", "DATABASE_URL_FILE", "REDIS_URL_FILE", "DJANGO_SETTINGS_MODULE"}


class Product:
    """An embedded Integrator on a port and folder of its own that may call ``partner_address`` (``host:port``)."""

    def __init__(self, *, port: int, data_dir: Path, partner_address: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.data_dir = data_dir
        self.log_path = data_dir / "up.log"
        kept = {name: value for name, value in os.environ.items() if name not in DROPPED}
        self._env = {
            **kept,
            "INTEGRATOR_DATA": str(data_dir),
            "INTEGRATOR_OUTBOUND_ALLOW": partner_address,
            "PYTHONUNBUFFERED": "1",
        }
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until ``/readyz`` says 200. Raises StageFailed."""
        with self.log_path.open("wb") as log_file:
            self._process = subprocess.Popen(  # noqa: S603  # our own words
                [sys.executable, "manage.py", "up", "--port", str(self._port)],
                cwd=ROOT,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log_file,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is ours to pass on, in our order
            )
        until = time.monotonic() + READY_WITHIN_S
        while not self._is_ready():
            if not self.is_running:
                raise StageFailed("Product starts", f"it ended with {self._process.returncode}:\n{self.read_log()}")
            if time.monotonic() > until:
                raise StageFailed("Product starts", f"not ready within {READY_WITHIN_S:.0f} s:\n{self.read_log()}")
            time.sleep(0.1)

    @property
    def is_running(self) -> bool:
        """Whether its process lives."""
        return self._process is not None and self._process.poll() is None

    def end(self) -> None:
        """Ask it to end and wait; kill it if it takes longer than it may."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def read_log(self, *, lines: int = 15) -> str:
        """The last lines that it wrote."""
        return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-lines:])

    def run_command(self, *words: str, stdin: str = "") -> str:
        """Run a command of ``manage.py`` to its end; what it printed. Raises StageFailed when it fails."""
        done = subprocess.run(  # noqa: S603  # our own words
            [sys.executable, "manage.py", *words],
            cwd=ROOT, env=self._env, input=stdin, text=True, capture_output=True, timeout=120, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise StageFailed(
                words[0], f"manage.py {' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
            )
        return done.stdout

    def call(self, method: str, path: str, *, token: str, json: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Call the HTTP API as a person; the answer's JSON object. Raises StageFailed on anything but 2xx."""
        headers = {"Authorization": f"Bearer {token}"}
        try:
            answer = requests.request(method, self.url + path, headers=headers, json=json, timeout=30)
        except requests.RequestException as error:
            raise StageFailed(f"{method} {path}", f"no answer: {error}") from error
        if not answer.ok:
            raise StageFailed(f"{method} {path}", f"answered {answer.status_code}: {answer.text[:500]}")
        data: dict[str, Any] = answer.json()
        return data

    def _is_ready(self) -> bool:
        with suppress(requests.RequestException):
            return requests.get(f"{self.url}/readyz", timeout=5).status_code == 200
        return False


def choose_port(first: int) -> int:
    """The first free port of 127.0.0.1 from this one on. Raises StageFailed after a hundred."""
    for port in range(first, first + 100):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise StageFailed("Ports", f"none of {first} to {first + 99} is free on 127.0.0.1")


def choose_data_dir(wanted: Path) -> Path:
    """The folder, or the next one of its name with a number, if another Integrator runs on it."""
    for number in range(1, 20):
        folder = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        folder.mkdir(parents=True, exist_ok=True)
        with suppress(AlreadyRunning):
            os.close(take_folder_lock(folder))
            return folder
    raise StageFailed("Data folder", f"other Integrators run on {wanted} and all beside it; end one of them")

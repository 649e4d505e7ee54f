"""Runs a process's own loops, a thread each. Knows nothing of what they do; they are named in the settings."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

import structlog
from django.db import close_old_connections, connections
from django.utils.module_loading import import_string

log = structlog.get_logger(__name__)

Loop = Callable[[threading.Event], None]
RESTART_AFTER_S = 1.0


def load_loops(paths: Mapping[str, str]) -> dict[str, Loop]:
    """Import each ``package.module:function``; an ImportError here is a fault of the settings and ends the process."""
    return {name: import_string(path.replace(":", ".")) for name, path in paths.items()}


class Crew:
    """Keeps loops running until told to stop. A loop that fails is started again a second later, and that is logged."""

    def __init__(self, loops: Mapping[str, Loop]) -> None:
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._keep_running, args=(name, loop), name=f"integrator-{name}", daemon=True)
            for name, loop in loops.items()
        ]

    def start(self) -> None:
        """Start every loop."""
        for thread in self._threads:
            thread.start()

    def stop(self, *, within_s: float) -> list[str]:
        """Ask every loop to end and wait for them; the names of those that still run afterwards."""
        self._stop.set()
        until = time.monotonic() + within_s
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return [thread.name for thread in self._threads if thread.is_alive()]

    def _keep_running(self, name: str, loop: Loop) -> None:
        try:
            while not self._stop.is_set():
                self._run_once(name, loop)
        finally:
            connections.close_all()

    def _run_once(self, name: str, loop: Loop) -> None:
        try:
            loop(self._stop)
        except Exception:
            log.exception("loop failed", loop=name, restart_after_s=RESTART_AFTER_S)
        else:
            if self._stop.is_set():
                return
            log.error("loop ended unasked", loop=name, restart_after_s=RESTART_AFTER_S)
        close_old_connections()
        self._stop.wait(RESTART_AFTER_S)

"""How a process ends: SIGTERM or SIGINT sets one event; what is not done by the deadline is left to other processes."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from types import FrameType
from typing import NoReturn

import structlog

from integrator.lib.ending import ENDING
from integrator.modes.parent import VARIABLE as CHILD_OF

log = structlog.get_logger(__name__)

DEADLINE_S = 8.0  # of the ten seconds that a supervisor gives


def install_stop_event(also: Callable[[], None] = lambda: None) -> threading.Event:
    """An event that SIGTERM and SIGINT set, calling ``also`` then. Main thread only."""
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        also()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    return stop


def notice_ending() -> None:
    """Set ``ENDING`` on SIGTERM and SIGINT beside whatever handlers the web server sets later. Main thread only.

    The interpreter writes the number of each signal into the wake-up descriptor, whoever handles it.
    """
    if threading.current_thread() is not threading.main_thread() or os.environ.get(CHILD_OF) is None:
        return
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.detach(), warn_on_full_buffer=False)
    threading.Thread(target=_watch_signals, args=(reader,), name="ending", daemon=True).start()


def _watch_signals(reader: socket.socket) -> None:
    while numbers := reader.recv(64):
        if signal.SIGTERM in numbers or signal.SIGINT in numbers:
            ENDING.set()


def end_process(*, unfinished: Sequence[str], code: int = 0) -> NoReturn:
    """End now. Threads that still work are cut off as a crash would; their leases run out and others take over."""
    if unfinished:
        log.warning("ended with work in hand", unfinished=list(unfinished))
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)

"""The ASGI server of the processes that have one, and the socket they listen on."""

from __future__ import annotations

import math
import socket
import time
from collections.abc import Callable, Sequence
from types import FrameType

import uvicorn
from django.core.management.base import CommandError

HTTP_ENDS_WITHIN_S = 3


def listen_on(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 picks a free one. Raises CommandError when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        raise CommandError(f"Cannot listen on {host} port {port}: {error.strerror}. Choose another --port.") from error


class AsgiServer(uvicorn.Server):
    """The web server of ``up`` and ``live``. Forwarded addresses are Django's business, not the server's."""

    def __init__(self, application: str, *, also: Sequence[Callable[[], None]]) -> None:
        """``also`` are called the moment the server is asked to stop, so that others wind up beside it."""
        super().__init__(
            uvicorn.Config(
                application,
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=HTTP_ENDS_WITHIN_S,
            )
        )
        self._also = also
        self.asked_to_stop_at_s = math.inf

    def ask_to_stop(self) -> None:
        """Let requests in hand finish and end; the first call starts the clock."""
        self.asked_to_stop_at_s = min(self.asked_to_stop_at_s, time.monotonic())
        self.should_exit = True
        for wind_up in self._also:
            wind_up()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Uvicorn's own signal handler while it serves."""
        self.ask_to_stop()
        super().handle_exit(sig, frame)

"""One open page's stream: what waits to be sent, and what each piece looks like on the wire (WHATWG HTML, 9.2)."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Iterable

from integrator.live.topics import About
from integrator.live.viewer import Viewer

WAITING_MAX = 200  # messages; a client that does not take them is told to load anew
ABOUT_MAX = 100  # things named in one message; of more, only their sorts


class Stream:
    """Belongs to the event loop; ``push`` and ``end`` are called there."""

    def __init__(self, viewer: Viewer, position: int) -> None:
        self.viewer = viewer
        self.position = position
        self.is_over = False
        self._waiting: deque[bytes] = deque()
        self._news = asyncio.Event()

    def push(self, message: bytes, position: int) -> None:
        """Let the page have a message; of too many it gets one that says so."""
        self.position = position
        if len(self._waiting) >= WAITING_MAX:
            self._waiting.clear()
            message = encode_reset(position)
        self._waiting.append(message)
        self._news.set()

    def move(self, position: int) -> None:
        """Nothing to tell up to ``position``; the page learns of it with the next sign of life."""
        self.position = position

    def end(self) -> None:
        """Close after what waits; the page comes back by itself, with its rights read anew."""
        self.is_over = True
        self._news.set()

    async def next_messages(self, *, within_s: float) -> bytes:
        """What waits, together; empty when nothing came in time or the stream is over."""
        if not self._waiting and not self.is_over:
            try:
                await asyncio.wait_for(self._news.wait(), within_s)
            except TimeoutError:
                return b""
        self._news.clear()
        found = b"".join(self._waiting)
        self._waiting.clear()
        return found


def encode_news(about: Iterable[About], position: int) -> bytes:
    """``event: news`` with ``[["task", "…"], ["case", "C-…"]]``, each once."""
    once = list(dict.fromkeys(about))
    if len(once) > ABOUT_MAX:
        once = list(dict.fromkeys((sort, "") for sort, _ in once))
    data = json.dumps([[sort, ident] for sort, ident in once], separators=(",", ":"))
    return f"id: {position}\nevent: news\ndata: {data}\n\n".encode()


def encode_reset(position: int) -> bytes:
    """``event: reset``: too much happened to be told; whatever is shown may be old."""
    return f"id: {position}\nevent: reset\ndata: []\n\n".encode()


def encode_position(position: int) -> bytes:
    """A sign of life that moves the page's position on without telling anything."""
    return f"id: {position}\n: still here\n\n".encode()

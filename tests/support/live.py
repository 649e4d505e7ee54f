"""A page's end of a live stream for tests: signs in as a browser does, listens in a thread, keeps what was said."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.support.installation import PASSWORD, Installation


@dataclass(kw_only=True)
class Ear:
    """One stream. ``said`` has ``(seconds of time.monotonic(), event, data)``; ``last_id`` is what resumes it."""

    status: int = 0
    said: list[tuple[float, str, Any]] = field(default_factory=list)
    last_id: str = ""
    is_open: bool = False
    ended_at_s: float | None = None

    def heard(self, sort: str, ident: str = "") -> float | None:
        """When the stream first named this thing, or any of its sort."""
        for at_s, _, data in list(self.said):
            if any(about[0] == sort and ident in ("", about[1]) for about in data):
                return at_s
        return None


def sign_in(installation: Installation, name: str) -> requests.Session:
    """A session as a browser's, by the sign-in form."""
    session = requests.Session()
    page = session.get(f"{installation.url}/accounts/login/", timeout=30).text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token is not None
    form = {"login": name, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
    answer = session.post(f"{installation.url}/accounts/login/", data=form, timeout=30, allow_redirects=False)
    assert answer.status_code == 302, answer.text[:300]
    return session


@contextmanager
def listening(base_url: str, session: requests.Session | None, *, after: str = "") -> Iterator[Ear]:
    """Listen until the end of the block; returns once the stream is open or refused."""
    ear = Ear()
    headers = {"Last-Event-ID": after} if after else {}
    source: Any = session or requests
    answer = source.get(f"{base_url}/live/", headers=headers, stream=True, timeout=(10, 40))
    ear.status = answer.status_code
    ear.is_open = ear.status == 200
    thread = threading.Thread(target=_read, args=(ear, answer), daemon=True)
    thread.start()
    try:
        yield ear
    finally:
        connection = answer.raw.connection
        if connection is not None and connection.sock is not None:
            with suppress(OSError):  # the other side may have closed it
                connection.sock.shutdown(socket.SHUT_RDWR)  # a reading thread holds the lock that close() wants
        thread.join(5)
        answer.close()


def _read(ear: Ear, answer: requests.Response) -> None:
    event, data = "message", ""
    try:
        for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
            name, _, value = line.partition(": ")
            if name == "event":
                event = value
            elif name == "data":
                data = value
            elif name == "id":
                ear.last_id = value
            elif not line and data:
                ear.said.append((time.monotonic(), event, json.loads(data)))
                event, data = "message", ""
    except (requests.RequestException, AttributeError, ValueError):
        ear.is_open = False  # cut off, as by a restart or the end of the test
    ear.is_open = False
    ear.ended_at_s = time.monotonic()

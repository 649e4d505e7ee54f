"""A partner's server on the loopback that takes JSON posts, answers as it is told, and remembers each."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Post:
    """One post as it came: its path, its JSON and its headers in small letters."""

    path: str
    body: Any
    headers: dict[str, str]


@dataclass
class Receiver:
    """``status`` is what each post is answered with."""

    url: str
    status: int = 200
    posts: list[Post] = field(default_factory=list)

    def list_posts(self, path: str) -> list[Any]:
        """What was posted to this path and accepted, oldest first."""
        return [post.body for post in list(self.posts) if post.path == path]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Serve on a free port of 127.0.0.1 until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.receiver = Receiver(url=f"http://127.0.0.1:{server.server_address[1]}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.receiver  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


class _Handler(BaseHTTPRequestHandler):
    timeout = 30

    def do_POST(self) -> None:
        receiver: Receiver = self.server.receiver  # type: ignore[attr-defined]
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
        status = receiver.status
        if status < 400:
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.posts.append(Post(path=self.path, body=body, headers=headers))
        self.send_response(status)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

"""A system that flows call in tests: it counts what it did under which Idempotency-Key, and may be told to fail."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class CountingTarget:
    """``keys_by_path`` holds every Idempotency-Key that came to a path; ``status`` is what it answers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: dict[str, list[str]] = defaultdict(list)
        self.status = 200
        self.url = ""

    def take(self, path: str, key: str) -> int:
        """Count one call; the status to answer."""
        with self._lock:
            self._calls[path].append(key)
            return self.status

    @property
    def keys_by_path(self) -> dict[str, list[str]]:
        """A copy of every call so far: the keys in order of arrival, by path."""
        with self._lock:
            return {path: list(keys) for path, keys in self._calls.items()}


@contextmanager
def counting_target() -> Iterator[CountingTarget]:
    """A target on a free port of 127.0.0.1 until the block ends."""
    target = CountingTarget()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status = target.take(self.path, self.headers.get("Idempotency-Key", ""))
            body = b'{"taken": true}'
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    target.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield target
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""A target that gives back whatever it was called with: in headers and body, as it came and encoded."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit


def make_token(client_secret: str) -> str:
    """The access token that goes with a client secret."""
    return hashlib.sha256(client_secret.encode()).hexdigest()


class Echo(BaseHTTPRequestHandler):
    """200, or 500 for a path that ends in ``/fail``; ``/token`` gives out an access token."""

    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode(errors="replace")
        if urlsplit(self.path).path.endswith("/token"):
            self._give_token(sent)
            return
        seen = [*self.headers.values(), *urlsplit(self.path).query.split("&"), sent]
        words = [word for text in seen for word in (text, *text.split(), *text.split("=", 1))]
        body = json.dumps({
            "error": f"cannot take {words}",
            "headers": dict(self.headers.items()),
            "path": self.path,
            "quoted": [quote(word, safe="") for word in words],
            "base64": [base64.b64encode(word.encode()).decode() for word in words],
            **{word[:200]: 1 for word in words},
        }).encode()  # fmt: skip
        self.send_response(500 if urlsplit(self.path).path.endswith("/fail") else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Echo", " ".join(words).encode("ascii", errors="replace").decode()[:8000])
        self.send_header("Set-Cookie", f"seen={self.headers.get('Authorization')}")
        self.end_headers()
        self.wfile.write(body)

    def _give_token(self, sent: str) -> None:
        """As an OAuth2 token address does."""
        secret = parse_qs(sent)["client_secret"][0]
        body = json.dumps({"access_token": make_token(secret), "expires_in": 3600}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        """Echo."""
        self._answer()

    def do_POST(self) -> None:
        """Echo."""
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@contextmanager
def echoing_target() -> Iterator[str]:
    """Its address on a free port of 127.0.0.1, until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""The partner system: posts signed requests to the product, serves the assets, takes and verifies the call-backs.

It shares no code with the product: it signs with the public library of Standard Webhooks, as a real partner would.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import uuid4

import requests
from standardwebhooks import Webhook

from tools.demo.books import Asset, Books, SentRequest
from tools.demo.partner_page import render_asset, render_desk, render_desk_part
from tools.demo.picture import draw_picture

HERE = Path(__file__).parent
HOOK = "/hooks/content-approval"
REQUESTED_BY = "mia@brightside.example"
BODY_MAX_BYTES = 1_048_576
FILES = {"/partner.css": "text/css; charset=utf-8", "/partner.js": "text/javascript; charset=utf-8"}
HTML = "text/html; charset=utf-8"


class Partner(AbstractContextManager["Partner"]):
    """A running partner on 127.0.0.1; ``secret`` is what it shares with the product."""

    def __init__(self, *, port: int, product_url: str, secret: str, books: Books | None = None) -> None:
        self.product_url = product_url.rstrip("/")
        self.books = books or Books()
        self._secret = secret
        self._server = _PartnerServer(("127.0.0.1", port), self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, name="partner", daemon=True)

    def __enter__(self) -> Partner:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def send_request(self, asset: Asset | None = None, *, path: str = HOOK) -> SentRequest:
        """Ask for an approval; the request with what the product answered. An unreachable product counts as 503."""
        request = self.books.add_request(asset)
        status, data = self.post_signed(self.make_body(request), path=path)
        self.books.note_answer(request.request_id, status=status, data=data)
        return request

    def make_body(self, request: SentRequest) -> dict[str, str]:
        """What is posted to ask for this approval."""
        return {
            "request_id": request.request_id,
            "title": request.title,
            "version": request.version,
            "asset_url": f"{self.url}/assets/{request.request_id}",
            "callback_url": f"{self.url}/callbacks/{request.request_id}/{request.token}",
            "requested_by": REQUESTED_BY,
        }

    def post_signed(
        self, body: Mapping[str, Any], *, path: str = HOOK, secret: str | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Post a signed body to a hook of the product: HTTP status and the answer's JSON object."""
        raw = json.dumps(body)
        message_id, now = f"msg_{uuid4().hex}", datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret or self._secret).sign(message_id, now, raw),
        }
        try:
            answer = requests.post(self.product_url + path, data=raw.encode(), headers=headers, timeout=30)
            data = answer.json()
        except requests.RequestException as error:
            return 503, {"detail": f"The product could not be reached: {type(error).__name__}."}
        return answer.status_code, data if isinstance(data, dict) else {}


class _PartnerServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], partner: Partner) -> None:
        super().__init__(address, _Handler)
        self.partner = partner


class _Handler(BaseHTTPRequestHandler):
    """Finds the answer by address; what is not listed is 404."""

    server: _PartnerServer
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        partner, path = self.server.partner, self.path.partition("?")[0]
        pages: dict[str, Callable[[], str]] = {
            "/": lambda: render_desk(partner.books, product_url=partner.product_url),
            "/desk": lambda: render_desk_part(partner.books, product_url=partner.product_url),
        }
        if path in pages:
            self._answer(200, pages[path]().encode(), HTML)
        elif path in FILES:
            self._answer(200, (HERE / path[1:]).read_bytes(), FILES[path])
        elif found := re.fullmatch(r"/assets/([\w-]+)(\.png)?", path):
            self._answer_asset(found[1], is_picture=bool(found[2]))
        else:
            self._answer(404, b"There is nothing here.", "text/plain")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > BODY_MAX_BYTES:
            self.close_connection = True
            self._answer(413, b"Too large.", "text/plain")
            return
        body = self.rfile.read(length)
        if found := re.fullmatch(r"/callbacks/([\w-]+)/([\w-]+)", self.path):
            key = self.headers.get("Idempotency-Key", "")
            reply = self.server.partner.books.take_call_back(found[1], found[2], key=key, body=body)
            self._answer(reply.status, json.dumps(reply.data).encode(), "application/json")
        else:
            self._press()

    def _press(self) -> None:
        """One of the desk's buttons; forms of other sites are refused."""
        partner = self.server.partner
        presses: dict[str, Callable[[], object]] = {
            "/requests": partner.send_request,
            "/call-back/fail": lambda: partner.books.set_failing(True),
            "/call-back/mend": lambda: partner.books.set_failing(False),
        }
        press = presses.get(self.path)
        if press is None:
            self._answer(404, b"There is nothing here.", "text/plain")
        elif self.headers.get("Origin") not in {None, partner.url, f"http://{self.headers.get('Host')}"}:
            self._answer(403, b"Press the button on our own page.", "text/plain")
        else:
            press()
            self._answer(303, b"", "text/plain", location="/")

    def _answer_asset(self, request_id: str, *, is_picture: bool) -> None:
        request = self.server.partner.books.get_request(request_id)
        if request is None:
            self._answer(404, b"There is no such asset.", "text/plain")
        elif is_picture:
            self._answer(200, draw_picture(request.hue), "image/png")
        else:
            self._answer(200, render_asset(request).encode(), HTML)

    def _answer(self, status: int, body: bytes, content_type: str, *, location: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """The terminal tells the demo's story; the server's own lines would drown it."""

"""Owns small servers on the loopback for tests of outbound calls: each answers from a thread, none sleeps."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Handler = Callable[[socket.socket, bytes], None]


@dataclass
class LoopbackServer:
    """A listening server; `requests` holds the head (and body) of each request, in order of arrival."""

    port: int
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    # Set by the thread when the other side has closed a connection, or ours was ended.
    closed: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.address}"


def respond(raw: bytes) -> Handler:
    """Give a handler that answers `raw` as it is."""
    return lambda connection, _: connection.sendall(raw)


def answer(body: bytes = b"ok", *, status: int = 200, headers: dict[str, str] | None = None) -> bytes:
    """Give the bytes of a whole HTTP answer."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@contextlib.contextmanager
def serve(handler: Handler, *, tls: ssl.SSLContext | None = None) -> Iterator[LoopbackServer]:
    """Serve on a free port of 127.0.0.1 until the block ends; `handler` gets the connection and the request."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = LoopbackServer(port=listener.getsockname()[1])
    thread = threading.Thread(target=_accept, args=(listener, server, handler, tls), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        # shutdown wakes the accept of the thread, close alone does not.
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=10)
        assert not thread.is_alive(), "the handler never ended"


def _accept(listener: socket.socket, server: LoopbackServer, handler: Handler, tls: ssl.SSLContext | None) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        server.connections += 1
        connection.settimeout(10)
        try:
            if tls is not None:
                connection = tls.wrap_socket(connection, server_side=True)
            request = _read_request(connection)
            server.requests.append(request)
            handler(connection, request)
        except OSError:
            pass  # the client cut the call: the very thing some tests are about
        finally:
            connection.close()
            server.closed.set()


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body

"""A caller in a process of its own: signed requests over kept connections, one selector loop, no library in between.

``python -m tools.bench.hammer PORT PATH SECRET CONNECTIONS REQUESTS``: signs all first, says "ready", waits for "go",
prints ``{"began", "ended", "accepted", "refused": [status]}``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import selectors
import socket
import sys
import time
from collections.abc import Iterator


def main(port: int, path: str, secret: str, connections: int, requests: int) -> None:
    """Send every request once; a connection sends its next when it has its answer."""
    calls = iter([make_request(path, secret, place) for place in range(requests)])
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.time()
    codes = send_all(calls, port=port, connections=min(connections, requests))
    refused = sorted({code.decode() for code in codes} - {"202"})
    figures = {"began": began, "ended": time.time(), "accepted": codes.count(b"202"), "refused": refused}
    print(json.dumps(figures))


def make_request(path: str, secret: str, place: int) -> bytes:
    """One POST as bytes, signed as Standard Webhooks 1.0 says: HMAC-SHA256 over ``id.timestamp.body``."""
    message_id, now = f"msg_{secrets.token_hex(8)}", str(int(time.time()))
    body = json.dumps(
        {"request_id": message_id, "title": f"Spring campaign {place}", "amount": place, "tags": ["bench", "load"]}
    ).encode()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mark = base64.b64encode(hmac.digest(key, f"{message_id}.{now}.".encode() + body, hashlib.sha256)).decode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"webhook-id: {message_id}\r\nwebhook-timestamp: {now}\r\nwebhook-signature: v1,{mark}\r\n\r\n"
    )
    return head.encode() + body


def send_all(calls: Iterator[bytes], *, port: int, connections: int) -> list[bytes]:
    """The status codes of all answers. Raises ConnectionError when the server hangs up."""
    codes: list[bytes] = []
    with selectors.DefaultSelector() as selector:
        for _ in range(connections):
            link = socket.create_connection(("127.0.0.1", port))
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(link, selectors.EVENT_READ, bytearray())
            link.sendall(next(calls))
        while selector.get_map():
            for key, _ in selector.select(timeout=30):
                _read_answer(selector, key, calls, codes)
    return codes


def _read_answer(
    selector: selectors.BaseSelector, key: selectors.SelectorKey, calls: Iterator[bytes], codes: list[bytes]
) -> None:
    link, kept = key.fileobj, key.data
    if not isinstance(link, socket.socket):
        raise TypeError("only sockets are registered")
    received = link.recv(65_536)
    if not received:
        raise ConnectionError("the server hung up")
    kept += received
    head, found, rest = bytes(kept).partition(b"\r\n\r\n")
    if not found or not _is_whole(head, rest):
        return
    codes.append(head.split(b" ", 2)[1])
    kept.clear()
    following = next(calls, None)
    if following is None:
        selector.unregister(link)
        link.close()
    else:
        link.sendall(following)


def _is_whole(head: bytes, body: bytes) -> bool:
    """Whether an answer with Content-Length or in chunks (RFC 9112, section 7.1) has come to its end."""
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    if b"content-length" in fields:
        return len(body) >= int(fields[b"content-length"])
    return body.endswith(b"0\r\n\r\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))

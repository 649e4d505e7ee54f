"""Bodies that never end do not fill the disk of the embedded mode."""

from __future__ import annotations

import asyncio
from typing import Any

from django.test import override_settings

from integrator.files.body_limit import BodyLimit, Message, Receive, Send


async def take_all(scope: Message, receive: Receive, send: Send) -> None:
    """An application that reads the whole body, as Django does."""
    total = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return  # answers nothing, as Django
        total += len(message["body"])
        if not message.get("more_body"):
            await send({"type": "taken", "bytes": total})
            return


def pass_through(pieces: list[bytes], headers: list[tuple[bytes, bytes]] | None = None) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []
    left = list(pieces)

    async def receive() -> Message:
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def send(message: Message) -> None:
        sent.append(dict(message))

    with override_settings(UPLOAD_MAX_BYTES=10, UPLOAD_FIELD_MAX_BYTES=5):
        asyncio.run(BodyLimit(take_all)({"type": "http", "headers": headers or []}, receive, send))
    return sent


class TestBodyLimit:
    def test_passes_on_what_is_within_it(self) -> None:
        assert pass_through([b"x" * 10, b"y" * 10], [(b"content-length", b"20")]) == [{"type": "taken", "bytes": 20}]

    def test_refuses_an_announced_length_over_it_unread(self) -> None:
        start, body = pass_through([], [(b"content-length", b"21")])
        assert start["status"] == 413
        assert b"larger than 10 bytes" in body["body"]

    def test_cuts_a_chunked_body_off(self) -> None:
        start, body = pass_through([b"x" * 15] * 100)
        assert start["status"] == 413
        assert b"larger than 10 bytes" in body["body"]

"""The largest body that the embedded mode's server takes in at all: Django would write any length to disk first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from integrator.files.limits import get_limits, refuse_upload

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]


class BodyLimit:
    """Wraps an ASGI application. An announced length over the limit is 413; a chunked body is cut off there."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on what is within the limit, and anything that is no HTTP request."""
        limits = get_limits()
        most = limits.upload_bytes + 2 * limits.field_bytes
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif _find_length(scope) > most:
            await _refuse(send, refuse_upload(limits).message)
        else:
            await self._pass(scope, receive, send, most)

    async def _pass(self, scope: Message, receive: Receive, send: Send, most: int) -> None:
        """Django answers nothing to a caller whom it takes for gone, so one that was cut off is answered here."""
        left, is_answered = most, False

        async def take() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            return message if left >= 0 else {"type": "http.disconnect"}

        async def tell(message: Message) -> None:
            nonlocal is_answered
            is_answered = True
            await send(message)

        await self._app(scope, take, tell)
        if left < 0 and not is_answered:
            await _refuse(send, refuse_upload(get_limits()).message)


def _find_length(scope: Message) -> int:
    text = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(text) if text.isdigit() else 0


async def _refuse(send: Send, text: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": f"{text}\n".encode()})

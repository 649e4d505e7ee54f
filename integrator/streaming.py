"""Answers that leave piece by piece, under WSGI and ASGI alike. Every ``StreamingHttpResponse`` of ours is made here.

Under ASGI, which ``up`` serves, Django would collect a plain iterator whole before its first byte leaves.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from rest_framework.request import Request
from whitenoise.middleware import WhiteNoiseMiddleware

ENOUGH_BYTES = 65_536  # short pieces, such as lines, go together up to here: each journey between threads costs


def stream(
    request: HttpRequest | Request,
    pieces: Iterable[str | bytes],
    *,
    content_type: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> StreamingHttpResponse:
    """This will send the pieces while they are made, all by the thread that serves the request: it has the database."""
    asked = request._request if isinstance(request, Request) else request
    content = _send(iter(pieces)) if isinstance(asked, ASGIRequest) else pieces
    return StreamingHttpResponse(content, content_type=content_type, headers=headers)


def send_lines(
    request: HttpRequest | Request, pieces: Iterable[str], *, name: str, content_type: str
) -> StreamingHttpResponse:
    """This will send a text file while it is made, to be kept under ``name`` and in no cache."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return stream(request, pieces, content_type=content_type, headers=headers)


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]  # WhiteNoise has no types
    """WhiteNoise's; its files leave piece by piece too."""

    @staticmethod
    def serve(static_file: object, request: HttpRequest) -> StreamingHttpResponse:
        """The answer with the file, or the one that says it has not changed."""
        answer: StreamingHttpResponse = WhiteNoiseMiddleware.serve(static_file, request)
        if isinstance(request, ASGIRequest):
            answer.streaming_content = _send(map(bytes, answer))
        return answer


async def _send(pieces: Iterator[str | bytes]) -> AsyncIterator[bytes]:
    take = sync_to_async(_take)
    try:
        while data := await take(pieces):
            yield data
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            await sync_to_async(close)()


def _take(pieces: Iterator[str | bytes]) -> bytes:
    """The next pieces, as many as are enough; nothing at the end."""
    taken: list[bytes] = []
    length = 0
    for piece in pieces:
        taken.append(piece.encode() if isinstance(piece, str) else piece)
        length += len(taken[-1])
        if length >= ENOUGH_BYTES:
            break
    return b"".join(taken)

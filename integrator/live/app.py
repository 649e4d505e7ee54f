"""``GET /live/`` as a bare ASGI application: no thread and no database connection belongs to an open stream.

``LiveApp`` answers that one path and hands everything else on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from http import HTTPStatus
from typing import Any, TypeAlias
from urllib.parse import parse_qs

from django.core.exceptions import DisallowedHost
from django.db import connections

from integrator.live.hub import HUB
from integrator.live.stream import Stream, encode_news, encode_position, encode_reset
from integrator.live.tail import find_end, look_from
from integrator.live.topics import make_notices
from integrator.live.viewer import Viewer, read_viewer

logger = logging.getLogger(__name__)

Scope: TypeAlias = Mapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]
Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]
App: TypeAlias = Callable[[Any, Any, Any], Awaitable[None]]

PATH = "/live/"
SIGN_OF_LIFE_S = 15.0
LASTS_S = 15 * 60.0  # then the page comes back, and its session and rights are looked at again
COME_BACK_MS = 1_000
OF_ONE_PERSON_MAX = 30
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]


class LiveApp:
    """Streams at ``/live/``; ``rest`` has all other addresses."""

    def __init__(self, rest: App) -> None:
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == PATH:
            await answer_live(scope, receive, send)
        else:
            await self._rest(scope, receive, send)


class OnlyFor:
    """Lets an application have these paths alone; all others are unknown."""

    def __init__(self, paths: Collection[str], application: App) -> None:
        self._paths, self._application = frozenset(paths), application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self._paths:
            await self._application(scope, receive, send)
        else:
            await _refuse(send, HTTPStatus.NOT_FOUND)


async def answer_live(scope: Scope, receive: Receive, send: Send) -> None:
    """This will stream until the page goes, its time is over, its rights changed or the process ends.

    ``Last-Event-ID``, or ``?after=``, resumes where an earlier stream ended.
    """
    if scope["method"] != "GET":
        await _refuse(send, HTTPStatus.METHOD_NOT_ALLOWED, (b"allow", b"GET"))
        return
    try:
        viewer, end = await asyncio.to_thread(_read, scope)
    except DisallowedHost:
        await _refuse(send, HTTPStatus.BAD_REQUEST)
        return
    except Exception:
        logger.warning("a live stream could not begin", exc_info=True)
        await _refuse(send, HTTPStatus.SERVICE_UNAVAILABLE, (b"retry-after", b"5"))
        return
    if viewer is None:
        await _refuse(send, HTTPStatus.UNAUTHORIZED)
    elif HUB.is_stopping:
        await _refuse(send, HTTPStatus.SERVICE_UNAVAILABLE, (b"retry-after", b"1"))
    elif HUB.count_of(viewer.person_id) >= OF_ONE_PERSON_MAX:
        await _refuse(send, HTTPStatus.TOO_MANY_REQUESTS, (b"retry-after", b"60"))
    else:
        await _stream(Stream(viewer, end), _read_position(scope), receive, send)


async def _stream(stream: Stream, resume_at: int | None, receive: Receive, send: Send) -> None:
    HUB.add(stream)  # before looking back: what comes meanwhile is told twice rather than never
    gone = asyncio.create_task(_wait_until_gone(receive, stream))
    try:
        await send({"type": "http.response.start", "status": HTTPStatus.OK, "headers": HEADERS})
        await _send_part(send, f"retry: {COME_BACK_MS}\n\n".encode())
        if resume_at is not None:
            await _send_part(send, await asyncio.to_thread(_look_back, stream.viewer, resume_at))
        await _send_news(stream, send)
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        HUB.remove(stream)
        gone.cancel()


async def _send_news(stream: Stream, send: Send) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + LASTS_S
    while loop.time() < until:
        messages = await stream.next_messages(within_s=SIGN_OF_LIFE_S)
        if messages:
            await _send_part(send, messages)
        if stream.is_over:
            return
        if not messages:
            await _send_part(send, encode_position(stream.position))


async def _wait_until_gone(receive: Receive, stream: Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
    stream.end()


def _read(scope: Scope) -> tuple[Viewer | None, int]:
    """The position first: what commits while rights are read is told, not missed."""
    try:
        end = find_end()
        return read_viewer(scope), end
    finally:
        connections.close_all()


def _look_back(viewer: Viewer, position: int) -> bytes:
    """What the page missed since ``position``, or the word to load anew when that was too much."""
    try:
        look = look_from(position)
        if look.is_cut:
            return encode_reset(find_end())
        about = [each for notice in make_notices(look.news) if viewer.may_hear(notice) for each in notice.about]
        return encode_news(about, look.position) if about else encode_position(look.position)
    finally:
        connections.close_all()


def _read_position(scope: Scope) -> int | None:
    headers = dict(scope["headers"])
    asked = parse_qs(scope["query_string"].decode("latin-1")).get("after", [""])[-1]
    text = headers.get(b"last-event-id", b"").decode("latin-1") or asked
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


async def _send_part(send: Send, part: bytes) -> None:
    await send({"type": "http.response.body", "body": part, "more_body": True})


async def _refuse(send: Send, status: HTTPStatus, *headers: tuple[bytes, bytes]) -> None:
    body = f"{status.phrase}\n".encode()
    given = [(b"content-type", b"text/plain"), (b"cache-control", b"no-store"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": given})
    await send({"type": "http.response.body", "body": body, "more_body": False})

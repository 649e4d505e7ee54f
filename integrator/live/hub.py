"""One listener a process feeds all streams: it looks into the event log when the bell rings, at least once a second
while anybody listens, and not at all while nobody does."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Sequence

from django.db import close_old_connections, connections

from integrator.live.stream import Stream, encode_news, encode_reset
from integrator.live.tail import Look, News, look_from
from integrator.live.topics import PEOPLE_TOPICS, Notice, make_notices

logger = logging.getLogger(__name__)
EVERY_S = 1.0
BATCH = 2_000
REST_S = 0.03  # between two looks, so that a storm of commits is told of in batches
SEEN_MAX = 20_000
HARMLESS = frozenset({"person.signed_in", "person.sign_in_failed"})


class Hub:
    """The streams of this process. ``add`` and ``remove`` are called in the event loop; the rest from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._streams: dict[Stream, asyncio.AbstractEventLoop] = {}
        self._position: int | None = None  # None: nobody listens, so nobody looks
        self._seen: dict[int, int] = {}  # id → position of what was told and may be found again
        self._beyond_id = 0  # not 0: a transaction has been under way for so long that lower ids are given up for now
        self._thread: threading.Thread | None = None

    def add(self, stream: Stream) -> None:
        """Tell this stream of everything from its own position on, or from the hub's where that is later."""
        with self._lock:
            self._streams[stream] = asyncio.get_running_loop()
            if self._position is None:
                self._position = stream.position
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep_looking, name="integrator-live", daemon=True)
                self._thread.start()
        self._wake.set()

    def remove(self, stream: Stream) -> None:
        """Tell it no more."""
        with self._lock:
            self._streams.pop(stream, None)

    def count_of(self, person_id: int) -> int:
        """How many streams this person has open here."""
        with self._lock:
            return sum(stream.viewer.person_id == person_id for stream in self._streams)

    def wake(self) -> None:
        """Look now: something was committed."""
        self._wake.set()

    def stop(self) -> None:
        """End every stream and look no more."""
        self._stop.set()
        self._wake.set()
        for stream, loop in self._list_streams():
            _call_in(loop, stream.end)

    @property
    def is_stopping(self) -> bool:
        """Whether the process ends."""
        return self._stop.is_set()

    def _keep_looking(self) -> None:
        try:
            while not self._stop.is_set():
                self._wake.wait(EVERY_S if self._is_wanted() else None)
                self._wake.clear()
                if self._is_wanted():
                    self._look_once()
                    self._stop.wait(REST_S)
        finally:
            connections.close_all()

    def _look_once(self) -> None:
        close_old_connections()
        try:
            look = look_from(self._position or 0, limit=BATCH, beyond_id=self._beyond_id, seen=self._seen)
            self._tell(look)
        except Exception:  # the database may be away; the next look starts from the same position
            logger.warning("live pages could not look into the event log", exc_info=True)
            connections.close_all()

    def _tell(self, look: Look) -> None:
        notices = make_notices(look.news)
        for stream, loop in self._list_streams():
            _send(stream, loop, notices, look.position)
        self._end_where_rights_changed(look.news)
        self._go_on_from(look)

    def _go_on_from(self, look: Look) -> None:
        """Move on, and keep in mind what the next look would find again."""
        seen = self._seen | {event.id: event.at_position for event in look.news}
        self._seen = {event_id: at for event_id, at in seen.items() if at >= look.position}
        has_moved = look.position != self._position
        if has_moved and self._beyond_id:
            self._beyond_id = 0
            self._tell_to_load_anew(look.position)
        if len(self._seen) > SEEN_MAX:
            self._beyond_id, self._seen = max(self._seen), {}
            self._tell_to_load_anew(look.position)
        if look.is_cut:
            self._wake.set()
        with self._lock:
            if self._position is not None:
                self._position = look.position

    def _tell_to_load_anew(self, position: int) -> None:
        for stream, loop in self._list_streams():
            _call_in(loop, stream.push, encode_reset(position), position)

    def _end_where_rights_changed(self, fresh: Sequence[News]) -> None:
        changed = [event for event in fresh if event.subject_type in PEOPLE_TOPICS and event.name not in HARMLESS]
        if not changed:
            return
        people = {event.subject_id for event in changed if event.subject_type == "person"}
        is_general = any(event.subject_type != "person" for event in changed)
        for stream, loop in self._list_streams():
            if is_general or str(stream.viewer.person_id) in people:
                _call_in(loop, stream.end)

    def _is_wanted(self) -> bool:
        with self._lock:
            if not self._streams:
                self._position, self._seen, self._beyond_id = None, {}, 0
            return bool(self._streams)

    def _list_streams(self) -> list[tuple[Stream, asyncio.AbstractEventLoop]]:
        with self._lock:
            return list(self._streams.items())


def _send(stream: Stream, loop: asyncio.AbstractEventLoop, notices: Sequence[Notice], position: int) -> None:
    about = [each for notice in notices if stream.viewer.may_hear(notice) for each in notice.about]
    if about:
        _call_in(loop, stream.push, encode_news(about, position), position)
    else:
        _call_in(loop, stream.move, position)


def _call_in(loop: asyncio.AbstractEventLoop, function: object, *args: object) -> None:
    try:
        loop.call_soon_threadsafe(function, *args)  # type: ignore[arg-type]
    except RuntimeError:  # the loop has ended with its process
        logger.debug("a stream's loop is closed")


HUB = Hub()

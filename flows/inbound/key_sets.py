"""Key sets of those who issue tokens: fetched through the guarded door, kept, fetched anew when a key is unknown."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings

from flows.errors import CallRefused
from integrator.lib.outbound_http import OutboundError, OutboundPolicy, OutboundRequest, send
from integrator.lib.signing import TokenKey, read_key_set

KEPT_FOR_S = 600.0
KEPT_WHILE_AWAY_S = 86_400.0  # keys that were good go on being so while their issuer cannot be reached
ANEW_AFTER_S = 60.0  # so long after a fetch an unknown key makes us look again
TRIED_AGAIN_AFTER_S = 10.0  # after a fetch that failed
TIMEOUT_S = 5.0
MAX_BYTES = 262_144
MAX_SETS = 256
UNREACHABLE = "We cannot check your token at the moment. Send the call again in a minute."


@dataclass(kw_only=True)
class _Set:
    """The keys of one address. Times by ``time.monotonic()``; -inf: never."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    data: bytes = b""
    fetched_at: float = float("-inf")
    tried_at: float = float("-inf")
    fault: str = ""


class KeySets:
    """The key sets of this process. ``fetch`` gives the bytes at an address or raises ValueError in words."""

    def __init__(
        self, fetch: Callable[[str], bytes], *, clock: Callable[[], float] = time.monotonic, most: int = MAX_SETS
    ) -> None:
        self._fetch, self._clock, self._most = fetch, clock, most
        self._guard = threading.Lock()
        self._sets: dict[str, _Set] = {}

    def find(self, url: str, algorithm: str, key_id: str | None) -> list[TokenKey]:
        """The keys at ``url`` for ``algorithm``, those named ``key_id`` if a token names one; [] when none fits.

        Raises CallRefused (``intake.keys_unreachable``), which is no fault of the caller, when they cannot be had.
        """
        kept = self._open(url)
        has_none = not kept.fault and self._clock() - kept.fetched_at >= KEPT_WHILE_AWAY_S
        if not kept.lock.acquire(blocking=has_none):  # while others fetch, only who has nothing to go by waits
            return self._find_meanwhile(kept, url, algorithm, key_id)
        try:
            return self._find_at_best(kept, url, algorithm, key_id)
        finally:
            kept.lock.release()

    def forget(self) -> None:
        """Keep nothing (tests)."""
        with self._guard:
            self._sets.clear()

    def _find_at_best(self, kept: _Set, url: str, algorithm: str, key_id: str | None) -> list[TokenKey]:
        if self._clock() - kept.fetched_at >= KEPT_FOR_S:
            self._renew(kept, url)
        found = self._select(kept, url, algorithm, key_id)
        if not found and self._clock() - max(kept.fetched_at, kept.tried_at) >= ANEW_AFTER_S:
            self._renew(kept, url)
            found = self._select(kept, url, algorithm, key_id)
        return found

    def _find_meanwhile(self, kept: _Set, url: str, algorithm: str, key_id: str | None) -> list[TokenKey]:
        """While another caller fetches: a slow issuer, or tokens with made-up key names, may hold up nobody else."""
        found = self._select(kept, url, algorithm, key_id)
        if not found:
            reason = f"The key set {url} is just being fetched anew, and the key is not in the one before."
            raise CallRefused("intake.keys_unreachable", UNREACHABLE, reason=reason)
        return found

    def _open(self, url: str) -> _Set:
        with self._guard:
            if url not in self._sets and len(self._sets) >= self._most:
                self._sets.pop(next(iter(self._sets)))
            return self._sets.setdefault(url, _Set())

    def _renew(self, kept: _Set, url: str) -> None:
        now = self._clock()
        if kept.fault and now - kept.tried_at < TRIED_AGAIN_AFTER_S:
            return
        kept.tried_at = now
        try:
            kept.data = self._fetch(url)
        except ValueError as error:
            kept.fault = str(error)
        else:
            kept.fetched_at, kept.fault = now, ""

    def _select(self, kept: _Set, url: str, algorithm: str, key_id: str | None) -> list[TokenKey]:
        if kept.fault and self._clock() - kept.fetched_at >= KEPT_WHILE_AWAY_S:
            raise CallRefused(
                "intake.keys_unreachable", UNREACHABLE, reason=f"The key set {url} cannot be had: {kept.fault}"
            )
        keys = read_key_set(kept.data, algorithm)
        return keys if key_id is None else [key for key in keys if key.key_id == key_id]


def fetch_key_set(url: str) -> bytes:
    """The bytes at ``url``, which are a key set. Raises ValueError saying why not."""
    request = OutboundRequest(
        method="GET", url=url, headers={"accept": "application/json"}, timeout_s=TIMEOUT_S, max_bytes=MAX_BYTES
    )
    try:
        response = send(request, policy=OutboundPolicy(allow=tuple(settings.OUTBOUND_ALLOW)))
    except OutboundError as error:
        raise ValueError(error.message) from error
    if response.status != 200:
        raise ValueError(f"it answered {response.status}.")
    read_key_set(response.body, "RS256")
    return response.body


KEY_SETS = KeySets(fetch_key_set)

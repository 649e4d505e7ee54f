"""Owns how identifiers and random tokens are made. Must not store or compare them."""

from __future__ import annotations

import secrets
import threading
import time
import uuid


class _Stamps:
    """Gives 60-bit times, milliseconds and a fraction, each greater than the last, to any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self, now_ns: int) -> int:
        millis, nanos = divmod(now_ns, 1_000_000)
        with self._lock:
            self._last = max((millis << 12) | (nanos * 4096 // 1_000_000), self._last + 1)
            return self._last


_stamps = _Stamps()


def new_uuid() -> uuid.UUID:
    """Make a UUID version 7 (RFC 9562, section 5.7): ordered by time, strictly rising within a process.

    48 bits of milliseconds, 12 bits of their fraction (section 6.2, method 3; counted on when two fall together or
    the clock steps back), 62 random bits.
    """
    stamp = _stamps.next(time.time_ns())
    high = (stamp >> 12) << 16 | 0x7000 | (stamp & 0xFFF)
    low = 0b10 << 62 | secrets.randbits(62)
    return uuid.UUID(int=high << 64 | low)


def new_token(bits: int = 128) -> str:
    """Make a URL-safe random text of at least `bits` bits from the operating system; fewer than 64 is a ValueError."""
    if bits < 64:
        raise ValueError("a token needs at least 64 bits")
    return secrets.token_urlsafe((bits + 7) // 8)

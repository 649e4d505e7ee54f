"""Owns what every kind of signature needs: reading headers, checking clocks, comparing in constant time."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from integrator.lib.clock import ClockError, parse_instant
from integrator.lib.signing.errors import CLOCK, MALFORMED, MISMATCH, MISSING, NO_SECRET, SignatureError

TOLERANCE_S = 300
MAX_HEADER_CHARS = 8_192
ANOTHER_SECRET = "signed with another secret, or the body was changed on the way"

_UNIX_TIME = re.compile(r"\d{1,16}(?:\.\d{1,9})?", re.ASCII)
_MILLISECONDS_FROM = 10_000_000_000


def read_header(headers: Mapping[str, str], name: str) -> str:
    """Give a header's value, whatever the case of its name. Raises SignatureError when missing, empty or overlong."""
    value = headers.get(name.lower())
    if value is None:
        value = next((text for key, text in headers.items() if key.lower() == name.lower()), "")
    value = value.strip()
    if not value:
        raise SignatureError(MISSING, f"the header {name.lower()} is missing")
    if len(value) > MAX_HEADER_CHARS:
        raise SignatureError(MALFORMED, f"the header {name.lower()} is longer than {MAX_HEADER_CHARS:,} characters")
    return value


def read_timestamp(text: str, name: str) -> datetime:
    """Read Unix time in seconds or milliseconds, or RFC 3339. Raises SignatureError."""
    try:
        if not _UNIX_TIME.fullmatch(text):
            return parse_instant(text)
        number = float(text)
        return datetime.fromtimestamp(number / 1000 if number >= _MILLISECONDS_FROM else number, UTC)
    except (ClockError, ValueError, OverflowError, OSError) as error:
        raise SignatureError(MALFORMED, f"the timestamp in {name} is neither Unix time nor RFC 3339") from error


def check_clock(moment: datetime, now: datetime, tolerance_s: int) -> None:
    """Refuse a timestamp more than `tolerance_s` away from `now`, in words: "clock 9 min off"."""
    off_s = abs((now - moment).total_seconds())
    if off_s > tolerance_s:
        direction = "behind" if moment < now else "ahead"
        raise SignatureError(CLOCK, f"clock {format_span(off_s)} off (the sender's timestamp is {direction})")


def check_any(given: Iterable[bytes], expected: Sequence[bytes]) -> None:
    """Accept when one of `given` equals one of `expected`; every pair is compared. Raises SignatureError."""
    found = False
    for candidate in given:
        for right in expected:
            found |= hmac.compare_digest(candidate, right)
    if not found:
        raise SignatureError(MISMATCH, ANOTHER_SECRET)


def equal_texts(given: str, expected: str) -> bool:
    """Compare two secrets in time that tells neither content nor length."""
    left = hashlib.sha256(given.encode(errors="surrogatepass")).digest()
    right = hashlib.sha256(expected.encode(errors="surrogatepass")).digest()
    return hmac.compare_digest(left, right)


def require_secrets(secrets: Sequence[str]) -> Sequence[str]:
    """Give the secrets that are not empty. Raises SignatureError when none is left, so that nothing passes unsigned."""
    usable = [secret for secret in secrets if secret]
    if not usable:
        raise SignatureError(NO_SECRET, "no secret is stored here to check the signature with")
    return usable


def format_span(seconds: float) -> str:
    """Elapsed time in words, to the minute: "9 min", "3 h", "4 days"."""
    if seconds < 3600:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h" if seconds < 48 * 3600 else f"{round(seconds / 86_400)} days"

"""The bytes of an event's payload and their digest. The text is stored just as it was digested."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

SALT_BYTES = 16

Changes = Mapping[str, tuple[object, object]]


def encode_payload(data: Mapping[str, object], changes: Changes) -> str:
    """JSON with sorted keys and no white space, in ASCII: PostgreSQL's text takes no NUL and UTF-8 no lone surrogate.

    Raises TypeError for a value that has no JSON form and ValueError for NaN and infinity.
    """
    listed = {field: [old, new] for field, (old, new) in changes.items()}
    return _ENCODER.encode({"changes": listed, "data": data})


def decode_payload(text: str | None) -> tuple[dict[str, Any], dict[str, tuple[Any, Any]]]:
    """``(data, changes)`` of a stored payload; two empty ones when it was erased (None)."""
    if text is None:
        return {}, {}
    stored = json.loads(text)
    return stored["data"], {field: (pair[0], pair[1]) for field, pair in stored["changes"].items()}


def digest_payload(salt: bytes, payload: str) -> bytes:
    """HMAC-SHA256 (RFC 2104) of the payload's bytes, keyed by its salt: 32 bytes.

    The salt keeps a short payload from being guessed out of the digest once it is erased.
    """
    return hmac.digest(salt, payload.encode("utf-8", "surrogatepass"), hashlib.sha256)


def _write_value(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"An event's data cannot hold {type(value).__name__}.")


_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False, default=_write_value
)

"""Owns how a body is hashed: bytes at hand, or pieces of one that is too large to hold. Must not compare anything."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from typing import Protocol, TypeAlias, runtime_checkable


@runtime_checkable
class PiecedBody(Protocol):
    """A body that lies elsewhere, such as in a file. Each call of ``pieces`` begins anew."""

    def pieces(self) -> Iterator[bytes]:
        """The raw bytes, piece by piece."""
        ...


Body: TypeAlias = bytes | PiecedBody


def make_mac(key: bytes, before: bytes, body: Body, algorithm: str) -> bytes:
    """Give the HMAC (RFC 2104) of `before` and the body behind it."""
    if isinstance(body, bytes):
        return hmac.digest(key, before + body if before else body, algorithm)
    mac = hmac.new(key, before, algorithm)
    for piece in body.pieces():
        mac.update(piece)
    return mac.digest()

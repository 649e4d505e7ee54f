"""What a seal covers of a row: every column and the payload's digest, unambiguously encoded. Pure.

A leaf is ``integrator.event/1`` and then each field as 4 bytes of length (big-endian) and its UTF-8 bytes, in the order
of ``LeafRow`` up to ``digest``; numbers are decimal, ``at`` is UTC with microseconds, None has the length 0xFFFFFFFF.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from integrator.events.payloads import digest_payload

LEAF_COLUMNS = (
    *("id", "at", "name", "actor", "subject_type", "subject_id", "correlation", "team_id", "tx", "depth", "digest"),
    *("payload__salt", "payload__payload"),
)
MARK_BYTES = 8
ENTRY_BYTES = 8 + MARK_BYTES
_FORMAT = b"integrator.event/1"
_NONE = b"\xff\xff\xff\xff"


class LeafRow(NamedTuple):
    """A row as ``LEAF_COLUMNS`` reads it. ``salt`` and ``payload`` are None once erased."""

    id: int
    at: datetime
    name: str
    actor: str
    subject_type: str
    subject_id: str
    correlation: str
    team_id: int | None
    tx: int
    depth: int
    digest: bytes
    salt: bytes | None
    payload: str | None

    def encode(self) -> tuple[bytes, bytes]:
        """The leaf's bytes, and its mark: 8 bytes for the content without its place (id, tx).

        The mark tells an edited row from a moved one; what is signed are the leaves.
        """
        fields = [_encode_field(value) for value in self[:11]]
        content = b"".join((*fields[1:8], *fields[9:]))
        return _FORMAT + b"".join(fields), hashlib.sha256(content).digest()[:MARK_BYTES]

    def has_its_payload(self) -> bool:
        """Whether the payload is the one that was recorded. Only for rows whose payload is still there."""
        return (
            self.payload is not None
            and self.salt is not None
            and digest_payload(bytes(self.salt), self.payload) == bytes(self.digest)
        )


class ManifestEntry(NamedTuple):
    """One row of a seal: which id, and the mark of its content."""

    id: int
    mark: bytes


def pack_manifest(entries: Iterable[ManifestEntry]) -> bytes:
    """16 bytes a row, in the order of the leaves."""
    return b"".join(entry.id.to_bytes(8, "big") + entry.mark for entry in entries)


def unpack_manifest(manifest: bytes) -> Iterator[ManifestEntry]:
    """Read back what ``pack_manifest`` wrote."""
    for start in range(0, len(manifest), ENTRY_BYTES):
        yield ManifestEntry(
            int.from_bytes(manifest[start : start + 8], "big"), manifest[start + 8 : start + ENTRY_BYTES]
        )


def _encode_field(value: object) -> bytes:
    if value is None:
        return _NONE
    if isinstance(value, datetime):
        encoded = value.astimezone(UTC).isoformat(timespec="microseconds").encode()
    elif isinstance(value, bytes | memoryview):
        encoded = bytes(value)
    else:
        encoded = str(value).encode("utf-8", "surrogatepass")
    return len(encoded).to_bytes(4, "big") + encoded

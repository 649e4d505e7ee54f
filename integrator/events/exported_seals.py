"""The file of seals that goes to another machine: one JSON object a line, a head and then the seals in order.

The head: ``{"format", "exported_at", "public_key" (PEM), "rotations": [...]}``; a seal: ``{"body",
"signature"}``. With this file and the public key, a cut tail, a rewrite or a restored old backup shows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from integrator.database.clock import get_database_now
from integrator.events.errors import SealsUnreadable
from integrator.events.keys import PublicKey, build_ring, load_signing_key, rotation_body
from integrator.events.models import Seal, SealKeyRotation
from integrator.events.statements import hash_signed_seal, seal_body

FORMAT = "integrator-seals/1"


class Writable(Protocol):
    """A text file, or a command's output."""

    def write(self, text: str, /) -> object: ...


@dataclass(frozen=True, kw_only=True)
class ExportedSeal:
    """A seal of the file whose signature holds. ``hash`` is how the seal after it names it."""

    number: int
    hash: str


def write_exported_seals(out: Writable) -> tuple[int, PublicKey]:
    """This will write all seals, oldest first, and give their count and the public key that signs now."""
    key = load_signing_key().public
    rotations = [
        {**rotation_body(each), "old_signature": each.old_signature, "new_signature": each.new_signature}
        for each in SealKeyRotation.objects.order_by("id")
    ]
    head = {
        "format": FORMAT,
        "exported_at": get_database_now().isoformat(),
        "public_key": key.to_pem(),
        "rotations": rotations,
    }
    out.write(json.dumps(head) + "\n")
    count = 0
    for seal in Seal.objects.order_by("number").iterator(chunk_size=20):
        count += 1
        out.write(json.dumps({"body": seal_body(seal), "signature": seal.signature}) + "\n")
    return count, key


def read_public_key(text: str) -> PublicKey:
    """The key in a PEM file, or in the head of an exported file. Raises SealKeyUnreadable, SealsUnreadable."""
    if text.lstrip().startswith("{"):
        return PublicKey.from_pem(str(_parse_line(text.lstrip().splitlines()[0]).get("public_key")))
    return PublicKey.from_pem(text)


def read_exported_seals(lines: Iterable[str], trusted: PublicKey) -> Iterator[ExportedSeal]:
    """The seals of the file, each signature checked. Raises SealsUnreadable at the first that does not hold."""
    numbered = iter(lines)
    head = _parse_line(next(numbered, ""))
    if head.get("format") != FORMAT:
        raise SealsUnreadable(f"This is no file of export_seals: its first line does not say {FORMAT}.")
    ring = build_ring(trusted, map(_read_rotation, head.get("rotations", [])))
    previous: ExportedSeal | None = None
    for line in numbered:
        if line.strip():
            previous = _check_line(_parse_line(line), ring, previous)
            yield previous


def _check_line(line: dict[str, Any], ring: dict[str, PublicKey], previous: ExportedSeal | None) -> ExportedSeal:
    body, signature = line.get("body", {}), line.get("signature", "")
    key = ring.get(body.get("key_id"))
    number = body.get("number")
    if key is None or not key.has_signed("seal", body, signature):
        raise SealsUnreadable(
            f"Seal {number} of the exported file is not signed by a key that the public key vouches for."
        )
    if previous and (number != previous.number + 1 or body["previous"] != previous.hash):
        raise SealsUnreadable(f"Seal {number} of the exported file does not follow seal {previous.number}.")
    return ExportedSeal(number=number, hash=hash_signed_seal(body, signature))


def _read_rotation(stored: dict[str, Any]) -> SealKeyRotation:
    return SealKeyRotation(**{**stored, "rotated_at": datetime.fromisoformat(stored["rotated_at"])})


def _parse_line(line: str) -> dict[str, Any]:
    try:
        parsed = json.loads(line)
    except ValueError as error:
        raise SealsUnreadable("A line of the exported file is no JSON: it was cut off or edited.") from error
    if not isinstance(parsed, dict):
        raise SealsUnreadable("A line of the exported file is no JSON object: it was edited.")
    return parsed

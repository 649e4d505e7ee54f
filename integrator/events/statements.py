"""What is signed of a seal and of a tombstone, and the hash by which the next seal names the one before. Pure."""

from __future__ import annotations

import hashlib

from integrator.events.keys import to_sign
from integrator.events.models import Seal, Tombstone


def seal_body(seal: Seal) -> dict[str, object]:
    """Every column except the signature; the manifest by its SHA-256."""
    return {
        "number": seal.number,
        "epoch": seal.epoch,
        "cluster": seal.cluster,
        "kind": str(seal.kind),
        "tx_from": seal.tx_from,
        "tx_to": seal.tx_to,
        "id_from": seal.id_from,
        "id_to": seal.id_to,
        "id_mark": seal.id_mark,
        "count": seal.count,
        "first_id": seal.first_id,
        "last_id": seal.last_id,
        "root": seal.root,
        "manifest": hashlib.sha256(bytes(seal.manifest)).hexdigest(),
        "previous": seal.previous,
        "sealed_at": seal.sealed_at.isoformat(),
        "key_id": seal.key_id,
    }


def tombstone_body(tombstone: Tombstone) -> dict[str, object]:
    """Every column except the signature."""
    return {
        "through_seal": tombstone.through_seal,
        "through_hash": tombstone.through_hash,
        "removed_count": tombstone.removed_count,
        "purged_at": tombstone.purged_at.isoformat(),
        "key_id": tombstone.key_id,
    }


def hash_seal(seal: Seal) -> str:
    """SHA-256 in hex over the signed bytes and the signature."""
    return hash_signed_seal(seal_body(seal), seal.signature)


def hash_signed_seal(body: dict[str, object], signature: str) -> str:
    """The same for a seal that was read from an exported file."""
    return hashlib.sha256(to_sign("seal", body) + signature.encode()).hexdigest()

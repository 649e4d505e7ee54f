"""The Ed25519 key (RFC 8032) that signs seals, in a file outside the database, and the keys it vouches for.

Private keys are PEM (PKCS #8), public keys PEM (SubjectPublicKeyInfo) in files and hex in the database.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.db import transaction

from integrator.database.clock import get_database_now
from integrator.events.actors import Actor
from integrator.events.errors import SealKeyUnreadable
from integrator.events.log import record
from integrator.events.models import Seal, SealKeyRotation
from integrator.keys import read_or_make_key


@dataclass(frozen=True, kw_only=True)
class PublicKey:
    """A public key; ``id`` is the first 16 hex digits of its SHA-256."""

    raw: bytes

    @property
    def id(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()[:16]

    def has_signed(self, purpose: str, body: Mapping[str, object], signature: str) -> bool:
        """Whether ``signature`` (hex) is this key's over ``body``."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(bytes.fromhex(signature), to_sign(purpose, body))
        except (InvalidSignature, ValueError):
            return False
        return True

    def to_pem(self) -> str:
        """The text of a public key file."""
        return (
            Ed25519PublicKey.from_public_bytes(self.raw)
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode()
        )

    @classmethod
    def from_pem(cls, text: str) -> PublicKey:
        """Raises SealKeyUnreadable."""
        try:
            key = serialization.load_pem_public_key(text.encode())
        except ValueError as error:
            raise SealKeyUnreadable("This is no public key: give the file that export_seals wrote.") from error
        if not isinstance(key, Ed25519PublicKey):
            raise SealKeyUnreadable("This public key is not an Ed25519 key: give the file that export_seals wrote.")
        return cls(raw=key.public_bytes_raw())


@dataclass(frozen=True, kw_only=True, repr=False)
class SigningKey:
    """A private key; never shown."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> PublicKey:
        return PublicKey(raw=self.private.public_key().public_bytes_raw())

    def sign(self, purpose: str, body: Mapping[str, object]) -> str:
        """The signature in hex."""
        return self.private.sign(to_sign(purpose, body)).hex()

    def to_pem(self) -> bytes:
        """The content of the key file."""
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


def to_sign(purpose: str, body: Mapping[str, object]) -> bytes:
    """The bytes under a signature: the purpose on a line of its own, then JSON with sorted keys and no white space."""
    return f"integrator.{purpose}/1\n".encode() + json.dumps(body, sort_keys=True, separators=(",", ":")).encode()


def load_signing_key() -> SigningKey:
    """The key in ``settings.SEAL_KEY_PATH``, made at first use. Raises SealKeyUnreadable."""
    return _parse(read_or_make_key(Path(settings.SEAL_KEY_PATH), _new_pem))


def find_public_key() -> PublicKey | None:
    """The public half of the key file; None when there is no file yet. Makes nothing. Raises SealKeyUnreadable."""
    path = Path(settings.SEAL_KEY_PATH)
    return _parse(path.read_bytes()).public if path.exists() else None


def rotate_seal_key(*, actor: Actor) -> PublicKey:
    """This will make a new key, have the old and the new one sign the change, and put the new one in the key file.

    A crash on the way leaves the old key in use. Records ``secret_key.rotated``. Raises SealKeyUnreadable.
    """
    old, new = load_signing_key(), SigningKey(private=Ed25519PrivateKey.generate())
    path = Path(settings.SEAL_KEY_PATH)
    waiting = path.with_name(f"{path.name}.next")
    waiting.unlink(missing_ok=True)
    read_or_make_key(waiting, new.to_pem)
    with transaction.atomic():
        head = Seal.objects.order_by("-number").values_list("number", flat=True).first()
        rotation = SealKeyRotation(
            old_public_key=old.public.raw.hex(),
            new_public_key=new.public.raw.hex(),
            after_seal=head or 0,
            rotated_at=get_database_now(),
        )
        body = rotation_body(rotation)
        rotation.old_signature, rotation.new_signature = old.sign("rotation", body), new.sign("rotation", body)
        rotation.save(force_insert=True)
        record("secret_key.rotated", actor=actor, subject=("seal_key", new.public.id), data={"key": "seals"})
    os.replace(waiting, path)
    return new.public


def rotation_body(rotation: SealKeyRotation) -> dict[str, object]:
    """What both keys sign."""
    return {
        "old_public_key": rotation.old_public_key,
        "new_public_key": rotation.new_public_key,
        "after_seal": rotation.after_seal,
        "rotated_at": rotation.rotated_at.isoformat(),
    }


def build_ring(trusted: PublicKey, rotations: Iterable[SealKeyRotation]) -> dict[str, PublicKey]:
    """Every key that ``trusted`` vouches for through rotations that both sides signed, itself included, by key id."""
    ring = {trusted.id: trusted}
    sound = [pair for rotation in rotations if (pair := _check_rotation(rotation))]
    grown = True
    while grown:
        grown = False
        for old, new in sound:
            if (old.id in ring) != (new.id in ring):
                ring.update({old.id: old, new.id: new})
                grown = True
    return ring


def _check_rotation(rotation: SealKeyRotation) -> tuple[PublicKey, PublicKey] | None:
    body = rotation_body(rotation)
    old = PublicKey(raw=bytes.fromhex(rotation.old_public_key))
    new = PublicKey(raw=bytes.fromhex(rotation.new_public_key))
    signed = old.has_signed("rotation", body, rotation.old_signature) and new.has_signed(
        "rotation", body, rotation.new_signature
    )
    return (old, new) if signed else None


def _new_pem() -> bytes:
    return SigningKey(private=Ed25519PrivateKey.generate()).to_pem()


def _parse(content: bytes) -> SigningKey:
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except ValueError as error:
        raise SealKeyUnreadable("The seal key file holds no PEM key: restore it from its backup.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SealKeyUnreadable("The seal key file holds another sort of key: restore it from its backup.")
    return SigningKey(private=key)

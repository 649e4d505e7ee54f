"""Checks an evidence pack without database, settings or network: the zip itself and, if given, a public key to trust.

EvidenceFault          a pack that does not hold; ``code`` is evidence.unreadable, .signature, .key, .file_missing,
                       .file_changed, .file_added, .seal, .event, .payload, .decision or .sample
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from integrator.events.evidence.packing import MANIFEST, PURPOSE
from integrator.events.evidence.proofs import FORMAT, read_data
from integrator.events.keys import PublicKey, build_ring
from integrator.events.leaves import LeafRow
from integrator.events.merkle import follow_path, hash_leaf
from integrator.events.models import SealKeyRotation

_CHUNK = 65_536
Json = dict[str, Any]
Ring = Mapping[str, PublicKey]


class EvidenceFault(Exception):
    """The first thing that does not hold, in words."""

    retryable = False

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = f"evidence.{code}", message
        self.details: Json = {}


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What was checked. ``packs`` counts this one and those inside; ``key_id`` signed it."""

    kind: str
    title: str
    key_id: str
    files: int = 0
    events: int = 0
    sealed: int = 0
    erased: int = 0
    packs: int = 1


def check_pack(content: IO[bytes], trusted: PublicKey | None = None, *, name: str = "the pack") -> Checked:
    """This will check everything that a pack says of itself. Raises EvidenceFault with the first fault.

    ``trusted`` None: the key inside is taken, and the caller says so. Packs inside a pack are held to the same key.
    """
    try:
        with zipfile.ZipFile(content) as archive:
            return _check(archive, trusted, name)
    except zipfile.BadZipFile as error:
        raise EvidenceFault("unreadable", f"{name} is no zip, or it is damaged.") from error
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise EvidenceFault("unreadable", f"{name} is not written as an evidence pack: {error!r:.120}") from error


def _check(archive: zipfile.ZipFile, trusted: PublicKey | None, name: str) -> Checked:
    if MANIFEST not in archive.namelist():
        raise EvidenceFault("file_missing", f"{name} has no {MANIFEST}.")
    manifest = _read(archive, MANIFEST)
    body = manifest["body"]
    if body.get("format") != FORMAT:
        raise EvidenceFault("unreadable", f"{name} is not of the format {FORMAT}.")
    seals = _read(archive, "seals.json") if "seals.json" in body["files"] and _has(archive, "seals.json") else {}
    ring = _make_ring(body, seals, trusted, name)
    if not ring[body["key_id"]].has_signed(PURPOSE, body, manifest["signature"]):
        raise EvidenceFault("signature", f"The manifest of {name} was changed: its signature does not hold.")
    _check_files(archive, body["files"], name)
    counted = Checked(kind=body["kind"], title=body["title"], key_id=body["key_id"], files=len(body["files"]))
    if body["kind"] == "sample":
        return _check_sample(archive, counted, trusted or ring[body["key_id"]])
    return _check_events(archive, counted, seals, ring)


def _make_ring(body: Json, seals: Json, trusted: PublicKey | None, name: str) -> Ring:
    key = trusted or PublicKey.from_pem(body["public_key"])
    ring = build_ring(key, [_read_rotation(row) for row in seals.get("rotations", [])])
    if body["key_id"] not in ring:
        message = f"{name} is signed by the key {body['key_id']}, which the given key {key.id} does not vouch for."
        raise EvidenceFault("key", message)
    return ring


def _check_files(archive: zipfile.ZipFile, hashes: Mapping[str, str], name: str) -> None:
    there = archive.namelist()
    for file in hashes:
        if file not in there:
            raise EvidenceFault("file_missing", f"{file} is missing from {name}.")
    for file in there:
        if file != MANIFEST and file not in hashes:
            raise EvidenceFault("file_added", f"{file} is in {name}, but its manifest does not name it.")
        if there.count(file) > 1:
            raise EvidenceFault("file_added", f"{file} is in {name} more than once.")
    for file, expected in hashes.items():
        if _hash(archive, file) != expected:
            raise EvidenceFault("file_changed", f"{file} of {name} was changed: its SHA-256 is not the manifest's.")


def _check_events(archive: zipfile.ZipFile, counted: Checked, seals: Json, ring: Ring) -> Checked:
    bodies: dict[int, Json] = {}
    for seal in seals.get("seals", []):
        body = seal["body"]
        key = ring.get(body["key_id"])
        if key is None or not key.has_signed("seal", body, seal["signature"]):
            raise EvidenceFault("seal", f"Seal {body['number']} is not signed by a key that is trusted here.")
        bodies[body["number"]] = body
    events = _read(archive, "events.json")["events"]
    for event in events:
        _check_event(event, bodies)
    _check_decisions(archive, {event["id"]: event for event in events})
    sealed = sum(event["seal"] is not None for event in events)
    erased = sum(event["payload"] is None for event in events)
    return _with(counted, events=len(events), sealed=sealed, erased=erased)


def _check_event(event: Json, seals: Mapping[int, Json]) -> None:
    leaf = LeafRow(
        id=event["id"],
        at=datetime.fromisoformat(event["at"]),
        name=event["name"],
        actor=event["actor"],
        subject_type=event["subject_type"],
        subject_id=event["subject_id"],
        correlation=event["correlation"],
        team_id=event["team_id"],
        tx=event["tx"],
        depth=event["depth"],
        digest=bytes.fromhex(event["digest"]),
        salt=bytes.fromhex(event["salt"]) if event["salt"] is not None else None,
        payload=event["payload"],
    )
    if leaf.payload is not None and not leaf.has_its_payload():
        raise EvidenceFault("payload", f"Event {leaf.id} ({leaf.name}) does not say what was recorded.")
    if event["seal"] is None:
        return
    seal = seals.get(event["seal"])
    if seal is None:
        raise EvidenceFault("seal", f"Seal {event['seal']}, which event {leaf.id} names, is not in the pack.")
    path = [bytes.fromhex(step) for step in event["path"]]
    root = follow_path(hash_leaf(leaf.encode()[0]), index=event["index"], count=seal["count"], path=path)
    if root is None or root.hex() != seal["root"]:
        raise EvidenceFault("event", f"Event {leaf.id} ({leaf.name}) is not in seal {seal['number']}: it was changed.")


def _check_decisions(archive: zipfile.ZipFile, events: Mapping[int, Json]) -> None:
    """What the pack says for people is what the events say."""
    for decision in _read(archive, "evidence.json").get("decisions", []):
        event = events.get(decision["event"])
        if event is None:
            raise EvidenceFault(
                "decision", f"Event {decision['event']}, on which a decision rests, is not in the pack."
            )
        if event["payload"] is not None and decision["data"] != read_data(event):
            message = f"The decision of {decision['data'].get('by')} is told otherwise than event {event['id']} has it."
            raise EvidenceFault("decision", message)
        _check_hash(decision["data"], "show", event["id"])
        _check_hash(decision["data"], "seen", event["id"])


def _check_hash(data: Json, what: str, event_id: int) -> None:
    if what not in data or not data.get(f"{what}_sha256"):
        return
    if hash_value(data[what]) != data[f"{what}_sha256"] and not _is_masked(data[what]):
        raise EvidenceFault("decision", f"What was shown is not what event {event_id} has the hash of.")


def _is_masked(value: Any) -> bool:
    """Masked values were hashed as they were, so that they cannot be hashed again here."""
    return "••••" in json.dumps(value, ensure_ascii=False)


def hash_value(value: Any) -> str:
    """SHA-256 of canonical JSON: sorted keys, no white space, UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _check_sample(archive: zipfile.ZipFile, counted: Checked, trusted: PublicKey) -> Checked:
    sample = _read(archive, "sample.json")
    packs = {row["pack"]: row for row in sample["items"] if row["pack"] is not None}  # None: not for who exported it
    for row in packs.values():
        if row["pack"] not in archive.namelist():
            raise EvidenceFault("sample", f"The pack of event {row['event']} is missing from the sample.")
        inner = check_pack(io.BytesIO(archive.read(row["pack"])), trusted, name=row["pack"])
        counted = _with(
            counted,
            events=counted.events + inner.events,
            sealed=counted.sealed + inner.sealed,
            erased=counted.erased + inner.erased,
            packs=counted.packs + inner.packs,
        )
    return counted


def _with(counted: Checked, **values: int) -> Checked:
    return Checked(**{**vars(counted), **values})


def _read_rotation(stored: Json) -> SealKeyRotation:
    return SealKeyRotation(**{**stored, "rotated_at": datetime.fromisoformat(stored["rotated_at"])})


def _read(archive: zipfile.ZipFile, name: str) -> Json:
    parsed = json.loads(archive.read(name))
    if not isinstance(parsed, dict):
        raise TypeError(f"{name} holds no object")
    return parsed


def _has(archive: zipfile.ZipFile, name: str) -> bool:
    return name in archive.namelist()


def _hash(archive: zipfile.ZipFile, name: str) -> str:
    hasher = hashlib.sha256()
    with archive.open(name) as file:
        while piece := file.read(_CHUNK):
            hasher.update(piece)
    return hasher.hexdigest()

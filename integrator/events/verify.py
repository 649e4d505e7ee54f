"""Checks the whole log against its seals, and the seals against a key and an exported file. Only reads, streaming.

The first fault ends the check. A missing payload is no fault when a sealed ``event.erased`` names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from integrator.events.erased_ids import ErasedIds, parse_ids
from integrator.events.exported_seals import ExportedSeal
from integrator.events.faults import Fault, FaultFound, name_difference
from integrator.events.keys import PublicKey, build_ring
from integrator.events.leaves import LeafRow, ManifestEntry, unpack_manifest
from integrator.events.merkle import RootBuilder
from integrator.events.models import Event, Seal, SealKeyRotation, Tombstone
from integrator.events.payloads import decode_payload
from integrator.events.ranges import get_head, list_epoch_ends, rows_of, unsealed
from integrator.events.seals import read_leaves
from integrator.events.statements import hash_seal, seal_body, tombstone_body


@dataclass(frozen=True, kw_only=True)
class VerifyReport:
    """What was looked at. ``fault`` None means the log is intact as far as it is sealed."""

    checked_count: int
    unsealed_count: int
    seal_count: int
    erased_count: int
    fault: Fault | None


def verify_log(*, trusted: PublicKey | None, exported: Iterable[ExportedSeal] = ()) -> VerifyReport:
    """This will read every row once. ``trusted`` None is in order only while nothing was ever sealed.

    ``exported`` are the seals of an earlier ``export_seals``, oldest first; its reader may raise SealsUnreadable.
    """
    check = _Check(trusted, exported)
    fault = None
    try:
        check.run()
    except FaultFound as found:
        fault = found.fault
    return VerifyReport(
        checked_count=check.checked,
        unsealed_count=check.waiting,
        seal_count=check.seals,
        erased_count=check.erased,
        fault=fault,
    )


class _Check:
    """One walk over seals and rows, with what it has counted so far."""

    def __init__(self, trusted: PublicKey | None, exported: Iterable[ExportedSeal]) -> None:
        self.checked = self.waiting = self.seals = self.erased = 0
        self._ring = build_ring(trusted, SealKeyRotation.objects.all()) if trusted else {}
        self._exported = iter(exported)
        self._next_exported = next(self._exported, None)
        self._last: tuple[int, str] = (0, "")  # number and hash of the seal before
        self._epoch_ends = list_epoch_ends()

    def run(self) -> None:
        """Raises FaultFound."""
        head = get_head()
        self.waiting = Event.objects.filter(unsealed(head)).count()
        self._read_tombstone()
        self._erased_ids = ErasedIds(_read_erasures(head))
        for seal in Seal.objects.filter(number__lte=head.number if head else 0).order_by("number").iterator(20):
            self._check_chain(seal)
            self._compare_with_export(seal.number, hash_seal(seal))
            self._check_rows(seal)
            self.seals += 1
        self._expect_end_of_export()
        self._check_outside(head)

    def _read_tombstone(self) -> None:
        tombstone = Tombstone.objects.order_by("-through_seal").first()
        if tombstone is None:
            return
        key = self._ring.get(tombstone.key_id)
        if key is None or not key.has_signed("tombstone", tombstone_body(tombstone), tombstone.signature):
            raise FaultFound(
                "tombstone_forged",
                f"The tombstone of the seals up to {tombstone.through_seal} is not signed by a trusted key.",
                seal=tombstone.through_seal,
            )
        while self._next_exported and self._next_exported.number < tombstone.through_seal:
            self._next_exported = next(self._exported, None)
        self._compare_with_export(tombstone.through_seal, tombstone.through_hash)
        self._last = (tombstone.through_seal, tombstone.through_hash)

    def _check_chain(self, seal: Seal) -> None:
        number, last_hash = self._last
        if seal.number != number + 1:
            raise FaultFound("seal_missing", f"Seal {number + 1} is missing.", seal=number + 1)
        key = self._ring.get(seal.key_id)
        if key is None:
            raise FaultFound(
                "key_untrusted",
                f"Seal {seal.number} is signed by the key {seal.key_id}, which is not trusted: "
                "the log was rewritten, or this is not the key file that belongs to it.",
                seal=seal.number,
            )
        if not key.has_signed("seal", seal_body(seal), seal.signature):
            raise FaultFound("seal_edited", f"Seal {seal.number} was edited: its signature fails.", seal=seal.number)
        if seal.previous != last_hash:
            raise FaultFound("rewritten", f"Seal {seal.number} does not follow the seal before it.", seal=seal.number)
        self._last = (seal.number, hash_seal(seal))

    def _compare_with_export(self, number: int, seal_hash: str) -> None:
        expected = self._next_exported
        if expected is None or expected.number > number:
            return
        if expected.number < number:
            raise FaultFound(
                "seal_missing", f"Seal {expected.number} of the exported file is missing.", seal=expected.number
            )
        if expected.hash != seal_hash:
            raise FaultFound(
                "rewritten",
                f"Seal {number} is not the one that was exported: the log was rewritten, or an old backup was "
                "restored and written on.",
                seal=number,
            )
        self._next_exported = next(self._exported, None)

    def _expect_end_of_export(self) -> None:
        if self._next_exported is not None:
            raise FaultFound(
                "tail_cut",
                f"The log ends with seal {self._last[0]}, yet seal {self._next_exported.number} was exported: "
                "its tail was cut off, or an old backup was restored.",
                seal=self._next_exported.number,
            )

    def _check_rows(self, seal: Seal) -> None:
        builder, found = RootBuilder(), list[ManifestEntry]()
        payload_fault: FaultFound | None = None
        try:
            for row in read_leaves(rows_of(seal, self._epoch_ends)):
                leaf, mark = row.encode()
                builder.add(leaf)
                found.append(ManifestEntry(row.id, mark))
                payload_fault = payload_fault or self._find_payload_fault(row)
        except (ValueError, TypeError, AttributeError) as error:
            raise FaultFound(
                "edited", f"A row of seal {seal.number} cannot be read: {error}", seal=seal.number
            ) from error
        if builder.count != seal.count or builder.root().hex() != seal.root:
            raise name_difference(seal.number, list(unpack_manifest(bytes(seal.manifest))), found)
        if payload_fault:
            raise payload_fault
        self.checked += builder.count

    def _find_payload_fault(self, row: LeafRow) -> FaultFound | None:
        if row.payload is None:
            if row.id in self._erased_ids:
                self.erased += 1
                return None
            return FaultFound(
                "payload_missing",
                f"The contents of event {row.id} are missing and no sealed event.erased names it "
                "(right after an erasure, check again in a few seconds).",
                event_id=row.id,
            )
        if row.has_its_payload():
            return None
        return FaultFound("payload_mismatch", f"The contents of event {row.id} were edited.", event_id=row.id)

    def _check_outside(self, head: Seal | None) -> None:
        if head is not None:
            sealed = Event.objects.exclude(unsealed(head)).count()
            if sealed != self.checked:
                raise FaultFound("inserted", f"{sealed - self.checked} events were inserted into the sealed past.")
        elif self._last[0]:
            raise FaultFound("tail_cut", f"Every seal after seal {self._last[0]} is missing.", seal=self._last[0] + 1)
        for row in read_leaves(Event.objects.filter(unsealed(head)).order_by("id")):
            if fault := self._find_payload_fault(row):
                raise fault


def _read_erasures(head: Seal | None) -> Iterator[tuple[int, int]]:
    """Spans of the ids that sealed erasures name. Their own contents are checked like any other's on the way."""
    if head is None:
        return
    sealed = Event.objects.exclude(unsealed(head)).filter(name="event.erased")
    for payload in sealed.order_by("id").values_list("payload__payload", flat=True).iterator(chunk_size=200):
        try:
            data, _ = decode_payload(payload)
            yield from parse_ids(data.get("ids", ""))
        except (ValueError, KeyError, AttributeError) as error:
            raise FaultFound("payload_mismatch", "The contents of an event.erased were edited.") from error

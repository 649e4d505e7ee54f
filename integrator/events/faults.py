"""What is wrong with a log, and the comparison that finds out which row of a seal it is. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from integrator.events.leaves import ManifestEntry


@dataclass(frozen=True, kw_only=True)
class Fault:
    """``code`` is stable; ``seal`` and ``event_id`` are None when the fault is not in one."""

    code: str
    message: str
    seal: int | None = None
    event_id: int | None = None


class FaultFound(Exception):
    """Ends a verification at its first fault."""

    def __init__(self, code: str, message: str, *, seal: int | None = None, event_id: int | None = None) -> None:
        super().__init__(message)
        self.fault = Fault(code=code, message=message, seal=seal, event_id=event_id)


def name_difference(seal: int, sealed: Sequence[ManifestEntry], found: Sequence[ManifestEntry]) -> FaultFound:
    """The first way in which ``found`` is not what was ``sealed``: deleted, inserted, reordered or edited."""
    there = {entry.id for entry in found}
    for entry in sealed:
        if entry.id not in there:
            return _moved_or_deleted(seal, entry, sealed, found)
    known = {entry.id: entry.mark for entry in sealed}
    seen: set[int] = set()
    for entry in found:
        if entry.id not in known or entry.id in seen:
            return FaultFound(
                "inserted", f"Event {entry.id} was inserted into what seal {seal} covers.", seal=seal, event_id=entry.id
            )
        seen.add(entry.id)
    changed = next((entry for entry in found if known[entry.id] != entry.mark), None)
    if changed is None:
        first = found[0].id if found else None
        return FaultFound("reordered", f"The events of seal {seal} are out of their order.", seal=seal, event_id=first)
    if _marks(sealed) == _marks(found):
        return FaultFound(
            "reordered",
            f"Event {changed.id} holds what another event of seal {seal} held: they were reordered.",
            seal=seal,
            event_id=changed.id,
        )
    return FaultFound(
        "edited", f"Event {changed.id} was edited after seal {seal} was made.", seal=seal, event_id=changed.id
    )


def _moved_or_deleted(
    seal: int, missing: ManifestEntry, sealed: Sequence[ManifestEntry], found: Sequence[ManifestEntry]
) -> FaultFound:
    sealed_ids = {entry.id for entry in sealed}
    moved = next((entry.id for entry in found if entry.mark == missing.mark and entry.id not in sealed_ids), None)
    if moved is not None:
        return FaultFound(
            "reordered",
            f"Event {missing.id} of seal {seal} now has the id {moved}: it was moved.",
            seal=seal,
            event_id=missing.id,
        )
    return FaultFound(
        "deleted", f"Event {missing.id} of seal {seal} is missing: it was deleted.", seal=seal, event_id=missing.id
    )


def _marks(entries: Sequence[ManifestEntry]) -> Counter[bytes]:
    return Counter(entry.mark for entry in entries)

"""How far the packs of a sample are, and who may still have them. Changes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Count, Q

from cases.models import AuditSample, Case, SamplePack, SamplePacks
from integrator.people.models import Person

KEPT_FOR = timedelta(days=7)  # afterwards they are made again when somebody asks


@dataclass(frozen=True, kw_only=True)
class PacksState:
    """``none``: nobody asked, or not for what the person may open now. ``done`` of ``total`` packs are made or failed.

    ``failed`` are (event id, why).
    """

    state: Literal["none", "making", "ready"]
    done: int = 0
    total: int = 0
    failed: tuple[tuple[int, str], ...] = ()
    kept_until: datetime | None = None


def describe_packs(sample: AuditSample, person: Person) -> PacksState:
    """How far they are, for the sample's drawer. Four queries at most."""
    packs = SamplePacks.objects.filter(sample=sample).first()
    if packs is None or not may_still_open(person, packs):
        return PacksState(state="none")
    waiting = Count("pk", filter=Q(state=SamplePack.State.WAITING))
    counted = packs.parts.order_by().aggregate(total=Count("pk"), waiting=waiting)
    failed = packs.parts.filter(state=SamplePack.State.FAILED).order_by("event_id").values_list("event_id", "fault")
    return PacksState(
        state="ready" if packs.ended_at else "making",
        done=counted["total"] - counted["waiting"],
        total=counted["total"],
        failed=tuple(failed),
        kept_until=packs.ended_at + KEPT_FOR if packs.ended_at else None,
    )


def list_openable(person: Person, cases: Collection[int]) -> set[int]:
    """Those of the cases that the person may open."""
    return set(Case.objects.openable_by(person).filter(pk__in=cases).values_list("pk", flat=True))


def may_still_open(person: Person, packs: SamplePacks) -> bool:
    """Whether the person may open every case in the packs that is confidential now."""
    inside = Case.objects.filter(pk__in=packs.parts.values("case_id"), confidential=True).values_list("pk", flat=True)
    confidential = set(inside.order_by())
    return not confidential or confidential <= list_openable(person, confidential)


class _SampleFiles:
    """Subjects ``("sample", id)``: the zip is handed out by the sample alone, which records it as an export."""

    def list_visible(self, person: Person, ids: Collection[str]) -> set[str]:
        """None."""
        return set()

    def list_existing(self, ids: Collection[str]) -> set[str]:
        """Those there are packs of."""
        found = SamplePacks.objects.filter(pk__in=[uuid.UUID(one) for one in ids])
        return {str(pk) for pk in found.values_list("pk", flat=True)}


SAMPLE_FILES = _SampleFiles()

"""How far the log is sealed, cheaply, for pages. It proves nothing: that is ``verify.py``. Reads only."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from integrator.events.models import Event, Seal, SealKind
from integrator.events.ranges import get_head, unsealed

COUNT_CAP = 1_000


@dataclass(frozen=True, kw_only=True)
class SealState:
    """The newest seal (None before the first), and how many events no seal covers yet, at most ``COUNT_CAP``."""

    head: Seal | None
    unsealed_count: int

    @property
    def is_capped(self) -> bool:
        """Whether there are more unsealed events than were counted."""
        return self.unsealed_count >= COUNT_CAP


def get_seal_state() -> SealState:
    """This will say how far the log is sealed. Two queries."""
    head = get_head()
    count = Event.objects.filter(unsealed(head)).order_by()[:COUNT_CAP].count()
    return SealState(head=head, unsealed_count=count)


def find_seal(event_id: int) -> Seal | None:
    """This will give the seal that covers an event; None while none does, and for an event that is not there."""
    tx = Event.objects.filter(id=event_id).values_list("tx", flat=True).first()
    if tx is None:
        return None
    by_id = Q(kind=SealKind.IDS, id_from__lt=event_id, id_to__gte=event_id)
    by_tx = Q(kind=SealKind.TX, id_from__lt=event_id, id_to__gte=event_id, tx_from__lte=tx, tx_to__gt=tx)
    adopted = Q(kind=SealKind.ADOPTED, id_to__gte=event_id) & (
        Q(id_mark__lt=event_id) | Q(id_from__lt=event_id, tx_from__lte=tx)
    )
    return Seal.objects.defer("manifest").filter(by_id | by_tx | adopted).order_by("number").first()

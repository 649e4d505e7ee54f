"""Which rows a seal covers, and which rows no seal covers yet. Only querysets; nothing is written here.

- ``ids`` (SQLite, writers are serial): id_from < id ≤ id_to.
- ``tx`` (PostgreSQL): id > id_from and tx_from ≤ tx < tx_to; ``id_to`` is the highest id sealed so far in the epoch.
- ``adopted``: the first seal of an epoch. Numbers of transactions mean nothing across clusters, so it takes, under a
  lock, every row that the epoch before had not sealed: id ≤ id_to and (id > id_mark, or id > id_from and tx ≥ tx_from).
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from integrator.events.models import Event, Seal, SealKind


def get_head() -> Seal | None:
    """The newest seal; None before the first."""
    return Seal.objects.order_by("-number").first()


def list_epoch_ends() -> dict[int, int]:
    """By epoch that is over: no row of it has a higher id. (``id_mark`` of the seal that adopted its rows.)"""
    adopted = Seal.objects.filter(kind=SealKind.ADOPTED, epoch__gt=1).values_list("epoch", "id_mark")
    return {epoch - 1: id_mark for epoch, id_mark in adopted}


def rows_of(seal: Seal, epoch_ends: dict[int, int]) -> QuerySet[Event]:
    """The rows that ``seal`` covers, in the order of its leaves."""
    if seal.kind == SealKind.IDS:
        return Event.objects.filter(id__gt=seal.id_from, id__lte=seal.id_to).order_by("id")
    if seal.kind == SealKind.ADOPTED:
        late = Q(id__gt=seal.id_mark) | Q(id__gt=seal.id_from, tx__gte=seal.tx_from)
        return Event.objects.filter(late, id__lte=seal.id_to).order_by("id")
    rows = Event.objects.filter(id__gt=seal.id_from, tx__gte=seal.tx_from, tx__lt=seal.tx_to)
    if seal.epoch in epoch_ends:
        rows = rows.filter(id__lte=epoch_ends[seal.epoch])
    return rows.order_by("tx", "id")


def unsealed(head: Seal | None) -> Q:
    """The condition of rows that come after ``head``: may be sealed next, or may still be waiting to."""
    if head is None:
        return Q(id__isnull=False)
    if head.kind == SealKind.TX:
        return Q(id__gt=head.id_from, tx__gte=head.tx_to)
    return Q(id__gt=head.id_to, tx__gte=head.tx_to)

"""The loop of a worker that makes the packs of samples, one by one, when somebody asked. Needs only the database."""

from __future__ import annotations

import logging
import threading

from cases.models import SamplePacks
from cases.operations.packing import make_next
from integrator.database.alone import alone
from integrator.database.clock import get_database_now
from integrator.database.looking import look_until
from integrator.events.evidence.trees import SealTrees
from integrator.files.errors import StorageFailed

logger = logging.getLogger(__name__)
EVERY_S = 1.0
_LOCK_KEY = 0x1A7E_6A70_0002  # any number that no other advisory lock of this database uses


def run_pack_loop(stop: threading.Event) -> None:
    """Look once a second until ``stop`` is set; what a killed worker left is gone on with where it was."""
    look_until(stop, make_all, every_s=EVERY_S, what="making evidence packs")


def make_all(stop: threading.Event | None = None) -> None:
    """This will make all packs that were asked for, unless another worker is at it; ``stop`` ends between two packs."""
    if not SamplePacks.objects.filter(ended_at=None).exists():
        return
    with alone(_LOCK_KEY) as is_alone:
        if is_alone:
            for packs in list(SamplePacks.objects.filter(ended_at=None).select_related("sample__drawn_by")):
                _make_all_of(packs, stop)


def _make_all_of(packs: SamplePacks, stop: threading.Event | None) -> None:
    trees = SealTrees()
    try:
        while not (stop is not None and stop.is_set()) and make_next(packs, trees, now=get_database_now()):
            pass
    except StorageFailed:  # those of another sample may fit; the next look is in a second
        logger.warning("the evidence packs of sample %s could not be stored", packs.pk, exc_info=True)

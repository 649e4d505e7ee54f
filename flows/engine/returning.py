"""Giving claimed runs back without a strike when the database failed. What it cannot take now it gets later."""

from __future__ import annotations

import logging
import uuid
from collections import deque
from collections.abc import Iterable

from django.db import connection

from flows.engine.journal import Journal
from flows.engine.rows import ClaimedRun
from integrator.database.errors import is_passing

logger = logging.getLogger(__name__)

_OWED: deque[tuple[uuid.UUID, int]] = deque()  # (run, fence); a run that somebody else took since has another fence


def let_go(journal: Journal, runs: Iterable[ClaimedRun]) -> None:
    """Give these runs back as they were."""
    _OWED.extend((run.id, run.fence) for run in runs)
    give_back(journal)


def give_back(journal: Journal) -> None:
    """Give back what is owed, as far as the database answers; the rest stays owed until the next call."""
    while _OWED:
        try:
            owed = _OWED.popleft()
        except IndexError:  # another thread took the last one
            return
        try:
            journal.let_go(*owed)
        except Exception as error:
            if not is_passing(error):
                raise
            _OWED.appendleft(owed)
            connection.close_if_unusable_or_obsolete()
            logger.warning("%d runs cannot be given back for now: %s", len(_OWED), error)
            return

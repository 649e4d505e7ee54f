"""Giving claimed occasions back when the database failed, as if nobody had tried; what it cannot take now, later."""

from __future__ import annotations

import logging
from collections import deque
from datetime import timedelta

from django.db import connection

from flows.models import TriggerFiring
from integrator.database.clock import get_database_now
from integrator.database.errors import is_passing

logger = logging.getLogger(__name__)
REST_S = 5.0  # until it is taken up again, so that one that fails each time holds up none behind it

_OWED: deque[tuple[int, int]] = deque()  # (occasion, tries); one that somebody else took since has more of them


def let_go(firing: TriggerFiring) -> None:
    """This will give the occasion back, now or when the database answers."""
    connection.close_if_unusable_or_obsolete()
    _OWED.append((firing.pk, firing.tries))
    give_back()


def give_back() -> None:
    """This will give back what is owed, as far as the database answers; the rest stays owed until the next call."""
    while _OWED:
        try:
            owed = _OWED.popleft()
        except IndexError:  # another thread took the last one
            return
        pk, tries = owed
        try:
            until = get_database_now() + timedelta(seconds=REST_S)
            TriggerFiring.objects.filter(pk=pk, tries=tries).update(lease_until=until, tries=tries - 1)
        except Exception as error:
            if not is_passing(error):
                raise
            _OWED.appendleft(owed)
            connection.close_if_unusable_or_obsolete()
            logger.warning("%d occasions cannot be given back for now: %s", len(_OWED), error)
            return

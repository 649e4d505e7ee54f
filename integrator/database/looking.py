"""The rhythm of a worker's loop that looks into the database now and then. Knows nothing of what it looks for."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from django.db import close_old_connections, connection

logger = logging.getLogger(__name__)


def look_until(stop: threading.Event, look: Callable[[threading.Event], object], *, every_s: float, what: str) -> None:
    """Call ``look`` with ``stop`` every so many seconds until that is set; a look that fails is followed by the next.

    ``what`` says in the log what it does: "making evidence packs".
    """
    while not stop.wait(every_s):
        close_old_connections()
        try:
            look(stop)
        except Exception:  # the database may be away; the next look comes
            logger.warning("%s ended early; it is taken up again", what, exc_info=True)
            connection.close()

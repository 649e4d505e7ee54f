"""Small duties done once a minute: each is named in the settings, idempotent, and harmless when two beats run."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from importlib import import_module

import structlog
from django.conf import settings
from django.db import close_old_connections
from django.utils.module_loading import import_string

from integrator.database.alone import alone
from integrator.database.clock import get_database_now

log = structlog.get_logger(__name__)

EVERY_S = 60.0
_LOCK_KEY = 0x1A7E_6A70_0001  # any number that no other advisory lock of this database uses


def housekeeping_loop(stop: threading.Event) -> None:
    """Do the duties now and every minute until stopped. A database that is away is tried again next minute."""
    while not stop.is_set():
        close_old_connections()
        do_housekeeping()
        stop.wait(EVERY_S)


def do_housekeeping() -> list[str]:
    """Do each duty once, unless another beat is at it; the duties done. One that fails is logged, the rest go on."""
    with alone(_LOCK_KEY) as is_alone:
        if not is_alone:
            return []
        now = get_database_now()
        return [path for path in settings.HOUSEKEEPING if _do_duty(path, now)]


def clear_expired_sessions(now: datetime) -> None:
    """Delete the sessions that ended. ``now`` is not used: sessions keep the web process's time."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


def _do_duty(path: str, now: datetime) -> bool:
    duty: Callable[[datetime], object] = import_string(path.replace(":", "."))
    try:
        duty(now)
    except Exception:
        log.exception("duty failed", duty=path)
        return False
    return True

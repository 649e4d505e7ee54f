"""Integrator's settings with each statement of this process written down, a line each, in the file ``COUNTED_PATH``."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db.backends.signals import connection_created

from integrator.settings import *  # noqa: F403

_LOCK = threading.Lock()
_PATH = Path(os.environ["COUNTED_PATH"])


def _write_down(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    with _LOCK, _PATH.open("a", encoding="utf-8") as file:
        file.write(" ".join(str(sql).split()) + "\n")
    return execute(sql, params, many, context)


def _listen(connection: Any, **_: Any) -> None:
    if _write_down not in connection.execute_wrappers:
        connection.execute_wrappers.append(_write_down)


connection_created.connect(_listen, dispatch_uid="tests.counting")

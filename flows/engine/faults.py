"""Named points in the life of a run at which tests kill or stop the process. Nothing happens in production."""

from __future__ import annotations

import os
import signal
from pathlib import Path

_POINT = os.environ.get("INTEGRATOR_FAULT_POINT", "")
_ONCE = os.environ.get("INTEGRATOR_FAULT_ONCE", "")
_SIGNAL = signal.Signals[os.environ.get("INTEGRATOR_FAULT_SIGNAL", "SIGKILL")]


def reach(point: str) -> None:
    """Kill this process if the environment names this point and the marker file can still be taken.

    ``INTEGRATOR_FAULT_ONCE`` is a file made before the test; whoever removes it dies, so exactly one process does.
    ``INTEGRATOR_FAULT_SIGNAL`` may be SIGSTOP instead of SIGKILL: a worker that goes on after its lease.
    """
    if point != _POINT:
        return
    try:
        Path(_ONCE).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), _SIGNAL)

"""Ends a child process when its parent is gone, so that a killed ``web`` leaves nobody on its port. Linux only."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

VARIABLE = "INTEGRATOR_ENDS_WITH_PARENT"
_PR_SET_PDEATHSIG = 1  # prctl(2)


def ask_children_to_end_with_us() -> None:
    """Mark the environment that children inherit; ``end_with_parent`` acts on it."""
    os.environ[VARIABLE] = str(os.getpid())


def end_with_parent() -> None:
    """In a marked child: have the kernel send SIGTERM when the parent ends, however it ends. Elsewhere nothing."""
    marked = os.environ.get(VARIABLE)
    if marked is None or marked == str(os.getpid()) or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(marked):  # it ended before we asked
        os.kill(os.getpid(), signal.SIGTERM)

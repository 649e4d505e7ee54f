"""One embedded Integrator a data folder: a lock that the kernel gives back when its process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class AlreadyRunning(Exception):
    """Another process holds the folder; ``pid`` is its process id as text, empty when unknown."""

    def __init__(self, pid: str) -> None:
        super().__init__(f"Another Integrator runs on this folder (process {pid or 'unknown'}).")
        self.pid = pid


def take_folder_lock(data_dir: Path) -> int:
    """Take the folder for as long as this process lives; the open descriptor. Raises AlreadyRunning if taken."""
    descriptor = os.open(data_dir / "up.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        pid = os.read(descriptor, 20).decode(errors="replace").strip()
        os.close(descriptor)
        raise AlreadyRunning(pid) from error
    os.truncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())
    return descriptor

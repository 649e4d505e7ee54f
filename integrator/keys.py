"""Key files: made once under DATA/keys (O_EXCL, mode 0600) or given by ``*_FILE``. They never leave this process."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


def read_or_make_key(path: Path, make: Callable[[], bytes]) -> bytes:
    """Return the key in ``path``, making the file if it is missing. Two that race both get the winner's."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        candidate = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
        descriptor = os.open(candidate, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(candidate, path)  # atomic: the file appears whole, and only the first one stays
        except FileExistsError:
            return path.read_bytes()
        finally:
            candidate.unlink()
    return path.read_bytes()

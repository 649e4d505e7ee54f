"""Taking content in: hashed, measured and sniffed while it is written to a file of ours. Decides nothing about rights.

A spooled upload is nobody's yet: it is kept by ``operations`` or discarded.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from django.conf import settings

from integrator.files.errors import StorageFailed
from integrator.files.limits import get_limits, refuse_file
from integrator.files.names import clean_name
from integrator.files.sniffing import HEAD_BYTES, find_type

CHUNK_BYTES = 65_536
FORGOTTEN_AFTER_S = 86_400
MAX_TYPE_CHARS = 127


@dataclass(frozen=True, kw_only=True)
class Upload:
    """Content in a file of ours at ``path``. ``type`` is what it is, ``declared_type`` what its sender says."""

    path: Path
    name: str
    declared_type: str
    type: str
    size_bytes: int
    sha256: str

    def pieces(self) -> Iterator[bytes]:
        """The content, piece by piece."""
        with self.path.open("rb") as file:
            while piece := file.read(CHUNK_BYTES):
                yield piece

    def discard(self) -> None:
        """Remove it; harmless when it is gone."""
        self.path.unlink(missing_ok=True)


class SpoolWriter:
    """One file being taken in. Over ``max_bytes`` (default: the limit of a file) it raises UploadRefused, keeping none.

    Use it as a context: what is not finished is removed.
    """

    def __init__(self, name: str, declared_type: str = "", *, max_bytes: int | None = None) -> None:
        self._limits = get_limits()
        self._max_bytes = self._limits.file_bytes if max_bytes is None else max_bytes
        self._name, self._declared_type = clean_name(name), declared_type.strip().lower()[:MAX_TYPE_CHARS]
        self._digest, self._head, self._bytes = hashlib.sha256(), b"", 0
        handle, path = tempfile.mkstemp(dir=get_spool_dir(), prefix="in-")  # mode 0600
        self._path, self._file = Path(path), os.fdopen(handle, "wb", buffering=0)
        self._is_finished = False

    def __enter__(self) -> SpoolWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if not self._is_finished:
            self.abort()

    def write(self, chunk: bytes) -> None:
        """Take a piece. Raises UploadRefused over the limit, StorageFailed where the disk takes no more."""
        self._bytes += len(chunk)
        if self._bytes > self._max_bytes:
            self.abort()
            raise refuse_file(self._name, self._limits)
        if len(self._head) < HEAD_BYTES:
            self._head += chunk[: HEAD_BYTES - len(self._head)]
        self._digest.update(chunk)
        with telling_full_disk():
            self._write_all(chunk)

    def _write_all(self, chunk: bytes) -> None:
        view = memoryview(chunk)
        while view:
            view = view[self._file.write(view) :]

    def finish(self) -> Upload:
        """The whole is there: on disk, named, hashed."""
        with telling_full_disk():
            os.fsync(self._file.fileno())
        self._file.close()
        self._is_finished = True
        return Upload(
            path=self._path,
            name=self._name,
            declared_type=self._declared_type,
            type=find_type(self._head),
            size_bytes=self._bytes,
            sha256=self._digest.hexdigest(),
        )

    def abort(self) -> None:
        """Remove what was written."""
        self._is_finished = True
        self._file.close()
        self._path.unlink(missing_ok=True)


def spool_chunks(
    chunks: Iterable[bytes], *, name: str, declared_type: str = "", max_bytes: int | None = None
) -> Upload:
    """This will take in content piece by piece. Raises UploadRefused, StorageFailed."""
    with SpoolWriter(name, declared_type, max_bytes=max_bytes) as writer:
        for chunk in chunks:
            writer.write(chunk)
        return writer.finish()


def spool_stream(stream: BinaryIO, *, name: str, declared_type: str = "") -> Upload:
    """This will take in what a stream gives until its end. Raises UploadRefused, StorageFailed."""
    return spool_chunks(iter(lambda: stream.read(CHUNK_BYTES), b""), name=name, declared_type=declared_type)


def get_spool_dir() -> Path:
    """The folder of uploads that are not kept yet, on the disk of stored files, for its owner only."""
    path = Path(settings.FILES_DIR) / "incoming"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def sweep_spool(*, now_s: float | None = None) -> int:
    """This will remove uploads that a killed process left a day ago; how many there were."""
    before = (time.time() if now_s is None else now_s) - FORGOTTEN_AFTER_S
    swept = 0
    for path in get_spool_dir().iterdir():
        with suppress(FileNotFoundError):  # somebody else swept it
            if path.stat().st_mtime < before:
                path.unlink()
                swept += 1
    return swept


@contextmanager
def telling_full_disk() -> Iterator[None]:
    """Raise StorageFailed, saying so, where the disk is full."""
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        message = "There is no room left for files. Ask those who run this installation, then send it again."
        raise StorageFailed("file.storage_full", message) from error

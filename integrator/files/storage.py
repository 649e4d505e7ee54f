"""Where content lies: a folder of ours, or a bucket of an S3-compatible service. Knows bytes and generated names."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, cast

from boto3.exceptions import S3UploadFailedError
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import BotoCoreError, ClientError
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, Storage, storages
from storages.backends.s3 import S3Storage

from integrator.files.errors import StorageFailed
from integrator.files.ranges import Part
from integrator.files.spool import CHUNK_BYTES, telling_full_disk

PART_BYTES = 8 * 1024 * 1024
AWAY = "The storage of files cannot be reached. Try again in a moment."


class ContentStore(Protocol):
    """What the rest of the package asks of a storage. Names are ours: generated, with ``/`` between folders."""

    def put(self, name: str, path: Path) -> None:
        """Store the file at ``path`` durably under a name that is free."""
        ...

    def stream(self, name: str, part: Part | None = None) -> Iterator[bytes]:
        """The content, or a part of it, piece by piece. Raises StorageFailed before the first piece where there is
        none."""
        ...

    def exists(self, name: str) -> bool:
        """Whether there is content of this name."""
        ...

    def delete(self, name: str) -> None:
        """Remove it; harmless when it is gone."""
        ...


def get_store() -> ContentStore:
    """The storage that the settings name."""
    return cast(ContentStore, storages["files"])


class NoStorage(Storage):
    """For Django's own use of files, of which there is none: whatever reaches it is a mistake."""

    def _save(self, name: str, content: object) -> str:
        raise ImproperlyConfigured("Files are kept by integrator.files.operations; Django itself keeps none.")


class DiskStorage(FileSystemStorage):
    """Content in a folder: files of mode 0600 that appear whole or not at all, and survive a crash once stored."""

    def put(self, name: str, path: Path) -> None:
        """Link the spooled file to its place; across disks it is copied, then renamed."""
        target = Path(self.path(name))
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with telling_full_disk():
            try:
                os.link(path, target)
            except FileExistsError:
                raise
            except OSError:
                _copy(path, target)
        _sync_folder(target.parent)

    def stream(self, name: str, part: Part | None = None) -> Iterator[bytes]:
        """Pieces of 64 KiB."""
        try:
            file = Path(self.path(name)).open("rb")  # noqa: SIM115  closed by the generator
        except OSError as error:
            raise StorageFailed("file.storage_unavailable", AWAY) from error
        if part is not None:
            file.seek(part.first)
        return _read(file, part)


class BucketStorage(S3Storage):  # type: ignore[misc]  # untyped
    """Content in a bucket. One part of 8 MiB at a time is held in memory."""

    def put(self, name: str, path: Path) -> None:
        """Send the spooled file in parts."""
        config = TransferConfig(multipart_chunksize=PART_BYTES, multipart_threshold=PART_BYTES, use_threads=False)
        try:
            self.bucket.upload_file(str(path), name, Config=config)
        except (BotoCoreError, ClientError, S3UploadFailedError) as error:
            raise StorageFailed("file.storage_unavailable", AWAY) from error

    def stream(self, name: str, part: Part | None = None) -> Iterator[bytes]:
        """Pieces of 64 KiB as they come."""
        asked = {"Range": f"bytes={part.first}-{part.last}"} if part is not None else {}
        try:
            body = self.bucket.Object(name).get(**asked)["Body"]
        except (BotoCoreError, ClientError) as error:
            raise StorageFailed("file.storage_unavailable", AWAY) from error
        return _read(body, part)


def _read(stream: Any, part: Part | None) -> Iterator[bytes]:
    """What comes next in the stream: all of it, or as much as the part has."""
    left = part.size_bytes if part is not None else None
    try:
        while piece := stream.read(CHUNK_BYTES if left is None else min(CHUNK_BYTES, left)):
            left = None if left is None else left - len(piece)
            yield piece
    finally:
        stream.close()


def _copy(path: Path, target: Path) -> None:
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix="new-")
    try:
        with os.fdopen(handle, "wb") as copy, path.open("rb") as original:
            shutil.copyfileobj(original, copy, CHUNK_BYTES)
            copy.flush()
            os.fsync(copy.fileno())
        Path(temporary).rename(target)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

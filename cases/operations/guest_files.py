"""Files that a guest brings with an answer: nobody's but that pass's until the answer counts, and never without end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F

from cases.models import GuestPass
from integrator.events.actors import Actor
from integrator.files.errors import UploadRefused
from integrator.files.limits import get_limits
from integrator.files.operations import Bringer, NewFile, keep_uploads
from integrator.files.upload_handler import SpooledFile
from integrator.lib.ids import new_uuid

MAX_FILES = 20  # of one pass, those of refused answers included


def keep_guest_files(row: GuestPass, brought: Sequence[SpooledFile], *, now: datetime) -> dict[str, str]:
    """This will keep what came with a guest's answer: ids by the names of its controls. No query without files.

    All that one pass ever brings is at most 20 files, and as many bytes as one request may have. Raises UploadRefused,
    StorageFailed; then nothing of this request is kept.
    """
    if not brought:
        return {}
    _spend(row, files=len(brought), size_bytes=sum(one.upload.size_bytes for one in brought))
    new = [(one.field, NewFile(upload=one.upload, id=new_uuid())) for one in brought]
    keep_uploads([file for _, file in new], by=Bringer(actor=Actor.guest(row.pk)), now=now)
    return {field: str(file.id) for field, file in new}


def _spend(row: GuestPass, *, files: int, size_bytes: int) -> None:
    """One statement, so that two answers at one moment cannot spend the same twice."""
    limits = get_limits()
    passes = GuestPass.objects.filter(
        pk=row.pk,
        files_brought__lte=MAX_FILES - files,
        bytes_brought__lte=limits.upload_bytes - size_bytes,
        used_at=None,
        revoked_at=None,
    )
    spent = passes.update(files_brought=F("files_brought") + files, bytes_brought=F("bytes_brought") + size_bytes)
    if not spent:
        message = "That is more than this link takes. Send what matters most, or ask whoever sent the link to you."
        raise UploadRefused("file.too_many", message, {"max_files": MAX_FILES, "max_bytes": limits.upload_bytes})

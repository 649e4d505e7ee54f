"""Every write of files: keeping uploads, hanging them on something, noting reads. Content is stored before its row.

The bytes of one content get a generated name each time they are put. Of two who put the same at one moment the database
lets one in; the other removes its bytes. So removing what nobody uses never meets a new use of it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from integrator.database.clock import get_database_now
from integrator.events.actors import Actor
from integrator.events.log import EventDraft, record, record_many
from integrator.events.models import Event
from integrator.files.models import File, FileContent, FileUse
from integrator.files.spool import Upload
from integrator.files.storage import get_store
from integrator.lib.ids import new_token, new_uuid

ONE_READING = timedelta(hours=1)  # parts that one actor takes within it are one reading
TRIES = 5  # a content may be cleaned up between looking for it and using it, hardly five times in a row


class Subject(NamedTuple):
    """What a file hangs on, such as ``("case", "C-2026-000123")``."""

    type: str
    id: str


@dataclass(frozen=True, kw_only=True)
class NewFile:
    """An upload to keep as the file ``id``."""

    upload: Upload
    id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class Bringer:
    """Who brings files, for which team (None: nobody's yet), and under which correlation it is told."""

    actor: Actor
    team_id: int | None = None
    correlation: str = ""


def keep_upload(upload: Upload, *, by: Bringer, now: datetime, on: Sequence[Subject] = ()) -> File:
    """This will keep one upload: see ``keep_uploads``."""
    return keep_uploads([NewFile(upload=upload, id=new_uuid())], by=by, now=now, on=on)[0]


def keep_uploads(
    new: Sequence[NewFile], *, by: Bringer, now: datetime, on: Sequence[Subject] = (), is_sure: bool = True
) -> list[File]:
    """This will store uploads, each content once, and hang the files on ``on``, in a transaction of its own.

    ``is_sure`` False: the subject is written later; until ``confirm_uses`` or until housekeeping finds the subject, the
    use does not count for ever. The spooled uploads are gone afterwards. Raises StorageFailed.
    """
    if not new:
        return []
    try:
        for _ in range(TRIES):
            put = _put_missing([one.upload for one in new])
            try:
                with transaction.atomic(durable=True):
                    files = _keep_in(new, put, by=by, now=now)
                    hang_in(files, on, now=now, is_sure=is_sure)
                    _tell_stored(files, by, on)
            except _ContentGone:
                continue
            finally:
                _remove_unused(put)
            return files
    finally:
        for one in new:
            one.upload.discard()
    raise RuntimeError("stored content went away again and again")


def keep_content(upload: Upload, *, now: datetime) -> FileContent:
    """This will store content of which no file is made: it goes after the grace period. Raises StorageFailed.

    For work that goes on in several steps: what was made is there for the next one, and is made anew once it is gone.
    """
    try:
        for _ in range(TRIES):
            put = _put_missing([upload])
            try:
                with transaction.atomic():
                    _insert_contents(put, now)
            finally:
                _remove_unused(put)
            content = FileContent.objects.filter(pk=upload.sha256).first()
            if content is not None:
                return content
    finally:
        upload.discard()
    raise RuntimeError("stored content went away again and again")


def hang_in(files: Iterable[File], on: Sequence[Subject], *, now: datetime, is_sure: bool = True) -> None:
    """This will hang files on subjects; what hangs there already stays as it is."""
    _assert_in_transaction()
    FileUse.objects.bulk_create(
        [
            FileUse(file=file, subject_type=subject.type, subject_id=subject.id, is_sure=is_sure, created_at=now)
            for file in files
            for subject in on
        ],
        ignore_conflicts=True,
    )


def hang_found_in(
    ids: Collection[uuid.UUID], *, belonging_to: Sequence[Subject], on: Sequence[Subject], now: datetime
) -> list[uuid.UUID]:
    """This will hang those of ``ids`` on ``on`` that hang on one of ``belonging_to`` already; which they are.

    For facts that came in data: an id that somebody made up, or that belongs elsewhere, opens nothing. One query
    without ids of our own.
    """
    _assert_in_transaction()
    if not ids:
        return []
    theirs: set[uuid.UUID] = set()
    for subject in belonging_to:
        uses = FileUse.objects.filter(file_id__in=ids, subject_type=subject.type, subject_id=subject.id)
        theirs.update(uses.values_list("file_id", flat=True))
    hang_in(File.objects.filter(pk__in=theirs).order_by("id"), on, now=now)
    return [file_id for file_id in ids if file_id in theirs]


def confirm_uses(ids: Collection[uuid.UUID]) -> None:
    """This will make uses that were written ahead count for ever. One statement."""
    FileUse.objects.filter(file_id__in=ids, is_sure=False).update(is_sure=True)


def take_back(ids: Collection[uuid.UUID]) -> None:
    """This will drop files whose uses were written ahead of something that never came. Content goes by housekeeping."""
    with transaction.atomic():
        FileUse.objects.filter(file_id__in=ids, is_sure=False).delete()
        File.objects.filter(pk__in=ids, uses__isnull=True).delete()


def unhang_in(subject: Subject) -> None:
    """This will let go of everything that hangs on a subject that is being deleted."""
    _assert_in_transaction()
    FileUse.objects.filter(subject_type=subject.type, subject_id=subject.id).delete()


def record_read(file: File, *, actor: Actor, how: str, is_part: bool = False) -> None:
    """This will note that somebody takes the content: ``how`` is ``download``, ``preview`` or ``call``.

    A part (``is_part``) of what the same actor has taken of late is noted no second time: viewers ask for many.
    """
    if is_part and _has_read_of_late(file, actor):
        return
    data = {"name": file.name, "sha256": file.content_id, "how": how}
    with transaction.atomic():
        record("file.read", actor=actor, subject=("file", file.pk), data=data, team_id=file.team_id)


def _has_read_of_late(file: File, actor: Actor) -> bool:
    since = get_database_now() - ONE_READING
    rows = Event.objects.filter(subject_type="file", subject_id=str(file.pk), name="file.read", actor=str(actor))
    return rows.filter(at__gte=since).exists()


class _ContentGone(Exception):
    """A content that was there has been cleaned up meanwhile."""


def _put_missing(uploads: Iterable[Upload]) -> dict[str, FileContent]:
    """Store the bytes that are not stored yet; the rows to be made for them, by hash. No transaction is open."""
    wanted = {upload.sha256: upload for upload in uploads}
    known = set(FileContent.objects.filter(pk__in=wanted).values_list("sha256", flat=True))
    put: dict[str, FileContent] = {}
    for sha256, upload in wanted.items():
        if sha256 not in known:
            name = _make_name()
            get_store().put(name, upload.path)
            put[sha256] = FileContent(sha256=sha256, bytes=upload.size_bytes, type=upload.type, stored_as=name)
    return put


def _make_name() -> str:
    """A random name, spread over 4,096 folders; it says nothing about content or sender."""
    token = new_token(160)
    shard = uuid.uuid4().hex
    return f"{shard[:2]}/{shard[2:3]}/{token}"


def _keep_in(new: Sequence[NewFile], put: dict[str, FileContent], *, by: Bringer, now: datetime) -> list[File]:
    _insert_contents(put, now)
    hashes = sorted({one.upload.sha256 for one in new})
    # Held until the files are there, so that nobody cleans the content up in between.
    locked = FileContent.objects.select_for_update(no_key=True).filter(pk__in=hashes).order_by("pk")
    contents = {content.pk: content for content in locked}
    if len(contents) < len(hashes):
        raise _ContentGone
    files = [
        File(
            id=one.id,
            content=contents[one.upload.sha256],
            name=one.upload.name,
            declared_type=one.upload.declared_type,
            team_id=by.team_id,
            created_by=str(by.actor)[:120],
            created_at=now,
        )
        for one in new
    ]
    return File.objects.bulk_create(files)


def _insert_contents(put: dict[str, FileContent], now: datetime) -> None:
    for content in put.values():
        content.created_at = now
    FileContent.objects.bulk_create(put.values(), ignore_conflicts=True)


def _tell_stored(files: Sequence[File], by: Bringer, on: Sequence[Subject]) -> None:
    record_many(
        [
            EventDraft(
                name="file.stored",
                actor=by.actor,
                subject=("file", file.pk),
                data={
                    "file": str(file.pk),
                    "name": file.name,
                    "type": file.content.type,
                    "bytes": file.content.bytes,
                    "sha256": file.content_id,
                    "on": [f"{subject.type} {subject.id}" for subject in on],
                },
                correlation=by.correlation,
                team_id=by.team_id,
            )
            for file in files
        ]
    )


def _remove_unused(put: dict[str, FileContent]) -> None:
    """Bytes of ours that no row took: another one was first, or nothing was kept."""
    names = {content.stored_as for content in put.values()}
    used = set(FileContent.objects.filter(stored_as__in=names).values_list("stored_as", flat=True)) if names else set()
    for name in names - used:
        get_store().delete(name)


def _assert_in_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("Files are hung in the transaction of what they hang on: open one first.")

"""Housekeeping: files that hang on nothing, uses of what never came, content of which no file is left. Idempotent."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from integrator.events.actors import SYSTEM
from integrator.events.log import EventDraft, record_many
from integrator.files.models import File, FileContent, FileUse
from integrator.files.spool import sweep_spool
from integrator.files.storage import get_store
from integrator.files.subjects import get_subject

AT_ONCE = 500
SETTLED_AFTER = timedelta(hours=1)  # no intake takes that long between writing a use and its subject


def clean_files(now: datetime) -> int:
    """This will settle uses written ahead, delete files that have hung on nothing for the grace period, then content.

    Returns how many files went.
    """
    settle_uses(now)
    deleted = delete_loose_files(now - timedelta(hours=settings.FILE_GRACE_H))
    delete_loose_contents(now - timedelta(hours=settings.FILE_GRACE_H))
    sweep_spool()
    return deleted


def settle_uses(now: datetime) -> None:
    """This will confirm the uses whose subject came, and drop those whose subject never did."""
    unsure = FileUse.objects.filter(is_sure=False, created_at__lt=now - SETTLED_AFTER).order_by("created_at", "id")
    by_type: dict[str, dict[int, str]] = {}
    for pk, subject_type, subject_id in unsure.values_list("pk", "subject_type", "subject_id")[:AT_ONCE]:
        by_type.setdefault(subject_type, {})[pk] = subject_id
    for subject_type, subjects in by_type.items():
        subject = get_subject(subject_type)
        existing = subject.list_existing(set(subjects.values())) if subject is not None else set()
        came = [pk for pk, subject_id in subjects.items() if subject_id in existing]
        FileUse.objects.filter(pk__in=came).update(is_sure=True)
        FileUse.objects.filter(pk__in=set(subjects) - set(came)).delete()


def delete_loose_files(before: datetime) -> int:
    """This will delete files older than ``before`` that hang on nothing, each with an event."""
    loose = File.objects.filter(uses__isnull=True, created_at__lt=before).order_by("created_at", "id")
    deleted = 0
    while ids := list(loose.values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic(durable=True):
            # Locked first: whoever hangs one of them now comes before or finds it gone.
            files = list(File.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("id"))
            hung = set(FileUse.objects.filter(file_id__in=ids).values_list("file_id", flat=True))
            gone = [file for file in files if file.pk not in hung]
            File.objects.filter(pk__in=[file.pk for file in gone]).delete()
            record_many([_tell(file) for file in gone])
        deleted += len(gone)
        if not gone:
            break
    return deleted


def delete_loose_contents(before: datetime) -> None:
    """This will delete content of which no file is left: the row first, then the bytes, which nobody can find then."""
    loose = FileContent.objects.filter(files__isnull=True, created_at__lt=before).order_by("created_at", "sha256")
    for sha256 in list(loose.values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic(durable=True):
            content = FileContent.objects.select_for_update().filter(pk=sha256).first()
            if content is None or File.objects.filter(content_id=sha256).exists():
                continue
            content.delete()
        get_store().delete(content.stored_as)


def _tell(file: File) -> EventDraft:
    return EventDraft(
        name="file.removed",
        actor=SYSTEM,
        subject=("file", file.pk),
        data={"name": file.name, "sha256": file.content_id, "reason": "nothing referred to it any more"},
        team_id=file.team_id,
    )

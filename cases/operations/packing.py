"""Every write of the packs of samples: asked for, made one by one in the background, put together, handed out, let go.

What is made is kept after each pack, so whoever is killed leaves the rest to the next worker.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from django.db import InterfaceError, OperationalError, transaction

from cases.errors import PacksNotReady
from cases.evidence.samples import build_pack_about, plan_packs, stream_packs, tell_item
from cases.inside import assert_in_transaction
from cases.models import AuditSample, Case, SamplePack, SamplePacks
from cases.operations.reading import note_reading_in
from cases.queries.packs import KEPT_FOR, list_openable, may_still_open
from integrator.events.actors import SYSTEM, Actor
from integrator.events.evidence.trees import SealTrees
from integrator.events.log import record
from integrator.events.models import Event
from integrator.files.errors import StorageFailed
from integrator.files.models import File, FileContent
from integrator.files.operations import Bringer, NewFile, Subject, keep_content, keep_uploads, unhang_in
from integrator.files.spool import spool_chunks
from integrator.files.storage import get_store
from integrator.lib.ids import new_uuid
from integrator.people.models import Person

logger = logging.getLogger(__name__)
State = SamplePack.State
FAULT = "It could not be made. Those who run this installation find why in the log of the worker."
_NO_LIMIT = 2**62  # of a file of ours; what others bring has one


def ask_packs(*, sample: AuditSample, person: Person, now: datetime) -> SamplePacks:
    """This will have the packs of a sample made for its drawer, or give those that are made or being made.

    Those that failed are tried again. All are made anew where the person may no longer open what is in them.
    """
    with transaction.atomic(durable=True):
        AuditSample.objects.select_for_update(no_key=True).get(pk=sample.pk)  # of two who ask one is first
        packs = SamplePacks.objects.filter(sample=sample).first()
        if packs is not None and may_still_open(person, packs):
            if packs.ended_at is None or not _try_again_in(packs):
                return packs
        else:
            if packs is not None:
                _drop_in(packs)
            packs = _plan_in(sample, person, now)
        record(
            "audit.packs_asked",
            actor=Actor.person(person),
            subject=("sample", sample.pk),
            data={"seed": sample.seed, "packs": packs.parts.count()},
        )
    return packs


def make_next(packs: SamplePacks, trees: SealTrees, *, now: datetime) -> bool:
    """This will make the next pack, or put all together when there is none; whether there is more to do.

    A pack that cannot be made is named, and the rest go on. Raises StorageFailed, and what a lost database raises.
    """
    if not SamplePacks.objects.filter(pk=packs.pk, file_id=packs.file_id, ended_at=None).exists():
        return False  # let go, or asked for anew
    part = packs.parts.filter(state=State.WAITING).order_by("event_id", "id").first()
    if part is not None:
        _make(packs, part, trees, now)
        return True
    return not _put_together(packs, now)


def take_packs(*, sample: AuditSample, person: Person, now: datetime) -> File:
    """This will hand out the zip of a sample to its drawer: the export is recorded, in confidential cases that they
    were read. Raises PacksNotReady.
    """
    packs = SamplePacks.objects.filter(sample=sample).first()
    if packs is None or packs.ended_at is None:
        raise PacksNotReady("The packs of this sample are not made yet. Have them made, and come back when they are.")
    if not may_still_open(person, packs):
        raise PacksNotReady("You may not open all that is in these packs any more. Have them made again.")
    with transaction.atomic():
        for case in Case.objects.filter(pk__in=packs.parts.values("case_id"), confidential=True).order_by("id"):
            note_reading_in(case, person)
        record(
            "export.made",
            actor=Actor.person(person),
            subject=("sample", sample.pk),
            data={"what": "audit sample", "format": "zip", "filters": {"sample": str(sample.pk), "seed": sample.seed}},
        )
    return File.objects.select_related("content").get(pk=packs.file_id)


def forget_old_packs(now: datetime) -> int:
    """This will let go of the zips whose time is over; how many. Housekeeping of files deletes them."""
    old = list(SamplePacks.objects.filter(ended_at__lt=now - KEPT_FOR).order_by("ended_at")[:100])
    for packs in old:
        with transaction.atomic(durable=True):
            _drop_in(packs)
    return len(old)


def forget_packs_of_in(case: Case) -> None:
    """This will let go of every zip that holds something of a case whose data are being erased."""
    assert_in_transaction()
    for packs in SamplePacks.objects.filter(parts__case=case).distinct():
        _drop_in(packs)


def _plan_in(sample: AuditSample, person: Person, now: datetime) -> SamplePacks:
    planned = plan_packs(sample, openable=partial(list_openable, person))
    packs = SamplePacks.objects.create(
        sample=sample,
        made_by=str(person)[:300],
        items=[tell_item(one) for one in planned],
        file_id=new_uuid(),
        asked_at=now,
    )
    first = {one.path: one for one in reversed(planned) if one.path is not None}
    SamplePack.objects.bulk_create(
        SamplePack(packs=packs, path=path, event_id=one.event.id, case=one.case) for path, one in first.items()
    )
    return packs


def _try_again_in(packs: SamplePacks) -> bool:
    """Whether some had failed: these wait again, and the zip is put together anew."""
    if not packs.parts.filter(state=State.FAILED).update(state=State.WAITING, fault=""):
        return False
    unhang_in(_subject_of(packs))
    packs.file_id, packs.ended_at = new_uuid(), None
    packs.save(update_fields=["file_id", "ended_at"])
    return True


def _drop_in(packs: SamplePacks) -> None:
    unhang_in(_subject_of(packs))
    packs.delete()


def _make(packs: SamplePacks, part: SamplePack, trees: SealTrees, now: datetime) -> None:
    mine = SamplePack.objects.filter(pk=part.pk, state=State.WAITING)
    try:
        event = Event.objects.get(id=part.event_id)
        content = build_pack_about(event, made_by=packs.made_by, now=packs.asked_at, trees=trees)
    except (OperationalError, InterfaceError, StorageFailed):
        raise  # nothing is wrong with the pack: it is made when they are back
    except Exception:
        logger.exception("the evidence pack %s of sample %s could not be made", part.path, packs.pk)
        mine.update(state=State.FAILED, fault=FAULT)
        return
    upload = spool_chunks([content], name="pack.zip", declared_type="application/zip", max_bytes=_NO_LIMIT)
    mine.update(state=State.MADE, content=keep_content(upload, now=now).pk)


def _put_together(packs: SamplePacks, now: datetime) -> bool:
    """Whether the zip is made; False where stored packs went meanwhile, which are made again then."""
    parts = dict(packs.parts.filter(state=State.MADE).order_by("event_id", "id").values_list("path", "content"))
    stored = FileContent.objects.in_bulk(set(parts.values()))
    gone = [path for path, content in parts.items() if content not in stored]
    if gone:
        packs.parts.filter(path__in=gone).update(state=State.WAITING, content="")
        return False
    contents = {path: _reader(stored[content].stored_as) for path, content in parts.items()}
    if not File.objects.filter(pk=packs.file_id).exists():  # it may be there from before somebody was killed
        name = f"sample-{packs.sample.seed}.zip"
        upload = spool_chunks(stream_packs(packs, contents), name=name, max_bytes=_NO_LIMIT)
        new = NewFile(upload=upload, id=packs.file_id)
        keep_uploads([new], by=Bringer(actor=SYSTEM), now=now, on=[_subject_of(packs)])
    _end(packs, len(parts), now)
    return True


def _end(packs: SamplePacks, made: int, now: datetime) -> None:
    with transaction.atomic(durable=True):
        if not SamplePacks.objects.filter(pk=packs.pk, file_id=packs.file_id, ended_at=None).update(ended_at=now):
            unhang_in(_subject_of(packs))  # they were let go meanwhile
            return
        failed = packs.parts.filter(state=State.FAILED).count()
        record(
            "audit.packs_made",
            actor=SYSTEM,
            subject=("sample", packs.pk),
            data={"seed": packs.sample.seed, "packs": made, **({"failed": failed} if failed else {})},
        )


def _reader(stored_as: str) -> Callable[[], Iterator[bytes]]:
    return lambda: get_store().stream(stored_as)


def _subject_of(packs: SamplePacks) -> Subject:
    return Subject("sample", str(packs.pk))

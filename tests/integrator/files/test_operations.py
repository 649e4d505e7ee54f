"""Keeping files: content once, nothing left behind, nothing opened by words alone."""

from __future__ import annotations

import stat
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone

from integrator.events.actors import SYSTEM
from integrator.events.models import Event
from integrator.files.errors import UploadRefused
from integrator.files.facts import describe_file, find_file_ids, make_facts
from integrator.files.models import File, FileContent, FileUse
from integrator.files.operations import (
    Bringer,
    NewFile,
    Subject,
    confirm_uses,
    hang_found_in,
    keep_uploads,
    take_back,
)
from integrator.files.storage import get_store
from integrator.lib.ids import new_uuid
from tests.support.files import PDF_BYTES, count_spooled, make_file, make_upload

RUN, ELSEWHERE = Subject("run", str(uuid.uuid4())), Subject("run", str(uuid.uuid4()))


def stored(folder: Path) -> list[Path]:
    return [path for path in (folder / "stored").rglob("*") if path.is_file()]


@pytest.mark.django_db(transaction=True)
class TestKeepUploads:
    def test_stores_content_once_for_several_files(self, files_dir: Path) -> None:
        first, second = make_file(name="a.pdf"), make_file(name="b.pdf")
        assert first.content_id == second.content_id
        assert FileContent.objects.count() == 1
        assert len(stored(files_dir)) == 1
        assert count_spooled() == 0

    def test_keeps_what_came_byte_for_byte_under_a_name_of_its_own(self, files_dir: Path) -> None:
        data = bytes(range(256)) * 1000
        file = make_file(data, "a.bin")
        assert b"".join(get_store().stream(file.content.stored_as)) == data
        (path,) = stored(files_dir)
        assert "a.bin" not in str(path)
        assert file.content_id not in str(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_stores_content_once_when_many_bring_it_at_the_same_moment(self, files_dir: Path) -> None:
        def bring(number: int) -> uuid.UUID:
            try:
                return make_file(b"x" * 100_000, f"{number}.txt").pk
            finally:
                connection.close()

        with ThreadPoolExecutor(8) as pool:
            ids = list(pool.map(bring, range(24)))
        assert File.objects.filter(pk__in=ids).count() == 24
        assert FileContent.objects.count() == 1
        assert len(stored(files_dir)) == 1
        assert count_spooled() == 0

    def test_tells_who_brought_what_with_its_hash(self) -> None:
        file = make_file(on=[RUN])
        event = Event.objects.select_related("payload").get(name="file.stored")
        assert (event.subject_type, event.subject_id) == ("file", str(file.pk))
        assert file.content_id in event.payload.payload

    def test_leaves_nothing_when_its_rows_cannot_be_written(self, files_dir: Path) -> None:
        upload, same = make_upload(b"one"), new_uuid()
        with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
            keep_uploads(
                [NewFile(upload=upload, id=same), NewFile(upload=make_upload(b"two"), id=same)],
                by=Bringer(actor=SYSTEM),
                now=timezone.now(),
            )
        assert (File.objects.count(), FileContent.objects.count(), count_spooled()) == (0, 0, 0)
        assert stored(files_dir) == []

    def test_gives_facts_that_run_data_carry(self) -> None:
        upload, file_id = make_upload(), new_uuid()
        facts = make_facts(file_id, upload)
        keep_uploads([NewFile(upload=upload, id=file_id)], by=Bringer(actor=SYSTEM), now=timezone.now())
        assert facts == describe_file(File.objects.get())
        assert facts["name"] == "contract.pdf"
        assert facts["bytes"] == len(PDF_BYTES)

    def test_cuts_a_file_over_the_limit_and_keeps_nothing(self) -> None:
        with override_settings(FILE_MAX_BYTES=10), pytest.raises(UploadRefused, match=r"“big.bin” is larger than 10"):
            make_upload(b"x" * 11, "big.bin")
        assert count_spooled() == 0


@pytest.mark.django_db
class TestUsesWrittenAhead:
    def test_are_taken_back_with_their_files(self) -> None:
        file_id = new_uuid()
        new = [NewFile(upload=make_upload(), id=file_id)]
        keep_uploads_unsure(new)
        take_back([file_id])
        assert not File.objects.exists()

    def test_stay_once_confirmed(self) -> None:
        file_id = new_uuid()
        keep_uploads_unsure([NewFile(upload=make_upload(), id=file_id)])
        confirm_uses([file_id])
        take_back([file_id])
        assert FileUse.objects.get().is_sure


@pytest.mark.django_db
class TestHangFoundIn:
    def test_hangs_only_what_belongs_there_already(self) -> None:
        theirs, foreign = make_file(b"one", on=[RUN]), make_file(b"two", on=[ELSEWHERE])
        data = {"a": describe_file(theirs), "b": [{"c": describe_file(foreign)}], "d": {"file": "nonsense"}}
        ids = find_file_ids(data)
        assert ids == [theirs.pk, foreign.pk]
        with transaction.atomic():
            hung = hang_found_in(ids, belonging_to=[RUN], on=[Subject("task", "t")], now=timezone.now())
        assert hung == [theirs.pk]
        assert [use.file_id for use in FileUse.objects.filter(subject_type="task")] == [theirs.pk]


def keep_uploads_unsure(new: list[NewFile]) -> None:
    keep_uploads(new, by=Bringer(actor=SYSTEM), now=timezone.now(), on=[RUN], is_sure=False)

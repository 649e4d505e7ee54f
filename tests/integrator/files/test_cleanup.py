"""What hangs on nothing goes, and nothing else."""

from __future__ import annotations

import os
import time
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from cases.models import Case
from integrator.events.actors import SYSTEM
from integrator.events.models import Event
from integrator.files.cleanup import clean_files
from integrator.files.models import File, FileContent, FileUse
from integrator.files.operations import Bringer, NewFile, Subject, keep_uploads
from integrator.files.spool import get_spool_dir
from integrator.lib.ids import new_uuid
from tests.support.cases import make_case, make_office
from tests.support.files import make_file, make_upload

LATER = timedelta(hours=25)


@pytest.fixture
def case() -> Case:
    return make_case(make_office())


@pytest.mark.django_db
class TestCleanFiles:
    def test_deletes_what_has_hung_on_nothing_for_a_day(self, files_dir: Path) -> None:
        make_file()
        clean_files(timezone.now())
        assert File.objects.count() == 1
        assert clean_files(timezone.now() + LATER) == 1
        assert (File.objects.count(), FileContent.objects.count()) == (0, 0)
        assert [path for path in (files_dir / "stored").rglob("*") if path.is_file()] == []
        assert Event.objects.filter(name="file.removed").count() == 1

    def test_keeps_what_hangs_on_a_case(self, case: Case) -> None:
        make_file(on=[Subject("case", case.number)])
        clean_files(timezone.now() + LATER)
        assert File.objects.count() == 1

    def test_keeps_content_while_another_file_is_it(self, case: Case) -> None:
        make_file(name="loose.pdf")
        make_file(name="hung.pdf", on=[Subject("case", case.number)])
        clean_files(timezone.now() + LATER)
        assert File.objects.get().name == "hung.pdf"
        assert FileContent.objects.count() == 1

    def test_confirms_uses_whose_subject_came_and_drops_the_others(self, case: Case) -> None:
        for number, data in ((case.number, b"came"), ("C-2026-999999", b"never came")):
            new = [NewFile(upload=make_upload(data), id=new_uuid())]
            on = [Subject("case", number)]
            keep_uploads(new, by=Bringer(actor=SYSTEM), now=timezone.now(), on=on, is_sure=False)
        clean_files(timezone.now() + timedelta(hours=2))
        assert [use.subject_id for use in FileUse.objects.all()] == [case.number]
        assert FileUse.objects.get().is_sure

    def test_drops_uses_of_what_nobody_tells_about(self) -> None:
        new = [NewFile(upload=make_upload(), id=new_uuid())]
        on = [Subject("unheard of", str(uuid.uuid4()))]
        keep_uploads(new, by=Bringer(actor=SYSTEM), now=timezone.now(), on=on, is_sure=False)
        clean_files(timezone.now() + timedelta(hours=2))
        assert not FileUse.objects.exists()

    def test_sweeps_what_a_killed_process_left(self) -> None:
        old, new = get_spool_dir() / "in-old", get_spool_dir() / "in-new"
        old.write_bytes(b"x")
        new.write_bytes(b"x")
        two_days_ago = time.time() - 2 * 86_400
        os.utime(old, (two_days_ago, two_days_ago))
        clean_files(timezone.now())
        assert (old.exists(), new.exists()) == (False, True)

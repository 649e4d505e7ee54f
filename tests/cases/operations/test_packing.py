"""Packs of samples in the background: resumed, made once, named where they fail, let go in time."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from cases.errors import PacksNotReady
from cases.evidence.loop import make_all
from cases.models import AuditSample, Case, SamplePack, SamplePacks
from cases.operations import complete_task, packing
from cases.operations.drawing import draw_sample
from cases.operations.packing import ask_packs, forget_old_packs, make_next, take_packs
from cases.operations.retention import erase_case
from cases.queries.packs import KEPT_FOR, describe_packs
from integrator.database.clock import get_database_now
from integrator.events.evidence.checking import check_pack
from integrator.events.evidence.trees import SealTrees
from integrator.events.models import Event
from integrator.files.cleanup import clean_files
from integrator.files.errors import FileNotFound
from integrator.files.models import File, FileContent
from integrator.files.queries import get_file_for
from tests.support.cases import NOW, Office, add_role, ask_approval, make_case, task_of
from tests.support.samples import make_zip

pytestmark = pytest.mark.django_db
LATER = timedelta(days=2)  # longer than what hangs on nothing is kept


@pytest.fixture
def sample(office: Office, settings: Any, tmp_path: Path) -> AuditSample:
    """Three decisions, each by an approval of its own; the first in a case."""
    settings.SEAL_KEY_PATH = tmp_path / "seal.key"
    for fields in ({"case_number": make_case(office).number}, {}, {}):
        approval = ask_approval(office, ["lee"], **fields)
        complete_task(task_id=task_of(approval, 0).pk, person=office.lee, outcome="approved", now=NOW)
    events = Event.objects.filter(name="approval.decided")
    return draw_sample(rows=events, search={}, size=3, seed="1", person=office.aud, now=NOW)


def told_in(content: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        told: dict[str, Any] = json.loads(archive.read("sample.json"))
    return told


def spy(monkeypatch: pytest.MonkeyPatch, *, fail_on: dict[int, Exception]) -> list[int]:
    """The numbers of the events whose packs are made, in their order; the n-th call raises ``fail_on[n]``."""
    made: list[int] = []
    build = packing.build_pack_about

    def build_or_fail(event: Event, **more: Any) -> bytes:
        made.append(event.id)
        if len(made) in fail_on:
            raise fail_on[len(made)]
        return build(event, **more)

    monkeypatch.setattr(packing, "build_pack_about", build_or_fail)
    return made


class TestMaking:
    def test_gives_one_file_that_checks_out_and_is_made_once(
        self, office: Office, sample: AuditSample, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = spy(monkeypatch, fail_on={})
        content = make_zip(sample, office.aud)
        assert (check_pack(io.BytesIO(content)).packs, made) == (4, sample.event_ids)
        assert make_zip(sample, office.aud) == content
        assert len(made) == 3
        assert [Event.objects.filter(name=f"audit.packs_{what}").count() for what in ("asked", "made")] == [1, 1]
        assert Event.objects.filter(name="export.made").count() == 2

    def test_goes_on_where_a_killed_worker_left_it(
        self, office: Office, sample: AuditSample, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = spy(monkeypatch, fail_on={2: OperationalError("gone"), 4: KeyboardInterrupt()})  # type: ignore[dict-item]
        packs = ask_packs(sample=sample, person=office.aud, now=NOW)
        with pytest.raises(OperationalError):
            make_all()
        assert (describe_packs(sample, office.aud).state, describe_packs(sample, office.aud).done) == ("making", 1)
        with pytest.raises(KeyboardInterrupt):
            make_all()
        make_all()
        first, second, third = sample.event_ids
        assert made == [first, second, second, third, third]
        assert [part.state for part in packs.parts.all()] == ["made"] * 3

    def test_ends_once_when_killed_between_the_file_and_its_note(
        self, office: Office, sample: AuditSample, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        packs = ask_packs(sample=sample, person=office.aud, now=NOW)
        with monkeypatch.context() as patch:
            patch.setattr(packing, "_end", fail)
            with pytest.raises(KeyboardInterrupt):
                make_all()
        assert File.objects.filter(pk=packs.file_id).exists()
        make_all()
        assert File.objects.count() == 1
        assert describe_packs(sample, office.aud).state == "ready"

    def test_names_a_pack_that_fails_and_tries_it_again(
        self, office: Office, sample: AuditSample, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = spy(monkeypatch, fail_on={2: ValueError("broken")})
        content = make_zip(sample, office.aud)
        items = told_in(content)["items"]
        assert [bool(item["pack"]) for item in items] == [True, False, True]
        assert "broken" not in items[1]["fault"]
        assert check_pack(io.BytesIO(content)).packs == 3
        assert [event_id for event_id, _ in describe_packs(sample, office.aud).failed] == [sample.event_ids[1]]
        again = make_zip(sample, office.aud)
        assert (check_pack(io.BytesIO(again)).packs, made[3:]) == (4, [sample.event_ids[1]])

    def test_makes_again_what_was_cleaned_up_meanwhile(self, office: Office, sample: AuditSample) -> None:
        packs = ask_packs(sample=sample, person=office.aud, now=NOW)
        trees, now = SealTrees(), get_database_now()
        for _ in range(3):
            assert make_next(packs, trees, now=now)
        clean_files(now + LATER)
        assert not FileContent.objects.exists()
        make_all()
        assert describe_packs(sample, office.aud).state == "ready"

    def test_leaves_stored_packs_to_housekeeping(self, office: Office, sample: AuditSample) -> None:
        make_zip(sample, office.aud)
        assert FileContent.objects.count() == 4
        clean_files(get_database_now() + LATER)
        assert FileContent.objects.count() == 1
        assert check_pack(io.BytesIO(make_zip(sample, office.aud))).packs == 4


class TestTaking:
    def test_waits_for_the_last_pack(self, office: Office, sample: AuditSample) -> None:
        for ask in (False, True):
            if ask:
                ask_packs(sample=sample, person=office.aud, now=NOW)
            with pytest.raises(PacksNotReady):
                take_packs(sample=sample, person=office.aud, now=NOW)
        assert not Event.objects.filter(name="export.made").exists()

    def test_is_by_the_sample_alone(self, office: Office, sample: AuditSample) -> None:
        make_zip(sample, office.aud)
        for person in (office.aud, office.adm):
            with pytest.raises(FileNotFound):
                get_file_for(person, File.objects.get().pk)

    def test_is_refused_when_a_case_inside_became_closed_to_the_reader(
        self, office: Office, sample: AuditSample
    ) -> None:
        add_role(office, "vi", "marketing", "auditor")
        content = make_zip(sample, office.vi)
        Case.objects.update(confidential=True)
        assert describe_packs(sample, office.vi).state == "none"
        with pytest.raises(PacksNotReady):
            take_packs(sample=sample, person=office.vi, now=NOW)
        again = make_zip(sample, office.vi)
        held = [[bool(item["pack"]) for item in told_in(one)["items"]] for one in (content, again)]
        assert held == [[True, True, True], [False, True, True]]


class TestLettingGo:
    def test_is_after_a_week(self, office: Office, sample: AuditSample) -> None:
        make_zip(sample, office.aud)
        ended_at = SamplePacks.objects.get().ended_at
        assert ended_at is not None
        assert forget_old_packs(ended_at + KEPT_FOR) == 0
        assert forget_old_packs(ended_at + KEPT_FOR + timedelta(seconds=1)) == 1
        clean_files(ended_at + KEPT_FOR + LATER)
        assert [rows.objects.count() for rows in (File, FileContent, SamplePack)] == [0, 0, 0]
        assert describe_packs(sample, office.aud).state == "none"

    def test_is_when_a_case_inside_is_erased(self, office: Office, sample: AuditSample) -> None:
        make_zip(sample, office.aud)
        erase_case(Case.objects.get().number, days=1, now=NOW)
        assert describe_packs(sample, office.aud).state == "none"
        clean_files(get_database_now() + LATER)
        assert not File.objects.exists()


def fail(*_: Any) -> None:
    raise KeyboardInterrupt

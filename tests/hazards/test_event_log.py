"""Hazard 10: a chain alone does not show a cut tail, a full rewrite or a restored old backup; exported seals do."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from integrator.events.actors import SYSTEM
from integrator.events.guard import open_guard_door
from integrator.events.models import Event, EventPayload, Seal
from integrator.events.retention import purge_events
from tests.support.event_log import record_and_seal, seal_all, without_guard

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_key(settings: Any, tmp_path: Path) -> None:
    settings.SEAL_KEY_PATH = tmp_path / "seal.key"


@pytest.fixture
def verify_elsewhere(tmp_path: Path) -> Callable[[], tuple[int, str]]:
    """Three seals, exported; the fixture checks the database against that file: (exit code, output)."""
    for _ in range(3):
        record_and_seal(4)
    file = tmp_path / "seals.jsonl"
    call_command("export_seals", file, stdout=io.StringIO())

    def check() -> tuple[int, str]:
        out = io.StringIO()
        try:
            call_command("verify_events", seals=file, public_key=tmp_path / "seals.jsonl.pub", stdout=out)
        except SystemExit as ended:
            return int(str(ended.code)), out.getvalue()
        return 0, out.getvalue()

    return check


def cut_tail() -> None:
    """The last seal goes with its events, as if neither had ever been; so does a restored old backup look."""
    last = Seal.objects.order_by("-number").first()
    assert last is not None
    with transaction.atomic(), open_guard_door():
        EventPayload.objects.filter(event_id__gte=last.first_id).delete()
        Event.objects.filter(id__gte=last.first_id).delete()
        Seal.objects.filter(number=last.number).delete()


class TestExportedSeals:
    def test_agree_with_an_untouched_log_that_went_on(self, verify_elsewhere: Callable[[], tuple[int, str]]) -> None:
        record_and_seal(2)
        code, text = verify_elsewhere()
        assert code == 0, text
        assert "14 events checked against 4 seals" in text

    def test_show_a_cut_tail(self, verify_elsewhere: Callable[[], tuple[int, str]]) -> None:
        cut_tail()
        call_command("verify_events", stdout=io.StringIO())  # nothing shows here without the exported file
        code, text = verify_elsewhere()
        assert (code, "FAULT tail_cut" in text) == (1, True)

    def test_show_an_old_backup_that_was_restored_and_written_on(
        self, verify_elsewhere: Callable[[], tuple[int, str]]
    ) -> None:
        cut_tail()
        record_and_seal(4)
        record_and_seal(4)
        call_command("verify_events", stdout=io.StringIO())
        code, text = verify_elsewhere()
        assert (code, "FAULT rewritten: Seal 3" in text) == (1, True)

    def test_show_a_rewrite_by_somebody_with_the_key(self, verify_elsewhere: Callable[[], tuple[int, str]]) -> None:
        with without_guard() as cursor:
            cursor.execute("UPDATE events_event SET actor = 'person:1' WHERE subject_id = '2'")
            cursor.execute("DELETE FROM events_seal")
        seal_all()
        call_command("verify_events", stdout=io.StringIO())
        code, text = verify_elsewhere()
        assert (code, "FAULT rewritten: Seal 1" in text) == (1, True)

    def test_show_an_emptied_log(self, verify_elsewhere: Callable[[], tuple[int, str]]) -> None:
        with without_guard() as cursor:
            for table in ("events_payload", "events_event", "events_seal"):
                cursor.execute(f"DELETE FROM {table}")
        code, text = verify_elsewhere()
        assert (code, "FAULT tail_cut" in text) == (1, True)

    def test_agree_with_a_log_whose_oldest_seals_retention_removed(
        self, verify_elsewhere: Callable[[], tuple[int, str]]
    ) -> None:
        purge_events(before=Seal.objects.get(number=3).sealed_at, actor=SYSTEM)
        seal_all()
        code, text = verify_elsewhere()
        assert code == 0, text

    def test_show_retention_that_was_none(self, verify_elsewhere: Callable[[], tuple[int, str]]) -> None:
        with without_guard() as cursor:
            cursor.execute("DELETE FROM events_seal WHERE number = 1")
        code, text = verify_elsewhere()
        assert (code, "FAULT seal_missing" in text) == (1, True)


class TestGuard:
    def test_stands_on_the_database_in_use(self) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'events\\_%%' AND tgenabled = 'O'")
            else:
                cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'events_%'")
            assert cursor.fetchone()[0] >= 9

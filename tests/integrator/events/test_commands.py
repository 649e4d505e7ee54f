"""The commands, as an operator sees them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from integrator.events.models import Event, EventPayload
from tests.support.event_log import record_and_seal, record_runs, seal_all, tamper

pytestmark = pytest.mark.django_db(transaction=True)


def run(*arguments: object) -> str:
    """The command's output; a fault raises SystemExit."""
    out = io.StringIO()
    call_command(*arguments, stdout=out, stderr=out)
    return out.getvalue()


class TestVerifyEvents:
    def test_says_what_it_checked(self) -> None:
        record_and_seal(3)
        record_runs(2)
        text = run("verify_events")
        assert "3 events checked against 1 seals, 2 not yet sealed" in text
        assert "intact" in text

    def test_exits_with_1_and_names_the_fault(self) -> None:
        ids = record_and_seal(3)
        tamper("DELETE FROM events_event WHERE id = %s", ids[1])
        out = io.StringIO()
        with pytest.raises(SystemExit) as ended:
            call_command("verify_events", stdout=out)
        assert ended.value.code == 1
        assert f"FAULT deleted: Event {ids[1]} of seal 1 is missing" in out.getvalue()

    def test_makes_no_key(self, seal_key_path: Path) -> None:
        assert "intact" in run("verify_events")
        assert not seal_key_path.exists()

    def test_refuses_files_that_are_none_of_ours(self, tmp_path: Path) -> None:
        record_and_seal()
        other = tmp_path / "other"
        other.write_text("{}\n")
        with pytest.raises(CommandError, match="no file of export_seals"):
            run("verify_events", "--seals", other)
        with pytest.raises(CommandError, match="public key"):
            run("verify_events", "--public-key", other)


class TestExportSeals:
    def test_writes_seals_and_key_that_verify_without_the_private_key(
        self, tmp_path: Path, seal_key_path: Path
    ) -> None:
        record_and_seal()
        record_and_seal()
        file = tmp_path / "seals.jsonl"
        assert "2 seals" in run("export_seals", file)
        assert "PRIVATE" not in file.read_text() + (tmp_path / "seals.jsonl.pub").read_text()
        seal_key_path.unlink()
        for key in (tmp_path / "seals.jsonl.pub", file):
            assert "intact" in run("verify_events", "--seals", file, "--public-key", key)

    def test_prints_without_a_file(self) -> None:
        record_and_seal()
        assert "BEGIN PUBLIC KEY" in run("export_seals")

    def test_refuses_an_edited_file(self, tmp_path: Path) -> None:
        record_and_seal()
        file = tmp_path / "seals.jsonl"
        run("export_seals", file)
        file.write_text(file.read_text().replace('"count": 3', '"count": 2'))
        with pytest.raises(CommandError, match="not signed"):
            run("verify_events", "--seals", file)


class TestRotateSealKey:
    def test_keeps_old_exports_useful(self, tmp_path: Path) -> None:
        record_and_seal()
        file = tmp_path / "seals.jsonl"
        run("export_seals", file)
        run("rotate_seal_key")
        seal_all()
        assert "intact" in run("verify_events", "--seals", file, "--public-key", tmp_path / "seals.jsonl.pub")


class TestPurgeAndErase:
    def test_purge_keeps_what_is_young(self) -> None:
        record_and_seal()
        record_and_seal()
        assert "0 events removed" in run("purge_events", "--days", "1")
        assert Event.objects.count() == 6

    def test_erase_counts(self) -> None:
        record_and_seal(3)
        assert "contents of 1 events" in run("erase_events", "run", "1", "--reason", "asked for")
        assert EventPayload.objects.filter(event__name="run.started").count() == 2
        with pytest.raises(CommandError, match="No event"):
            run("erase_events", "run", "77", "--reason", "asked for")

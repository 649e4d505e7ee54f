"""Secrets: who finds them, how long, and that a planted value is found nowhere else."""

from __future__ import annotations

import io
import sqlite3
import sys
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from integrator.events.actors import SYSTEM
from integrator.events.models import Event, EventPayload
from integrator.secrets import store, vault
from integrator.secrets.errors import SecretMissing, SecretRefused, SecretUnreadable
from integrator.secrets.models import Secret, SecretValue
from integrator.secrets.store import remove_secret, resolve_secrets, set_secret, set_secret_in
from tests.support.personas import make_team

pytestmark = pytest.mark.django_db
MARKER = "marker-Zk4VnQ1x"


class TestSetSecret:
    def test_is_found_by_the_team_alone(self) -> None:
        team, other = make_team(), make_team()
        set_secret(team=team, name="partner", value=MARKER, actor=SYSTEM)
        assert resolve_secrets(team.pk, "partner") == [MARKER]
        for team_id, name in ((other.pk, "partner"), (team.pk, "other")):
            with pytest.raises(SecretMissing):
                resolve_secrets(team_id, name)

    def test_replaces_the_old_one_at_once(self) -> None:
        team = make_team()
        set_secret(team=team, name="partner", value="old", actor=SYSTEM)
        assert resolve_secrets(team.pk, "partner") == ["old"]
        set_secret(team=team, name="partner", value="new", actor=SYSTEM)
        assert resolve_secrets(team.pk, "partner") == ["new"]
        assert SecretValue.objects.count() == 1

    def test_keeps_the_old_one_beside_it_for_a_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        team = make_team()
        set_secret(team=team, name="partner", value="old", actor=SYSTEM)
        set_secret(team=team, name="partner", value="new", keep_old_s=3600, actor=SYSTEM)
        assert resolve_secrets(team.pk, "partner") == ["new", "old"]
        later = timezone.now() + timedelta(seconds=3601)
        monkeypatch.setattr(store.timezone, "now", lambda: later)
        assert resolve_secrets(team.pk, "partner") == ["new"]  # though the kept values still hold both
        set_secret(team=team, name="partner", value="newest", keep_old_s=3600, actor=SYSTEM)
        assert SecretValue.objects.count() == 2

    @pytest.mark.parametrize("name", ["", "two words", "../x", "-x", "x" * 121, "näme", "x\n"])
    def test_refuses_bad_names(self, name: str) -> None:
        with pytest.raises(SecretRefused):
            set_secret(team=make_team(), name=name, value="x", actor=SYSTEM)

    @pytest.mark.parametrize("value", ["", "x" * 65_537, "a\x00b", "\ud800"])
    def test_refuses_values_that_cannot_be_used(self, value: str) -> None:
        with pytest.raises(SecretRefused) as caught:
            set_secret(team=make_team(), name="x", value=value, actor=SYSTEM)
        assert value == "" or value not in caught.value.message

    def test_can_be_removed(self) -> None:
        team = make_team()
        set_secret(team=team, name="partner", value="x", actor=SYSTEM)
        remove_secret(team=team, name="partner", actor=SYSTEM)
        with pytest.raises(SecretMissing):
            resolve_secrets(team.pk, "partner")
        with pytest.raises(SecretMissing):
            remove_secret(team=team, name="partner", actor=SYSTEM)


class TestResolveSecrets:
    def test_asks_the_database_once_in_two_seconds(self, django_assert_num_queries, monkeypatch) -> None:
        team = make_team()
        set_secret(team=team, name="partner", value="x", actor=SYSTEM)
        clock_s = 1000.0
        monkeypatch.setattr(store.time, "monotonic", lambda: clock_s)
        with django_assert_num_queries(1):
            assert resolve_secrets(team.pk, "partner") == resolve_secrets(team.pk, "partner")
        clock_s += 2.1
        with django_assert_num_queries(1):
            resolve_secrets(team.pk, "partner")

    def test_sees_another_process_within_two_seconds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        team = make_team()
        set_secret(team=team, name="partner", value="old", actor=SYSTEM)
        clock_s = 1000.0
        monkeypatch.setattr(store.time, "monotonic", lambda: clock_s)
        assert resolve_secrets(team.pk, "partner") == ["old"]
        SecretValue.objects.update(ciphertext=vault.encrypt("new"))  # as another process would
        clock_s += 2.1
        assert resolve_secrets(team.pk, "partner") == ["new"]

    def test_says_when_the_key_is_lost(self) -> None:
        team = make_team()
        set_secret(team=team, name="partner", value="x", actor=SYSTEM)
        SecretValue.objects.update(ciphertext="gAAAAAB-not-ours")
        store.forget_kept_values()
        with pytest.raises(SecretUnreadable):
            resolve_secrets(team.pk, "partner")


class TestAPlantedValue:
    def test_is_found_nowhere(self, caplog: pytest.LogCaptureFixture) -> None:
        team = make_team()
        with caplog.at_level("DEBUG"):
            secret = set_secret(team=team, name="partner", value=MARKER, actor=SYSTEM)
            assert resolve_secrets(team.pk, "partner") == [MARKER]
        value = SecretValue.objects.get()
        kept = [
            repr(secret), str(secret), repr(value), str(value), repr(store._kept), repr(vault.get_keyring()),
            caplog.text, str(list(Event.objects.values())), str(list(EventPayload.objects.values())),
            str(list(Secret.objects.values())), str(list(SecretValue.objects.values())),
        ]  # fmt: skip
        assert [text for text in kept if MARKER in text] == []
        assert Event.objects.get().name == "secret.set"

    def test_is_not_in_a_dump_of_the_database(self) -> None:
        set_secret(team=make_team(), name="partner", value=MARKER, actor=SYSTEM)
        if connection.vendor == "sqlite":
            raw: sqlite3.Connection = connection.connection
            dump = "\n".join(raw.iterdump())
        else:
            with connection.cursor() as cursor:
                dump = "".join(dump_table(cursor, table) for table in connection.introspection.table_names(cursor))
        assert "partner" in dump
        assert MARKER not in dump


def dump_table(cursor, table: str) -> str:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
    return str([[bytes(cell) if isinstance(cell, memoryview) else cell for cell in row] for row in cursor.fetchall()])


class TestSetSecretIn:
    def test_wants_a_transaction_around_it_for_the_lock(self) -> None:
        from django.db import transaction

        with transaction.atomic():
            set_secret_in(team=make_team(), name="x", value="y", actor=SYSTEM, keep_old_s=None, now=timezone.now())
        assert Secret.objects.get().name == "x"


class TestTheCommand:
    def give(self, monkeypatch: pytest.MonkeyPatch, raw: bytes, *args: str, **options: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        call_command("set_secret", *args, stderr=io.StringIO(), **options)

    @pytest.mark.parametrize(
        ("raw", "value"),
        [(b"abc", "abc"), (b"abc\n", "abc"), (b"abc\n\n", "abc\n"), (b" abc \n", " abc "), ("ü\n".encode(), "ü")],
    )
    def test_drops_one_trailing_newline(self, monkeypatch: pytest.MonkeyPatch, raw: bytes, value: str) -> None:
        team = make_team()
        self.give(monkeypatch, raw, "partner", team=team.slug)
        assert resolve_secrets(team.pk, "partner") == [value]

    def test_keeps_the_old_one_when_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        team = make_team()
        self.give(monkeypatch, b"old", "partner", team=team.slug)
        self.give(monkeypatch, b"new", "partner", team=team.slug, keep_old="PT24H")
        assert resolve_secrets(team.pk, "partner") == ["new", "old"]

    @pytest.mark.parametrize(
        ("raw", "options", "says"),
        [
            (b"x", {"team": "nowhere"}, "no team nowhere"),
            (b"x", {"team": "here", "keep_old": "tomorrow"}, "--keep-old"),
            (b"", {"team": "here"}, "1 to 65,536"),
            (b"\xff", {"team": "here"}, "UTF-8"),
        ],
    )
    def test_says_what_is_wrong(
        self, monkeypatch: pytest.MonkeyPatch, raw: bytes, options: dict[str, str], says: str
    ) -> None:
        make_team("here")
        with pytest.raises(CommandError, match=says):
            self.give(monkeypatch, raw, "partner", **options)

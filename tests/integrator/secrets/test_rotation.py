"""The key changes while readers and writers go on; afterwards the old key opens nothing."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.db import connections

from integrator.events.actors import SYSTEM
from integrator.events.models import Event
from integrator.secrets import rotation, store, vault
from integrator.secrets.columns import ENCRYPTED_COLUMNS, change_texts, iterate_cells
from integrator.secrets.errors import KeyFileBroken, RotationFailed, SecretUnreadable
from integrator.secrets.models import SecretValue
from integrator.secrets.rotation import rotate_secret_key
from integrator.secrets.store import resolve_secrets, set_secret
from tests.support.personas import make_person, make_team


@pytest.fixture(autouse=True)
def key_path(settings, tmp_path: Path) -> Path:
    settings.SECRETS_KEY_PATH = tmp_path / "keys" / "secrets.key"
    return settings.SECRETS_KEY_PATH


def find_texts() -> list[str]:
    found: list[str] = []
    for column in ENCRYPTED_COLUMNS:
        for _, content in iterate_cells(column):
            change_texts(column, content, lambda text: found.append(text) or text)  # type: ignore[func-returns-value]
    return found


class TestKeyFile:
    def test_is_made_for_its_owner_alone(self, key_path: Path) -> None:
        assert vault.decrypt(vault.encrypt("x")) == "x"
        assert stat.S_IMODE(key_path.stat().st_mode) == 0o600

    def test_counts_at_once_when_replaced(self, key_path: Path) -> None:
        old = vault.encrypt("x")
        vault.write_keys(key_path, [Fernet.generate_key(), *vault.read_keys(key_path)])
        assert vault.decrypt(old) == "x"
        assert stat.S_IMODE(key_path.stat().st_mode) == 0o600
        vault.write_keys(key_path, [Fernet.generate_key()])
        with pytest.raises(SecretUnreadable):
            vault.decrypt(old)

    def test_is_refused_when_it_holds_no_key(self, key_path: Path) -> None:
        key_path.parent.mkdir()
        for content in (b"", b"not a key\n"):
            key_path.write_bytes(content)
            with pytest.raises(KeyFileBroken):
                vault.encrypt("x")


@pytest.mark.django_db
class TestRotateSecretKey:
    def test_moves_every_column_and_the_old_key_then_fails(self, key_path: Path) -> None:
        team, zoe = make_team(), make_person()
        set_secret(team=team, name="a", value="first", actor=SYSTEM)
        set_secret(team=team, name="a", value="second", keep_old_s=600, actor=SYSTEM)
        Authenticator.objects.create(user=zoe, type="totp", data={"secret": vault.encrypt("TOTPSEED")})
        Authenticator.objects.create(
            user=zoe, type="recovery_codes", data={"seed": vault.encrypt("SEED"), "used_mask": 3}
        )
        [old] = vault.read_keys(key_path)
        done = rotate_secret_key(actor=SYSTEM)
        assert (done.rows_changed, done.keys_dropped) == (4, 1)
        [new] = vault.read_keys(key_path)
        assert new != old
        texts = find_texts()
        assert len(texts) == 4
        for text in texts:
            with pytest.raises(InvalidToken):
                Fernet(old).decrypt(text.encode())
        assert resolve_secrets(team.pk, "a") == ["second", "first"]
        assert vault.decrypt(Authenticator.objects.get(type="totp").data["secret"]) == "TOTPSEED"
        assert Authenticator.objects.get(type="recovery_codes").data["used_mask"] == 3
        assert Event.objects.order_by("-id")[0].name == "secret_key.rotated"

    def test_goes_on_after_one_that_was_killed(self, key_path: Path) -> None:
        team = make_team()
        set_secret(team=team, name="a", value="x", actor=SYSTEM)
        vault.write_keys(key_path, [Fernet.generate_key(), *vault.read_keys(key_path)])  # killed before the sweep
        assert resolve_secrets(team.pk, "a") == ["x"]
        assert rotate_secret_key(actor=SYSTEM).keys_dropped == 2
        store.forget_kept_values()
        assert resolve_secrets(team.pk, "a") == ["x"]

    def test_drops_no_key_when_a_row_cannot_be_read(self, key_path: Path) -> None:
        team = make_team()
        set_secret(team=team, name="a", value="x", actor=SYSTEM)
        set_secret(team=team, name="b", value="y", actor=SYSTEM)
        SecretValue.objects.filter(secret__name="b").update(ciphertext=Fernet(Fernet.generate_key()).encrypt(b"y"))
        [old] = vault.read_keys(key_path)
        with pytest.raises(SecretUnreadable):
            rotate_secret_key(actor=SYSTEM)
        assert old in vault.read_keys(key_path)
        assert resolve_secrets(team.pk, "a") == ["x"]

    def test_does_not_write_over_a_value_set_in_between(self, key_path: Path, monkeypatch) -> None:
        team = make_team()
        set_secret(team=team, name="a", value="before", actor=SYSTEM)
        swap, is_first = rotation.swap_cell, True

        def swap_after_a_change(column, pk, *, old, new):
            nonlocal is_first
            if is_first and column.model == "secrets.SecretValue":
                is_first = False
                SecretValue.objects.filter(pk=pk).update(ciphertext=vault.encrypt("meanwhile"))
            return swap(column, pk, old=old, new=new)

        monkeypatch.setattr(rotation, "swap_cell", swap_after_a_change)
        rotate_secret_key(actor=SYSTEM)
        assert resolve_secrets(team.pk, "a") == ["meanwhile"]

    def test_gives_up_keeping_the_old_key_when_rows_never_stay(self, key_path: Path, monkeypatch) -> None:
        team = make_team()
        set_secret(team=team, name="a", value="x", actor=SYSTEM)
        [old] = vault.read_keys(key_path)
        monkeypatch.setattr(rotation, "swap_cell", lambda *args, **more: False)
        with pytest.raises(RotationFailed):
            rotate_secret_key(actor=SYSTEM)
        assert old in vault.read_keys(key_path)


@pytest.mark.django_db(transaction=True)
class TestRotationBesideOthers:
    def test_breaks_no_reader_and_loses_no_writer(self) -> None:
        team = make_team()
        set_secret(team=team, name="read", value="constant", actor=SYSTEM)
        stop, failures, written = threading.Event(), [], [0]

        def read() -> None:
            try:
                while not stop.is_set():
                    store.forget_kept_values(team.pk, "read")
                    assert resolve_secrets(team.pk, "read") == ["constant"]
            except Exception as error:
                failures.append(error)
            finally:
                connections.close_all()

        def write() -> None:
            try:
                while not stop.is_set():
                    set_secret(team=team, name="written", value=str(written[0] + 1), actor=SYSTEM)
                    written[0] += 1
            except Exception as error:
                failures.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=task) for task in (read, write)]
        for thread in threads:
            thread.start()
        for _ in range(5):
            rotate_secret_key(actor=SYSTEM)
        stop.set()
        for thread in threads:
            thread.join()
        assert failures == []
        store.forget_kept_values()
        assert resolve_secrets(team.pk, "written") == [str(written[0])]
        assert Event.objects.filter(name="secret_key.rotated").count() == 5

"""Changes the key while everything runs: new key first in the file, every row moved to it, then the old key dropped.

Owns the order of these steps; which columns there are is in ``columns.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import transaction

from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.secrets import vault
from integrator.secrets.columns import ENCRYPTED_COLUMNS, EncryptedColumn, change_texts, iterate_cells, swap_cell
from integrator.secrets.errors import RotationFailed, SecretUnreadable
from integrator.secrets.locks import wait_for_writers_in
from integrator.secrets.store import forget_kept_values

PASSES_AT_MOST = 20


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """What a rotation did."""

    rows_changed: int
    keys_dropped: int


def rotate_secret_key(*, actor: Actor) -> Rotation:
    """This will encrypt everything anew under a fresh key and drop all former keys.

    Other processes follow the key file by its stamp, so nothing stops. Killed in between, the file holds new and old
    keys and everything stays readable; run it again. Records ``secret_key.rotated``.
    Raises SecretUnreadable if some row was unreadable before, RotationFailed if rows keep changing: no key is dropped.
    """
    path = Path(settings.SECRETS_KEY_PATH)
    vault.get_keyring()  # makes the file if this is the first use
    with vault.hold_key_file(path):
        former = vault.read_keys(path)
        new = Fernet.generate_key()
        vault.write_keys(path, [new, *former])
        with transaction.atomic():
            wait_for_writers_in()  # whoever encrypted under a former key has committed: its row will be seen below
        changed = move_all_rows(Fernet(new))
        vault.write_keys(path, [new])
        forget_kept_values()
        with transaction.atomic():
            record("secret_key.rotated", actor=actor, subject=("secret_key", "secrets"), data={"rows": changed})
    return Rotation(rows_changed=changed, keys_dropped=len(former))


def move_all_rows(newest: Fernet) -> int:
    """Passes over all columns until one finds nothing left to move. Gives how many rows were moved."""
    total = 0
    for _ in range(PASSES_AT_MOST):
        changed = missed = 0
        for column in ENCRYPTED_COLUMNS:
            moved, lost = move_column(column, newest)
            changed, missed = changed + moved, missed + lost
        total += changed
        if not changed and not missed:
            return total
    raise RotationFailed("Rows kept changing while the key was rotated. The old key was kept; run the command again.")


def move_column(column: EncryptedColumn, newest: Fernet) -> tuple[int, int]:
    """Gives how many rows were moved, and how many somebody else changed between reading and writing."""
    moved = lost = 0
    for pk, content in iterate_cells(column):
        try:
            new = change_texts(column, content, lambda text: move_text(text, newest))
        except SecretUnreadable as error:
            raise SecretUnreadable(
                f"Row {pk} of {column.model} cannot be read with any key in the file. Set it again or remove it, "
                "then rotate. No key was dropped.",
                details={"model": column.model, "row": pk},
            ) from error
        if new == content:
            continue
        if swap_cell(column, pk, old=content, new=new):
            moved += 1
        else:
            lost += 1
    return moved, lost


def move_text(ciphertext: str, newest: Fernet) -> str:
    """The text under the newest key; as it is when it is there already."""
    try:
        newest.decrypt(ciphertext.encode())
    except InvalidToken:
        return newest.encrypt(vault.decrypt(ciphertext).encode()).decode()
    return ciphertext

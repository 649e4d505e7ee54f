"""Encrypts and decrypts with the keys in the key file: one Fernet key a line, the first encrypts, all decrypt.

Knows no table. The file is looked at on every use, so that a changed one counts at once in every process.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from integrator.keys import read_or_make_key
from integrator.secrets.errors import KeyFileBroken, SecretUnreadable

Stamp = tuple[int, int, int]  # inode, change in nanoseconds, size: a replaced file never has the same


@dataclass(frozen=True, kw_only=True)
class Keyring:
    """The keys of one moment. Its text form shows none of them."""

    path: Path
    stamp: Stamp
    fernet: MultiFernet = field(repr=False)


_lock = threading.Lock()
_keyring: Keyring | None = None


def encrypt(text: str) -> str:
    """This will give the ciphertext (a Fernet token) under the first key. Raises KeyFileBroken."""
    return get_keyring().fernet.encrypt(text.encode()).decode()


def decrypt(ciphertext: str) -> str:
    """This will give the plain text. Raises SecretUnreadable under an unknown key, KeyFileBroken."""
    try:
        return get_keyring().fernet.decrypt(ciphertext.encode()).decode()
    except InvalidToken as error:
        raise SecretUnreadable(
            "A secret was encrypted with a key that is not in the key file. Restore the key file of that time, "
            "or set the secret again."
        ) from error


def get_keyring() -> Keyring:
    """The keys now in the file; makes the file with one key if there is none."""
    global _keyring  # noqa: PLW0603  # one keyring a process, replaced whole
    path = Path(settings.SECRETS_KEY_PATH)
    kept = _keyring
    if kept is not None and kept.path == path and kept.stamp == read_stamp(path):
        return kept
    with _lock:
        read_or_make_key(path, Fernet.generate_key)
        stamp = read_stamp(path)  # before the content: a file replaced in between is then read again next time
        _keyring = Keyring(path=path, stamp=stamp, fernet=read_fernet(path.read_bytes()))
        return _keyring


def read_stamp(path: Path) -> Stamp:
    """What changes whenever the file does; zeros while there is none."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return (0, 0, 0)
    return (stat.st_ino, stat.st_mtime_ns, stat.st_size)


def read_keys(path: Path) -> list[bytes]:
    """The keys in the file, first the one that encrypts."""
    return [line.strip() for line in path.read_bytes().splitlines() if line.strip()]


def read_fernet(raw: bytes) -> MultiFernet:
    """Fernet over all keys of a file. Raises KeyFileBroken."""
    try:
        return MultiFernet([Fernet(line.strip()) for line in raw.splitlines() if line.strip()])
    except ValueError as error:
        raise KeyFileBroken(
            "The key file of secrets must hold one Fernet key a line. Restore it from backup."
        ) from error


def write_keys(path: Path, keys: Sequence[bytes]) -> None:
    """This will replace the key file as a whole, mode 0600; a reader sees the old or the new one, never a part."""
    candidate = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(candidate, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(b"\n".join(keys) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    candidate.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


@contextlib.contextmanager
def hold_key_file(path: Path) -> Iterator[None]:
    """One rotation at a time on this machine; the second waits for the first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

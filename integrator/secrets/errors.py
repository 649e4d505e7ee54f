"""What can go wrong with secrets. No message and no detail ever holds a value.

SecretError
├── SecretMissing      secret.missing      the team has no secret of this name
├── SecretRefused      secret.refused      the name or the value cannot be stored
├── SecretUnreadable   secret.unreadable   encrypted with a key that is not in the key file
├── KeyFileBroken      secret.key_broken   the key file is not a list of Fernet keys
└── RotationFailed     secret.rotation     rows remain under the old key; it was kept
"""

from __future__ import annotations

from collections.abc import Mapping


class SecretError(Exception):
    """Base. ``message`` is safe to show and says what to do."""

    code = "secret.error"
    retryable = False

    def __init__(self, message: str, *, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = dict(details or {})


class SecretMissing(SecretError):
    """The team has no secret of this name."""

    code = "secret.missing"


class SecretRefused(SecretError):
    """The name or the value cannot be stored."""

    code = "secret.refused"


class SecretUnreadable(SecretError):
    """The ciphertext was made with a key that is not in the key file, or was tampered with."""

    code = "secret.unreadable"


class KeyFileBroken(SecretError):
    """The key file does not hold Fernet keys, one a line."""

    code = "secret.key_broken"


class RotationFailed(SecretError):
    """Some row could not be moved to the new key; the old one stays in the file."""

    code = "secret.rotation"
    retryable = True

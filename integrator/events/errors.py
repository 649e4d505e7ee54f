"""Errors of the event log.

EventLogError
├── SealKeyChanged      events.seal_key_changed      the key file is not the one that signed the last seal
├── SealKeyUnreadable   events.seal_key_unreadable   the key file holds no Ed25519 key
├── SealsUnreadable     events.seals_unreadable      an exported file of seals cannot be used
└── NothingToErase      events.nothing_to_erase      no event matches, or all were erased before
"""

from __future__ import annotations

from collections.abc import Mapping


class EventLogError(Exception):
    """``message`` is safe to show and says what to do."""

    code = "events.error"
    retryable = False

    def __init__(self, message: str, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = dict(details or {})


class SealKeyChanged(EventLogError):
    """Sealing stops rather than start a chain that nobody can tie to the old one."""

    code = "events.seal_key_changed"


class SealKeyUnreadable(EventLogError):
    """The file is damaged or of another kind."""

    code = "events.seal_key_unreadable"


class SealsUnreadable(EventLogError):
    """Not a file of ``export_seals``, or damaged, or signed by a key that is not trusted."""

    code = "events.seals_unreadable"


class NothingToErase(EventLogError):
    """Said instead of recording an erasure of nothing."""

    code = "events.nothing_to_erase"
